migratory::migrations!("broken/dialect_not_compiled_in");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0001Initial);
}
