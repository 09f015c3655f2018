migratory::migrations!("broken/removed");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002AddPhone);
}
