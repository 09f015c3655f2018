migratory::migrations!("broken/duplicate_version");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0001Initial);
}
