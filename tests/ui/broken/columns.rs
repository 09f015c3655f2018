migratory::migrations!("broken/columns");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::LATEST);
}
