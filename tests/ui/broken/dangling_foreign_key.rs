migratory::migrations!("broken/dangling_foreign_key");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0001Initial);
}
