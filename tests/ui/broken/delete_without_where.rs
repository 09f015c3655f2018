migratory::migrations!("broken/delete_without_where");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002Clean);
}
