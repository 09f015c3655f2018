use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::any::Any;
use core::error::Error;
use core::fmt;
use core::fmt::Write;
use core::pin::Pin;

use crate::content_digest;

/// What a migration does in one direction: SQL, or a Rust function.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Script {
    /// SQL, already cut into statements.
    Sql(Sql),
    /// A Rust function.
    Rust(RustFunction),
}

impl Script {
    /// SQL in the form [`pack`] gives it; `file` is the path that messages name.
    pub const fn sql(file: &'static str, packed: &'static str) -> Self {
        Self::Sql(Sql { file, packed })
    }

    /// A Rust function; `file` is the path that messages name.
    pub const fn rust(file: &'static str, call: RustCall) -> Self {
        Self::Rust(RustFunction { file, call })
    }

    /// The path that messages name.
    pub const fn file(&self) -> &'static str {
        match self {
            Self::Sql(sql) => sql.file,
            Self::Rust(function) => function.file,
        }
    }

    /// How many steps of progress it has: its statements; a Rust function is one.
    pub fn len(&self) -> usize {
        match self {
            Self::Sql(sql) => sql.statements().count(),
            Self::Rust(_) => 1,
        }
    }

    /// Whether it does nothing at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The statements of one file in one string, so that a thousand migrations stay a thousand literals for rustc.
///
/// [`Debug`](fmt::Debug) tells how many they are and not their text, which may hold secrets: a plan that is logged holds this.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sql {
    file: &'static str,
    packed: &'static str,
}

impl Sql {
    /// SQL in the form [`pack`] gives it; `file` is the path that messages name.
    pub const fn new(file: &'static str, packed: &'static str) -> Self {
        Self { file, packed }
    }

    /// The path that messages name.
    pub const fn file(&self) -> &'static str {
        self.file
    }

    /// The statements in the order of the file.
    pub fn statements(&self) -> impl Iterator<Item = Statement<'static>> + Clone + use<> {
        unpack(self.packed)
    }
}

impl fmt::Debug for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sql")
            .field("file", &self.file)
            .field("statements", &self.statements().count())
            .finish_non_exhaustive()
    }
}

/// One statement of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// The text as the database receives it; it holds no NUL.
    pub sql: &'a str,
    /// The line of the file that it begins on, counted from 1.
    pub line: u32,
    /// Whether the database accepts it inside a transaction.
    pub transactional: bool,
    /// Whether it may change settings of the session, which are then put back after the migration.
    pub touches_session: bool,
}

/// A type-erased Rust migration: it receives the driver's own connection and downcasts it.
pub type RustCall = for<'c> fn(&'c mut (dyn Any + Send)) -> Called<'c>;

/// How a Rust migration ended.
pub type CallResult = Result<(), Box<dyn Error + Send + Sync>>;

/// What calling a Rust migration gives.
#[must_use = "an asynchronous migration does nothing until it is awaited"]
pub enum Called<'c> {
    /// It has run.
    Ended(CallResult),
    /// It is asynchronous, and runs when it is awaited.
    Pending(Pin<Box<dyn Future<Output = CallResult> + Send + 'c>>),
}

impl Called<'_> {
    /// How it ends, for a client that does not block.
    ///
    /// # Errors
    ///
    /// What the function returned.
    pub async fn awaited(self) -> CallResult {
        match self {
            Self::Ended(result) => result,
            Self::Pending(future) => future.await,
        }
    }

    /// How it ended, for a client that blocks.
    ///
    /// # Errors
    ///
    /// What the function returned, or that it is asynchronous: nobody here can wait for it.
    pub fn at_once(self) -> CallResult {
        match self {
            Self::Ended(result) => result,
            Self::Pending(_) => {
                Err("the migration is an `async fn`, and the client of this run blocks".into())
            }
        }
    }
}

impl fmt::Debug for Called<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(result) => f.debug_tuple("Ended").field(result).finish(),
            Self::Pending(_) => f.write_str("Pending"),
        }
    }
}

/// A migration written in Rust.
#[derive(Clone, Copy)]
pub struct RustFunction {
    file: &'static str,
    call: RustCall,
}

