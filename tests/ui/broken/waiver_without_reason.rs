migratory::migrations!("broken/waiver_without_reason");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002DropUsers);
}
