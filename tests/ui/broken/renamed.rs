migratory::migrations!("broken/renamed");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0001Start);
}
