migratory::migrations!("broken/unknown_column");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0003IndexEmail);
}
