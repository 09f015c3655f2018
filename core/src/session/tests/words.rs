//! The words of the golden file: what a step is called, and what faults and options are.

use super::*;

pub(super) fn words(step: &Step<'_>) -> String {
    match step {
        Step::Execute {
            purpose: purpose @ Purpose::Record(change),
            ..
        } => format!("{}: {}", purpose.as_str(), change_words(change)),
        Step::Execute {
            sql,
            purpose: purpose @ Purpose::Statement(place),
            ..
        } => format!("{}: {sql} {}", purpose.as_str(), place_words(place)),
        Step::Execute {
            sql,
            purpose: purpose @ Purpose::Joined(joined),
            ..
        } => {
            // The texts of changes are in the golden file of the dialects.
            let mut words: Vec<String> = sql
                .split("; ")
                .filter(|text| !text.starts_with(['I', 'U']))
                .map(|text| text.trim().into())
                .collect();
            words.extend(joined.statement.as_ref().map(place_words));
            words.extend(
                joined
                    .record
                    .into_iter()
                    .chain(joined.end)
                    .map(change_words),
            );
            format!("{}: {}", purpose.as_str(), words.join("; "))
        }
        // Their texts are in the golden file of the dialects.
        Step::Execute {
            purpose: purpose @ Purpose::CreateTable,
            ..
        } => purpose.as_str().into(),
        Step::Execute {
            purpose:
                purpose @ (Purpose::CreateLock | Purpose::Lock | Purpose::Renew | Purpose::Unlock),
            ..
        } => format!("execute {}", purpose.as_str()),
        Step::Execute { sql, purpose, .. } => format!("{}: {sql}", purpose.as_str()),
        Step::Query { purpose, .. } => purpose.as_str().into(),
        other => other.to_string(),
    }
}

fn place_words(place: &Place<'_>) -> String {
    let Place {
        file,
        line,
        index,
        total,
        ..
    } = place;
    format!("({file}:{line}, {} of {total})", index + 1)
}

fn change_words(change: &Change) -> String {
    match change {
        Change::Insert(row) => format!("insert {}", row_words(row)),
        Change::Update(row) => format!("update {}", row_words(row)),
        Change::Progress {
            version,
            done,
            applied_at,
            execution_ms,
        } => format!("progress of {version}: {done}, at {applied_at}, {execution_ms} ms"),
        Change::Delete { version } => format!("delete {version}"),
        Change::SetChain { sequence, chain } => format!("row {sequence} has chain {chain}"),
    }
}

fn row_words(row: &crate::Row) -> String {
    let crate::Row {
        version,
        sequence,
        kind,
        state,
        statements_done,
        statements_total,
        chain,
        applied_at,
        execution_ms,
        ..
    } = row;
    let error = row
        .error
        .as_ref()
        .map_or(String::new(), |error| format!(", error {error:?}"));
    format!(
        "{version} #{sequence} {} {} {statements_done}/{statements_total}, chain {chain}, at {applied_at}, {execution_ms} ms{error}",
        kind.as_str(),
        state.as_str()
    )
}

pub(super) fn class(word: &str) -> Class {
    match word {
        "busy" => Class::Busy,
        "missing-table" => Class::MissingTable,
        "no-transaction" => Class::NoTransaction,
        "open-transaction" => Class::OpenTransaction,
        "in-transaction" => Class::InTransaction,
        "lock-timeout" => Class::LockTimeout,
        "deadlock" => Class::Deadlock,
        "serialization" => Class::Serialization,
        "other" => Class::Other,
        other => panic!("no class is called {other}"),
    }
}

pub(super) fn options(words: &str) -> Options {
    let mut options = Options {
        lock_timeout: Duration::from_millis(40),
        applied_by: "me@here".into(),
        ..Options::default()
    };
    for word in words.split_whitespace() {
        let (name, value) = word.split_once('=').unwrap_or((word, "0"));
        let version = Version::parse(value).expect("a version");
        match name {
            "latest" => options.goal = Goal::Latest,
            "up" => options.goal = Goal::UpTo(version),
            "down" => options.goal = Goal::DownTo(version),
            "all-down" => options.goal = Goal::AllDown,
            "redo" => options.goal = Goal::Redo,
            "baseline" => options.goal = Goal::Baseline(version),
            "continue" => options.goal = Goal::Resolve(Resolution::Continue),
            "mark-done" => options.goal = Goal::Resolve(Resolution::MarkDone),
            "mark-undone" => options.goal = Goal::Resolve(Resolution::MarkUndone),
            "go-up" => options.goal = Goal::Resolve(Resolution::GoUp),
            "go-down" => options.goal = Goal::Resolve(Resolution::GoDown),
            "table-lock" => options.lock = super::TABLE_LOCK,
            "dry-run" => options.dry_run = true,
            "allow-newer" => options.policy.newer = Choice::Allow,
            other => panic!("no option is called {other}"),
        }
    }
    options
}
