migratory::migrations!("broken/add_column_not_null");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002AddPhone);
}