impl RustFunction {
    /// The path that messages name.
    pub const fn file(&self) -> &'static str {
        self.file
    }

    /// Runs it on the driver's connection; an asynchronous one runs when what this gives is awaited.
    pub fn call<'c>(&self, connection: &'c mut (dyn Any + Send)) -> Called<'c> {
        (self.call)(connection)
    }
}

impl fmt::Debug for RustFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RustFunction")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

/// How many hexadecimal digits [`Script::digests`] has for a statement.
const DIGEST_DIGITS: usize = 8;

impl Script {
    /// A digest of each statement, one after the other; `None` for a Rust function, whose text is not there at run time.
    ///
    /// Carriage returns do not count, because a checkout may add or remove them.
    pub(crate) fn digests(&self) -> Option<String> {
        let Self::Sql(sql) = self else { return None };
        Some(
            sql.statements()
                .map(|statement| digest(&statement))
                .collect(),
        )
    }
}

impl Sql {
    /// Where the file is first not what ran: `ran` is what [`Script::digests`] was, of which the first `done` statements are done.
    pub(crate) fn difference(&self, ran: Option<&str>, done: usize) -> Option<Difference> {
        if done == 0 {
            return None;
        }
        let Some(ran) = ran else {
            return Some(Difference::Unknown);
        };
        let mut statements = self.statements().enumerate();
        for number in 1..=done {
            let Some((index, statement)) = statements.next() else {
                return Some(Difference::Shorter {
                    statements: number - 1,
                });
            };
            let at = index * DIGEST_DIGITS;
            match ran.get(at..at + DIGEST_DIGITS) {
                None => return Some(Difference::Unknown),
                Some(ran) if ran == digest(&statement) => {}
                Some(_) => {
                    return Some(Difference::Statement {
                        number,
                        place: format!("{}:{}", self.file, statement.line),
                    });
                }
            }
        }
        None
    }
}

/// Where a file that was run in part is not any more what ran.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// A statement that is done is not the one that stands there now.
    Statement {
        /// Which one, counted from 1.
        number: usize,
        /// Where the other one stands, as `file:line`.
        place: String,
    },
    /// The file has fewer statements than are done.
    Shorter {
        /// How many it has.
        statements: usize,
    },
    /// The history does not say which statements ran.
    Unknown,
}

fn digest(statement: &Statement<'_>) -> String {
    let digest = match statement.sql.contains('\r') {
        true => content_digest(statement.sql.replace('\r', "").as_bytes()),
        false => content_digest(statement.sql.as_bytes()),
    };
    format!("{:0DIGEST_DIGITS$x}", (digest >> 32 ^ digest) as u32)
}

/// Ends a statement in packed SQL; no SQL text holds it.
const SEPARATOR: char = '\0';
/// For neither, for the first only, the second only, and both of: the database refuses it in a transaction, and it may change settings
/// of the session.
const FLAGS: [char; 4] = [' ', '!', '~', '?'];

/// Puts statements into one string, each as its line, a flag and its text. [`Sql::statements`] takes them out again.
///
/// # Panics
///
/// If a statement holds a NUL character. No database accepts one in SQL, and the build refuses it before it comes here.
pub fn pack<'a>(statements: impl IntoIterator<Item = Statement<'a>>) -> String {
    let mut packed = String::new();
    for statement in statements {
        assert!(
            !statement.sql.contains(SEPARATOR),
            "a statement holds no NUL"
        );
        let flag = FLAGS
            [usize::from(!statement.transactional) + 2 * usize::from(statement.touches_session)];
        // Writing to a String cannot fail.
        let _ = write!(
            packed,
            "{}{flag}{}{SEPARATOR}",
            statement.line, statement.sql
        );
    }
    packed
}

