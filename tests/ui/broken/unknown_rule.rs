migratory::migrations!("broken/unknown_rule");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002DropUsers);
}
