migratory::migrations!("broken/postgres");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::LATEST);
}
