use super::*;
use crate::discover::tests::Scratch;

#[test]
fn a_missing_directory_is_an_error_that_names_it() {
    let error = read_directory(Path::new("no/such/folder"), "migrations").unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.to_string(), "failed to read folder `no/such/folder`");
    assert_eq!(error.path(), Path::new("no/such/folder"));
    assert_eq!(error.cause().kind(), io::ErrorKind::NotFound);
    let error = read(Path::new("no/such/file")).unwrap_err();
    assert_eq!(error.to_string(), "failed to read file `no/such/file`");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn a_file_is_written_only_where_it_differs() {
    let folder = Scratch::new("write");
    let path = folder.path.join("migratory.lock");
    assert!(write_if_changed(&path, b"one").unwrap());
    let before = std::fs::metadata(&path).unwrap().modified().unwrap();
    assert!(!write_if_changed(&path, b"one").unwrap());
    assert_eq!(
        std::fs::metadata(&path).unwrap().modified().unwrap(),
        before
    );
    assert!(write_if_changed(&path, b"two").unwrap());
    assert_eq!(read(&path).unwrap(), b"two");
    assert_eq!(names(&folder.path), ["migratory.lock"]);
}

#[test]
fn a_file_that_cannot_be_written_leaves_nothing_behind() {
    let folder = Scratch::new("unwritten");
    folder.write("taken/x", "");
    let error = write_if_changed(&folder.path.join("taken"), b"one").unwrap_err();
    assert!(
        error.to_string().starts_with("failed to write file `"),
        "{error}"
    );
    assert_eq!(names(&folder.path), ["taken"]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_what_is_no_file_is_never_opened() {
    use std::os::unix::fs::symlink;

    let elsewhere = Scratch::new("elsewhere");
    elsewhere.write("a.sql", "SELECT 1;");
    elsewhere.write("seeds/s.sql", "SELECT 2;");
    let folder = Scratch::new("links");
    symlink(elsewhere.path.join("a.sql"), folder.path.join("0001_a.sql")).unwrap();
    symlink(elsewhere.path.join("seeds"), folder.path.join("seeds")).unwrap();
    symlink("nowhere", folder.path.join("0002_b.sql")).unwrap();
    symlink("0003_c.sql", folder.path.join("0003_c.sql")).unwrap();
    symlink(&folder.path, folder.path.join("again")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path.join("0004_d.sql")).unwrap();

    let raw = read_directory(&folder.path, "migrations").unwrap();
    let files: Vec<_> = raw
        .files
        .iter()
        .map(|file| (file.path.as_str(), file.bytes.len()))
        .collect();
    assert_eq!(files, [("0001_a.sql", 9), ("seeds/s.sql", 9)]);
    let folders: Vec<_> = raw
        .folders
        .iter()
        .map(|folder| folder.path.as_str())
        .collect();
    assert_eq!(folders, ["again"]);
    let unreadable: Vec<_> = raw
        .unreadable
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(unreadable, ["0002_b.sql", "0003_c.sql", "0004_d.sql"]);
    assert_eq!(raw.unreadable[0].reason, "it is a link to nothing");
    assert_eq!(
        raw.unreadable[2].reason,
        "it is neither a file nor a folder"
    );
}

#[cfg(unix)]
#[test]
fn a_link_is_written_through() {
    let folder = Scratch::new("through");
    folder.write("real", "one");
    let link = folder.path.join("link");
    std::os::unix::fs::symlink("real", &link).unwrap();
    assert!(write_if_changed(&link, b"two").unwrap());
    assert_eq!(read(&folder.path.join("real")).unwrap(), b"two");
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
}

fn names(path: &Path) -> Vec<String> {
    list(path)
        .unwrap()
        .into_iter()
        .map(|entry| entry.name)
        .collect()
}
