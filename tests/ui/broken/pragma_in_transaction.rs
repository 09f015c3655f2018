migratory::migrations!("broken/pragma_in_transaction");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002Clean);
}
