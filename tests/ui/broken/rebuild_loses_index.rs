migratory::migrations!("broken/rebuild_loses_index");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002EmailOfAnyCase);
}
