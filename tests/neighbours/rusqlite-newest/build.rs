fn main() {
    migratory_build::migrations("../migrations");
}
