migratory::migrations!("broken/syntax_error");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002AddPhone);
}
