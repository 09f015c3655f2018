migratory::migrations!("broken/rebuilds");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::LATEST);
}
