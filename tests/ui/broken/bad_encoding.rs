migratory::migrations!("broken/bad_encoding");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002FirstUser);
}
