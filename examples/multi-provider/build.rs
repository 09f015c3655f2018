//! Checks the migrations of all databases before the program is compiled.

fn main() {
    migratory_build::migrations("../../migrations/sqlite");
    migratory_build::migrations("../../migrations/postgres");
    migratory_build::migrations("../../migrations/mysql");
}
