migratory::migrations!("broken/duplicate_table");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002Users);
}
