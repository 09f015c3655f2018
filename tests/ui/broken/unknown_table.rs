migratory::migrations!("broken/unknown_table");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002AddPhone);
}