fn unpack(packed: &str) -> impl Iterator<Item = Statement<'_>> + Clone {
    packed.split_terminator(SEPARATOR).map(|record| {
        let digits = record.bytes().take_while(u8::is_ascii_digit).count();
        let (line, flagged) = record.split_at(digits);
        let flag = FLAGS.iter().position(|flag| flagged.starts_with(*flag));
        let bits = flag.unwrap_or(0);
        Statement {
            sql: flagged.strip_prefix(FLAGS).unwrap_or(flagged),
            line: line.parse().unwrap_or(0),
            transactional: bits & 1 == 0,
            touches_session: bits & 2 != 0,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn debug_does_not_tell_the_text_of_statements() {
        let script = Script::sql("a.sql", "1 CREATE ROLE a PASSWORD 'hunter2'\0");
        assert_eq!(
            format!("{script:?}"),
            "Sql(Sql { file: \"a.sql\", statements: 1, .. })"
        );
    }

    #[test]
    fn packed_statements_come_out_as_they_went_in() {
        let fixtures: &[&[(&str, u32, bool)]] = &[
            &[],
            &[("CREATE TABLE a (x)", 1, true)],
            &[("", 1, true)],
            &[
                ("1 2", 3, true),
                ("!x", 4, false),
                ("~x", 4, true),
                (" y ", 5, true),
                ("7", 6, false),
            ],
            &[
                ("SELECT 'é\n''', \"q\"", u32::MAX, false),
                ("VACUUM", 2, false),
            ],
        ];
        for fixture in fixtures {
            let statements: Vec<_> = fixture
                .iter()
                .flat_map(|&(sql, line, transactional)| {
                    [false, true].map(|touches_session| Statement {
                        sql,
                        line,
                        transactional,
                        touches_session,
                    })
                })
                .collect();
            let packed = pack(statements.iter().copied());
            assert_eq!(
                unpack(&packed).collect::<Vec<_>>(),
                statements,
                "{packed:?}"
            );
        }
    }

    /// F52
    #[test]
    fn the_first_statement_that_is_not_the_one_that_ran_is_found() {
        let sql = |packed| Sql::new("f.sql", packed);
        let ran = Script::sql("f.sql", "1 A\x002 B\r\n\x003 C\0").digests();
        let ran = ran.as_deref();
        let differs = |number, line| {
            Some(Difference::Statement {
                number,
                place: format!("f.sql:{line}"),
            })
        };
        let shorter = |statements| Some(Difference::Shorter { statements });
        let cases = [
            ("1 A\x002 B\n\x003 C\0", 3, None),
            ("9 A\x0010 B\n\x0011 edited\x0012 more\0", 2, None),
            ("1 A\x002 B\n\x003 edited\0", 3, differs(3, 3)),
            ("1 new\x002 A\x003 B\n\0", 2, differs(1, 1)),
            ("1 A\0", 2, shorter(1)),
            ("", 1, shorter(0)),
            ("", 0, None),
        ];
        for (packed, done, expected) in cases {
            assert_eq!(sql(packed).difference(ran, done), expected, "{packed:?}");
        }
        assert_eq!(sql("1 A\0").difference(None, 1), Some(Difference::Unknown));
        assert_eq!(
            sql("1 A\0").difference(Some(""), 1),
            Some(Difference::Unknown)
        );
    }

    #[test]
    fn the_packed_form_is_line_flag_text() {
        let statements = [
            Statement {
                sql: "A",
                line: 1,
                transactional: true,
                touches_session: false,
            },
            Statement {
                sql: "B",
                line: 12,
                transactional: false,
                touches_session: false,
            },
            Statement {
                sql: "C",
                line: 13,
                transactional: true,
                touches_session: true,
            },
            Statement {
                sql: "D",
                line: 14,
                transactional: false,
                touches_session: true,
            },
        ];
        assert_eq!(pack(statements), "1 A\x0012!B\x0013~C\x0014?D\0");
    }

    #[test]
    fn a_rust_function_is_called_with_the_drivers_own_connection() {
        fn add<'c>(connection: &'c mut (dyn Any + Send)) -> Called<'c> {
            Called::Ended(match connection.downcast_mut::<u8>() {
                Some(number) => {
                    *number += 1;
                    Ok(())
                }
                None => Err("not a u8".into()),
            })
        }
        let Script::Rust(function) = Script::rust("migrations/0002_add.rs", add) else {
            panic!("it is Rust")
        };
        let mut connection = 1_u8;
        function.call(&mut connection).at_once().unwrap();
        assert_eq!(connection, 2);
        assert_eq!(
            alloc::string::ToString::to_string(&function.call(&mut "x").at_once().unwrap_err()),
            "not a u8"
        );
    }
}
