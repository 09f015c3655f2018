use std::sync::OnceLock;

use migratory_core::{Migration, RustCalls, records};

/// The versioned migrations of one directory, as text until somebody asks for them.
#[derive(Debug)]
pub struct Deferred {
    packed: &'static str,
    rust: &'static [RustCalls],
    list: OnceLock<Vec<Migration>>,
}

impl Deferred {
    /// A [`Record`](migratory_core::Record) for each migration, ascending, and the functions of those written in Rust in the same order.
    pub const fn new(packed: &'static str, rust: &'static [RustCalls]) -> Self {
        Self {
            packed,
            rust,
            list: OnceLock::new(),
        }
    }

    /// The list.
    pub fn list(&'static self) -> &'static [Migration] {
        self.list.get_or_init(|| self.unpack())
    }

    fn unpack(&self) -> Vec<Migration> {
        let mut rust = self.rust.iter().copied();
        records(self.packed)
            .map(|record| {
                let calls = if record.rust { rust.next() } else { None };
                record.migration(calls)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use migratory_core::{Called, RustCall, Script};

    const FIRST: RustCall = |_| Called::Ended(Err("first".into()));
    const SECOND: RustCall = |_| Called::Ended(Err("second".into()));
    static LIST: Deferred = Deferred::new(
        "1\0\0a\0\0sha256:aa\0\x007\0\0rust\0\0\0\0m/1_a.rs\0\0\0\0\0\0\0\0\
        2\0\0b\0\0sha256:bb\0\x008\0\0\0\0\0\0m/2_b.sql\0\x001 B\0\0\0\0\0\0\
        3\0\0c\0\0sha256:cc\0\x009\0\0rust\0\0\0\0m/3_c.rs\0\0\0\0\0\0\0\0",
        &[(FIRST, None), (SECOND, Some(FIRST))],
    );

    #[test]
    fn functions_go_to_the_migrations_in_rust_in_their_order() {
        let list = LIST.list();
        let said: Vec<String> = list
            .iter()
            .map(|migration| match migration.up() {
                Script::Rust(function) => function.call(&mut ()).at_once().unwrap_err().to_string(),
                up => format!("{} statement", up.len()),
            })
            .collect();
        assert_eq!(said, ["first", "1 statement", "second"]);
        assert_eq!(list[2].to_string(), "3_c");
        assert!(std::ptr::eq(list, LIST.list()));
    }
}
