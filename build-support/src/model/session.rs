use migratory_core::Dialect;

/// The settings of a connection that statements read names by. Each script begins with a fresh one, as each migration does.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// The schemas that a name without one is looked up in, in order, and the first of them gets what is made: the folded names, where
    /// the default schema (`public`; on MySQL the connection's database) is an empty one. `None` where nobody can tell.
    pub(super) path: Option<Vec<String>>,
    /// Whether MySQL refuses a foreign key whose parent is not there: `foreign_key_checks`.
    pub(super) checks_foreign_keys: bool,
}

impl Session {
    pub(super) fn new(_dialect: Dialect) -> Self {
        Self {
            path: Some(vec![String::new()]),
            checks_foreign_keys: true,
        }
    }

    /// Takes note of a setting.
    pub(super) fn set(&mut self, name: &str, values: &[String]) {
        match name {
            "search_path" => self.path = Some(search_path(values)),
            "foreign_key_checks" => {
                let off = ["0", "off", "false"];
                self.checks_foreign_keys = !values
                    .iter()
                    .any(|value| off.iter().any(|off| value.eq_ignore_ascii_case(off)));
            }
            _ => {}
        }
    }

    /// Takes note of `USE`: a database that nobody can compare with the connection's own, unless it is told.
    pub(super) fn enter(&mut self, schema: &str) {
        self.path = Some(vec![schema.to_owned()]);
    }
}

/// The schemas of a `search_path`; none stands for its default.
fn search_path(values: &[String]) -> Vec<String> {
    if values.is_empty() {
        return vec![String::new()];
    }
    let named = values.iter().flat_map(|value| value.split(','));
    let named = named.map(|name| name.trim().trim_matches('"'));
    let named = named.filter(|name| !name.is_empty() && *name != "$user" && *name != "pg_catalog");
    named
        .map(|name| if name == "public" { "" } else { name }.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_path_is_read_as_postgres_reads_it() {
        let cases: [(&[&str], &[&str]); 5] = [
            (&[], &[""]),
            (&["app", "public"], &["app", ""]),
            (&["\"$user\"", "public"], &[""]),
            (&["app, public"], &["app", ""]),
            (&[""], &[]),
        ];
        for (values, expected) in cases {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            let mut session = Session::new(Dialect::Postgres);
            session.set("search_path", &values);
            assert_eq!(session.path.unwrap(), expected, "{values:?}");
        }
    }
}
