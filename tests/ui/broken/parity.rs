migratory::migrations!("broken/parity");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::LATEST);
}
