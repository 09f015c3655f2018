migratory::migrations!("broken/edited");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0001Initial);
}
