migratory::migrations!("broken/rust_without_up");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002Fill);
}
