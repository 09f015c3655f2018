use super::{Group, RULES, Rule, find};
use crate::diagnostic::Level;
use crate::discover::{CHECKS as FILE_CHECKS, Check as FileCheck};

/// A finding that is not a rule's: another stage makes it, and it has a name all the same.
#[derive(Debug)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// Its group.
    pub group: Group,
    /// Its level where nothing else is said.
    pub level: Level,
    /// What may be said about it.
    pub lenience: Lenience,
    /// Its page, where it has one.
    pub page: Option<&'static str>,
}

/// What a user may say about a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lenience {
    /// Nothing: what it finds cannot run.
    None,
    /// `[levels]` may change its level; no waiver silences it.
    Level,
    /// `[levels]` may change its level, and `allow(...)` silences it.
    Waiver,
}

/// Every check that is not a rule.
pub const CHECKS: &[Check] = &[
    check("syntax-error", Group::Correctness, Level::Deny),
    check("unknown-statement", Group::Correctness, Level::Warn).lenient(Lenience::Level),
    check("unknown-table", Group::Correctness, Level::Deny).page(include_str!("unknown_object.md")),
    check("unknown-column", Group::Correctness, Level::Deny)
        .page(include_str!("unknown_object.md")),
    check("unknown-object", Group::Correctness, Level::Deny)
        .page(include_str!("unknown_object.md")),
    check("unknown-function", Group::Correctness, Level::Deny),
    check("unknown-collation", Group::Correctness, Level::Deny),
    check("unknown-module", Group::Correctness, Level::Deny),
    check("unknown-schema", Group::Correctness, Level::Deny),
    check("constraint-failed", Group::Correctness, Level::Deny),
    check("duplicate-object", Group::Correctness, Level::Deny)
        .page(include_str!("duplicate_object.md")),
    check("duplicate-column", Group::Correctness, Level::Deny)
        .page(include_str!("duplicate_object.md")),
    check("unknown-type", Group::Correctness, Level::Deny),
    check("bad-type", Group::Correctness, Level::Deny),
    check("bad-default", Group::Correctness, Level::Deny),
    check("bad-insert", Group::Correctness, Level::Deny),
    check("bad-view", Group::Correctness, Level::Deny),
    check("bad-routine", Group::Correctness, Level::Deny),
    check("foreign-key-mismatch", Group::Correctness, Level::Deny),
    check("still-needed", Group::Correctness, Level::Deny),
    check("rejected-by-server", Group::Correctness, Level::Deny),
    check("endless-statement", Group::Correctness, Level::Deny),
    check("rejected-by-engine", Group::Correctness, Level::Deny),
    check("down-not-inverse", Group::Correctness, Level::Deny)
        .lenient(Lenience::Waiver)
        .page(include_str!("down_not_inverse.md")),
    check("not-repeatable", Group::Correctness, Level::Deny),
    check("rust-without-up", Group::Correctness, Level::Deny),
    check("schema-change-in-rust", Group::Correctness, Level::Warn).lenient(Lenience::Level),
    check("bad-configuration", Group::Correctness, Level::Deny),
    check("bad-directive", Group::Correctness, Level::Deny),
    check("misplaced-directive", Group::Correctness, Level::Deny),
    check("unsupported-directive", Group::Correctness, Level::Deny),
    check("unknown-rule", Group::Style, Level::Deny),
    check("not-waivable", Group::Style, Level::Deny),
    check("waiver-without-reason", Group::Style, Level::Deny).lenient(Lenience::Level),
    check("unused-waiver", Group::Style, Level::Warn).lenient(Lenience::Level),
];

const fn check(name: &'static str, group: Group, level: Level) -> Check {
    Check {
        name,
        group,
        level,
        lenience: Lenience::None,
        page: None,
    }
}

impl Check {
    const fn lenient(mut self, lenience: Lenience) -> Self {
        self.lenience = lenience;
        self
    }

    const fn page(mut self, page: &'static str) -> Self {
        self.page = Some(page);
        self
    }
}

/// What a name in `allow(...)`, `[levels]` or `explain` stands for.
#[derive(Clone, Copy)]
pub enum Known {
    /// A rule.
    Rule(&'static dyn Rule),
    /// A check of another stage.
    Check(&'static Check),
    /// A check of files and their names.
    File(&'static FileCheck),
    /// All rules and checks of a group.
    Group(Group),
}

impl Known {
    /// What may be said about it.
    pub fn lenience(self) -> Lenience {
        match self {
            Self::Rule(_) | Self::Group(_) => Lenience::Waiver,
            Self::Check(check) => check.lenience,
            Self::File(check) if check.adjustable => Lenience::Level,
            Self::File(_) => Lenience::None,
        }
    }

    /// Its page, where it has one.
    pub fn page(self) -> Option<&'static str> {
        match self {
            Self::Rule(rule) => Some(rule.page()),
            Self::Check(check) => check.page,
            Self::File(_) | Self::Group(_) => None,
        }
    }

    /// Its group.
    pub fn group(self) -> Group {
        match self {
            Self::Rule(rule) => rule.group(),
            Self::Check(check) => check.group,
            Self::File(_) => Group::History,
            Self::Group(group) => group,
        }
    }
}

/// What a name stands for.
pub fn known(name: &str) -> Option<Known> {
    let rule = find(name).map(Known::Rule);
    let check = || CHECKS.iter().find(|check| check.name == name);
    let group = || {
        Group::ALL
            .iter()
            .copied()
            .find(|group| group.name() == name)
    };
    let file = || FILE_CHECKS.iter().find(|check| check.code == name);
    rule.or_else(|| check().map(Known::Check))
        .or_else(|| file().map(Known::File))
        .or_else(|| group().map(Known::Group))
}

/// Every name there is: rules, checks, groups.
pub fn names() -> impl Iterator<Item = &'static str> {
    let rules = RULES.iter().map(|rule| rule.name());
    let checks = CHECKS.iter().map(|check| check.name);
    let groups = Group::ALL.iter().map(|group| group.name());
    let files = FILE_CHECKS.iter().map(|check| check.code);
    rules.chain(checks).chain(files).chain(groups)
}

/// The known name nearest to an unknown one.
pub fn unknown_name(name: &str) -> Option<&'static str> {
    crate::nearest(name, names())
}
