migratory::migrations!("broken/drop_column");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002DropEmail);
}
