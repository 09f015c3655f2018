migratory::migrations!("broken/duplicate_column");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002AddEmail);
}
