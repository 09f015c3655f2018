use super::*;
use crate::Span;
use crate::syntax::ir::{Ident, Quote};

fn name(text: &str) -> ObjectName {
    let ident = |text: &str| Ident {
        text: text.to_owned(),
        span: Span::default(),
        quote: Quote::None,
    };
    match text.split_once('.') {
        Some((schema, name)) => ObjectName {
            schema: Some(ident(schema)),
            name: ident(name),
        },
        None => ObjectName {
            schema: None,
            name: ident(text),
        },
    }
}

fn object(kind: ObjectKind, schema: Option<&str>, name: &str, table: &str) -> Object {
    Object::new(kind, schema, name, table, "")
}

fn origin() -> Origin {
    Origin {
        file: "0001_a.sql".into(),
        line: 3,
        span: Span::new(4, 9),
    }
}

fn sample() -> Catalog {
    let mut catalog = Catalog::default();
    catalog.insert(object(ObjectKind::Table, None, "Users", "Users"));
    catalog.insert(object(ObjectKind::Table, Some("main"), "posts", "posts"));
    catalog.insert(object(ObjectKind::Index, None, "by_email", "users"));
    catalog.insert(object(ObjectKind::Trigger, None, "users", "Users"));
    catalog
}

#[test]
fn names_are_found_without_case_and_with_main_before_them() {
    let catalog = sample();
    for spelling in ["users", "USERS", "main.Users", "MAIN.users"] {
        assert_eq!(catalog.table(&name(spelling)).unwrap().name, "Users");
    }
    assert!(catalog.table(&name("temp.users")).is_none());
    assert!(catalog.table(&name("by_email")).is_none());
    assert!(
        catalog
            .object(ObjectKind::Index, &name("by_email"))
            .is_some()
    );
}

#[test]
fn a_temporary_table_hides_one_of_the_same_name() {
    let mut catalog = sample();
    catalog.insert(object(ObjectKind::Table, Some("TEMP"), "users", "users"));
    assert!(catalog.table(&name("users")).unwrap().is_temporary());
    assert!(!catalog.table(&name("main.users")).unwrap().is_temporary());
}

#[test]
fn triggers_have_a_name_space_of_their_own() {
    let catalog = sample();
    let trigger = catalog.object(ObjectKind::Trigger, &name("users"));
    assert_eq!(trigger.unwrap().kind, ObjectKind::Trigger);
    assert!(catalog.table(&name("users")).is_some());
}

#[test]
fn the_parts_of_a_table_are_found_and_forgotten() {
    let mut catalog = sample();
    let users = catalog.table(&name("users")).unwrap().clone();
    let parts = |catalog: &Catalog| {
        let indexes = catalog.indexes_of(&users).count();
        (indexes, catalog.triggers_of(&users).count())
    };
    assert_eq!(parts(&catalog), (1, 1));
    let before = catalog.clone();
    catalog.remove(&Key::new(None, "BY_EMAIL", ObjectKind::Index));
    assert_eq!(parts(&catalog), (0, 1));
    assert_eq!(
        parts(&before),
        (1, 1),
        "a clone keeps the state it was taken of"
    );
}

#[test]
fn the_nearest_name_is_offered_and_a_far_one_is_not() {
    let catalog = sample();
    assert_eq!(catalog.nearest_table("usres"), Some("Users"));
    assert_eq!(catalog.nearest_table("invoices"), None);
    assert_eq!(
        catalog.nearest_object(ObjectKind::Index, "by_emial"),
        Some("by_email")
    );
}

#[test]
fn what_went_is_remembered_until_it_comes_back() {
    let mut catalog = sample();
    let key = Key::new(None, "users", ObjectKind::Table);
    catalog.remove(&key);
    let gone = Gone {
        name: "Users".to_owned(),
        renamed_to: None,
        by: origin(),
    };
    catalog.remember(key, gone);
    assert!(catalog.gone(None, "USERS", ObjectKind::Table).is_some());
    catalog.insert(object(ObjectKind::Table, None, "users", "users"));
    assert!(catalog.gone(None, "USERS", ObjectKind::Table).is_none());
}

#[test]
fn a_marked_table_is_there_and_its_columns_are_not_known() {
    let mut catalog = Catalog::default();
    let key = Key::new(None, "geo", ObjectKind::Table);
    catalog.mark_object(&key, "geo", ObjectKind::Table, &origin());
    let geo = catalog.table(&name("geo")).unwrap();
    assert!(geo.incomplete);
    assert_eq!(catalog.columns(geo), None);
}

#[test]
fn a_catalog_survives_being_written_down() {
    let mut catalog = sample();
    catalog.mark_incomplete();
    let text = serde_json::to_string(&catalog).unwrap();
    let back: Catalog = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
    let users = back.table(&name("users")).unwrap();
    assert_eq!(back.indexes_of(users).count(), 1);
    assert!(back.is_incomplete());
}

#[test]
fn a_fingerprint_tells_schemas_apart_and_not_how_they_came_to_be() {
    let table = |name: &str, sql: &str| Object::new(ObjectKind::Table, None, name, name, sql);
    let of = |objects: Vec<Object>| {
        let mut catalog = Catalog::default();
        objects
            .into_iter()
            .for_each(|object| catalog.insert(object));
        catalog.fingerprint()
    };
    let users = "CREATE TABLE users (id INTEGER)";
    let tags = "CREATE TABLE tags (id INTEGER)";
    let schema = of(vec![table("users", users), table("tags", tags)]);
    assert!(schema.is_some());
    assert_eq!(schema, of(vec![table("tags", tags), table("users", users)]));
    let spaced = "CREATE TABLE users(id  INTEGER) -- keyed";
    assert_eq!(
        schema,
        of(vec![table("users", spaced), table("tags", tags)])
    );
    let typed = "CREATE TABLE users (id TEXT)";
    assert_ne!(schema, of(vec![table("users", typed), table("tags", tags)]));
    let temporary = Object::new(
        ObjectKind::Table,
        Some(TEMP),
        "t",
        "t",
        "CREATE TABLE t (a)",
    );
    assert_eq!(
        schema,
        of(vec![table("users", users), table("tags", tags), temporary])
    );
}

#[test]
fn a_schema_that_is_not_fully_known_has_no_fingerprint() {
    let mut catalog = Catalog::default();
    assert_eq!(catalog.fingerprint(), Some(0));
    catalog.mark_incomplete();
    assert_eq!(catalog.fingerprint(), None);
}

#[test]
fn a_catalog_tells_who_needs_what() {
    let mut catalog = Catalog::default();
    catalog.insert(object(ObjectKind::Table, None, "users", "users"));
    let users = Key::new(None, "users", ObjectKind::Table);
    let mut view = object(ObjectKind::View, None, "people", "people");
    view.uses.push(Use {
        key: users.clone(),
        column: None,
    });
    catalog.insert(view);
    let names = |catalog: &Catalog| {
        let users = catalog.users_of(&users);
        users
            .iter()
            .map(|user| user.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&catalog), ["people"]);
    catalog.remove(&Key::new(None, "people", ObjectKind::View));
    assert!(names(&catalog).is_empty());
}

#[test]
fn a_long_name_is_cut_as_postgres_cuts_it() {
    let long = "ä".repeat(40);
    let cut = Naming::Exact.clip(&long);
    assert_eq!(cut, "ä".repeat(31));
    assert!(Naming::Exact.is_same(&long, cut));
    assert_eq!(Naming::Mixed.clip(&long), long);
}
