migratory::migrations!("broken/down_not_inverse");

fn main() {
    let _: (&migratory::Migrations, Version) = (&MIGRATIONS, Version::V0002AddPhone);
}
