mod misspelt_option {
    migratory::migrations!("sound/good", scheme);
}

mod absolute_path {
    migratory::migrations!("/srv/migrations");
}

mod no_folder {
    migratory::migrations!("");
}

mod no_path {
    migratory::migrations!("sound/good", crate =);
}

fn main() {}
