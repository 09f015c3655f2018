migratory::migrations!("broken/other_directives");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002IndexEmail);
}
