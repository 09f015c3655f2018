migratory::migrations!("broken/drop_table");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002DropUsers);
}
