migratory::migrations!("broken/version_too_large");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0001Initial);
}
