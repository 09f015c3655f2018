migratory::migrations!("broken/unknown_index");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002DropIndex);
}
