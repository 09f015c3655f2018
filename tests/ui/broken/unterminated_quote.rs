migratory::migrations!("broken/unterminated_quote");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002FirstUser);
}
