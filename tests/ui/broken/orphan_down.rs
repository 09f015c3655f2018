migratory::migrations!("broken/orphan_down");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0001Initial);
}
