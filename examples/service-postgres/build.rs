//! Checks the migrations before the program is compiled.

fn main() {
    migratory_build::migrations("../../migrations/postgres");
}
