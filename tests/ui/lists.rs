//! Sound directories, and the lists that are made of them.

mod good {
    migratory::migrations!("sound/good", schema);
}

mod cosmetic_edit {
    migratory::migrations!("sound/cosmetic_edit");
}

mod unused_waiver {
    migratory::migrations!("sound/unused_waiver");
}

mod waived {
    migratory::migrations!("sound/waived");
}

fn listed(migrations: &migratory::Migrations) -> Vec<String> {
    let versioned = migrations.versioned().iter();
    versioned.map(ToString::to_string).collect()
}

#[test]
fn a_sound_directory_is_listed() {
    let cases: &[(&migratory::Migrations, &[&str])] = &[
        (
            &good::MIGRATIONS,
            &["0001_initial", "0002_add_phone", "0003_fill"],
        ),
        (&cosmetic_edit::MIGRATIONS, &["0001_initial"]),
        (&unused_waiver::MIGRATIONS, &["0001_initial"]),
        (&waived::MIGRATIONS, &["0001_initial", "0002_drop_users"]),
    ];
    for (migrations, expected) in cases {
        assert_eq!(listed(migrations), *expected);
    }
}

#[test]
fn its_versions_and_names_are_checked_by_the_compiler() {
    let latest: migratory::Version = good::Version::V0003Fill.into();
    assert_eq!(latest.to_string(), "0003");
    assert_eq!(good::Version::LATEST, good::Version::V0003Fill);
    assert_eq!(
        cosmetic_edit::Version::LATEST,
        cosmetic_edit::Version::V0001Initial
    );
    assert_eq!(good::schema::users::PHONE, "phone");
}
