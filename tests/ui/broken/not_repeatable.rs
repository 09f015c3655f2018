migratory::migrations!("broken/not_repeatable");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0001Initial);
}
