migratory::migrations!("broken/string_for_column");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002IndexEmail);
}
