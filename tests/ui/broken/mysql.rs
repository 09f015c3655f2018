migratory::migrations!("broken/mysql");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::LATEST);
}
