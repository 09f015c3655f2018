migratory::migrations!("broken/two_errors");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002DropUsers);
}
