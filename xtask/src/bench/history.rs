/// One migration of the synthetic history: its file's name and its text of about one kilobyte.
pub(super) fn migration(number: usize) -> (String, String) {
    let name = format!(
        "{number:04}_add_{}_{number}.sql",
        SUBJECTS[number % SUBJECTS.len()]
    );
    let mut sql = format!(
        "-- Description: keeps the {} of group {number}, with the times and the owner that reports ask for\n\n",
        SUBJECTS[number % SUBJECTS.len()]
    );
    sql += &table(number);
    sql += &format!(
        "\nCREATE INDEX idx_{0}_owner ON {0} (owner, created_at DESC);\n",
        table_name(number)
    );
    sql += &format!(
        "\n-- The list that people see first.\nCREATE INDEX idx_{0}_open ON {0} (state, amount DESC) WHERE deleted_at IS NULL;\n",
        table_name(number)
    );
    if number.is_multiple_of(5) {
        sql += &format!(
            "\nCREATE UNIQUE INDEX idx_{0}_code ON {0} (lower(code)) WHERE deleted_at IS NULL;\n",
            table_name(number)
        );
    }
    // SQLite reads the whole schema again after each ALTER TABLE: more of them, and this would measure nothing else.
    if number > 10 && number % 50 == 25 {
        sql += &format!(
            "\nALTER TABLE {} ADD COLUMN remark_{number} TEXT NOT NULL DEFAULT '';\n",
            table_name(number - 10)
        );
    }
    (name, sql)
}

const SUBJECTS: &[&str] = &[
    "orders", "invoices", "members", "parcels", "visits", "readings", "notices",
];

fn table_name(number: usize) -> String {
    format!("{}_{number}", SUBJECTS[number % SUBJECTS.len()])
}

fn table(number: usize) -> String {
    let parent = if number > 1 && number.is_multiple_of(3) {
        format!(
            " REFERENCES {} (id) ON DELETE CASCADE",
            table_name(number - 1)
        )
    } else {
        String::new()
    };
    format!(
        "\
CREATE TABLE {} (
    id           INTEGER PRIMARY KEY,
    parent_id    INTEGER{parent},
    code         TEXT NOT NULL,
    title        TEXT NOT NULL DEFAULT 'a title that nobody has given yet',
    description  TEXT,
    amount       INTEGER NOT NULL DEFAULT 0 CHECK (amount >= 0),
    currency     TEXT NOT NULL DEFAULT 'EUR' CHECK (length(currency) = 3),
    owner        TEXT NOT NULL,
    state        TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'waiting', 'closed', 'cancelled')),
    created_at   TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    deleted_at   TEXT
);
",
        table_name(number)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_about_one_kilobyte() {
        let total: usize = (1..=100).map(|number| migration(number).1.len()).sum();
        let mean = total / 100;
        assert!((900..=1150).contains(&mean), "{mean}");
    }

    #[test]
    fn the_history_runs_on_sqlite() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        for number in 1..=60 {
            let (name, sql) = migration(number);
            connection
                .execute_batch(&sql)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        let count = |kind: &str| {
            let sql =
                "SELECT count(*) FROM sqlite_schema WHERE type = ?1 AND name NOT LIKE 'sqlite_%'";
            connection
                .query_row(sql, [kind], |row| row.get::<_, i64>(0))
                .unwrap()
        };
        assert_eq!((count("table"), count("index")), (60, 132));
    }
}
