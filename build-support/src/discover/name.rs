//! What a file is by its name alone.

use migratory_core::Version;

use super::{CONFIG_FILE, LOCK_FILE, SEEDS};

/// What a file of the directory is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Config,
    Lock,
    /// `README` files, and what starts with a dot: `.gitkeep`, `.gitattributes`.
    Tolerated,
    Repeatable {
        name: String,
    },
    Versioned {
        version: Version,
        name: String,
        part: Part,
    },
    Seed,
}

/// Which part of its migration a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Whole,
    Up,
    Down,
    Rust,
}

impl Part {
    /// Its extension, as the grammar spells it.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Whole => ".sql",
            Self::Up => ".up.sql",
            Self::Down => ".down.sql",
            Self::Rust => ".rs",
        }
    }
}

/// Why a name fits no pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// `.SQL` in some other case than small letters.
    ExtensionCase,
    /// Neither `.sql` nor `.rs`.
    Extension,
    /// It does not start with a digit.
    NoVersion,
    /// More than 19 digits.
    TooManyDigits,
    /// 19 digits, and over the largest signed 64-bit number.
    TooLarge,
    /// Something other than one `_` behind the version.
    Separator(char),
    /// Nothing behind the version.
    NoDescription,
    /// A description with something other than ASCII letters, digits and `_`.
    Character(char),
    /// A repeatable migration with a down, or in Rust.
    RepeatablePart,
}

impl Flaw {
    /// The flaw in words.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::ExtensionCase => "the extension is written in small letters".to_owned(),
            Self::Extension => {
                "only `.sql` and `.rs` files, `migratory.toml`, `migratory.lock` and a README belong here".to_owned()
            }
            Self::NoVersion => "the name of a migration starts with its version, 1 to 19 digits".to_owned(),
            Self::TooManyDigits => "a version has at most 19 digits".to_owned(),
            Self::TooLarge => format!(
                "a version is at most {}, the largest number that the history table can hold",
                Version::MAX
            ),
            Self::Separator('_') => "one `_` stands between version and description".to_owned(),
            Self::Separator(found) => {
                format!("a `_` stands between version and description, not `{}`", found.escape_debug())
            }
            Self::NoDescription => "a description follows the version".to_owned(),
            Self::Character(found) => format!(
                "a description has ASCII letters, digits and `_`, not `{}`",
                found.escape_debug()
            ),
            Self::RepeatablePart => "a repeatable migration is one `.sql` file and has no way down".to_owned(),
        }
    }
}

/// What the file at this path of the directory is.
pub(super) fn role(path: &str) -> Result<Role, Flaw> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if tolerated(name) {
        return Ok(Role::Tolerated);
    }
    if path.len() > name.len() && path.split('/').next() == Some(SEEDS) {
        return match split_extension(name)? {
            (_, Part::Rust) => Err(Flaw::Extension),
            _ => Ok(Role::Seed),
        };
    }
    match name {
        CONFIG_FILE => Ok(Role::Config),
        LOCK_FILE => Ok(Role::Lock),
        _ => migration(name),
    }
}

fn tolerated(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    stem.is_empty() || stem.eq_ignore_ascii_case("readme")
}

fn migration(name: &str) -> Result<Role, Flaw> {
    let (stem, part) = split_extension(name)?;
    if let Some(description) = stem.strip_prefix("R__") {
        return match part {
            Part::Whole => Ok(Role::Repeatable {
                name: checked_description(description)?,
            }),
            _ => Err(Flaw::RepeatablePart),
        };
    }
    let digits = leading_digits(stem);
    if digits.is_empty() {
        return Err(Flaw::NoVersion);
    }
    let version = Version::parse(digits).ok_or(match digits.len() {
        ..=19 => Flaw::TooLarge,
        _ => Flaw::TooManyDigits,
    })?;
    let rest = &stem[digits.len()..];
    let description = match rest.chars().next() {
        None => return Err(Flaw::NoDescription),
        Some('_') if rest.starts_with("__") => return Err(Flaw::Separator('_')),
        Some('_') => &rest[1..],
        Some(found) => return Err(Flaw::Separator(found)),
    };
    Ok(Role::Versioned {
        version,
        name: checked_description(description)?,
        part,
    })
}

/// The name before its extension, and what the extension says.
fn split_extension(name: &str) -> Result<(&str, Part), Flaw> {
    // The longer extensions first: each `.up.sql` is a `.sql` as well.
    let parts = [Part::Up, Part::Down, Part::Whole, Part::Rust];
    let lower = name.to_ascii_lowercase();
    for part in parts {
        if let Some(stem) = lower.strip_suffix(part.extension()) {
            return match name.ends_with(part.extension()) {
                true => Ok((&name[..stem.len()], part)),
                false => Err(Flaw::ExtensionCase),
            };
        }
    }
    Err(Flaw::Extension)
}

fn checked_description(text: &str) -> Result<String, Flaw> {
    let strange = text
        .chars()
        .find(|found| !found.is_ascii_alphanumeric() && *found != '_');
    match strange {
        Some(found) => Err(Flaw::Character(found)),
        None if text.starts_with('_') => Err(Flaw::Separator('_')),
        None if text.is_empty() => Err(Flaw::NoDescription),
        None => Ok(text.to_owned()),
    }
}

/// The digits at the start of a text.
pub(super) fn leading_digits(text: &str) -> &str {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    &text[..end]
}
