use alloc::boxed::Box;
use alloc::string::String;
use core::any::Any;
use core::error::Error;
use core::fmt;
use core::fmt::Write;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// One statement of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// The text as the database receives it; it holds no NUL.
    pub sql: &'a str,
    /// The line of the file that it begins on, counted from 1.
    pub line: u32,
    /// Whether the database accepts it inside a transaction.
    pub transactional: bool,
}

/// A type-erased Rust migration: it receives the driver's own connection and downcasts it.
pub type RustCall = fn(&mut dyn Any) -> Result<(), Box<dyn Error + Send + Sync>>;

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

    /// Runs it on the driver's connection.
    ///
    /// # Errors
    ///
    /// What the function returns, or that `connection` is not of the type it was written for.
    pub fn call(&self, connection: &mut dyn Any) -> Result<(), Box<dyn Error + Send + Sync>> {
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

/// Ends a statement in packed SQL; no SQL text holds it.
const SEPARATOR: char = '\0';
const TRANSACTIONAL: char = ' ';
const NOT_TRANSACTIONAL: char = '!';

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
        let flag = if statement.transactional {
            TRANSACTIONAL
        } else {
            NOT_TRANSACTIONAL
        };
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
        Statement {
            sql: flagged
                .strip_prefix([TRANSACTIONAL, NOT_TRANSACTIONAL])
                .unwrap_or(flagged),
            line: line.parse().unwrap_or(0),
            transactional: !flagged.starts_with(NOT_TRANSACTIONAL),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn packed_statements_come_out_as_they_went_in() {
        let fixtures: &[&[(&str, u32, bool)]] = &[
            &[],
            &[("CREATE TABLE a (x)", 1, true)],
            &[("", 1, true)],
            &[
                ("1 2", 3, true),
                ("!x", 4, false),
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
                .map(|&(sql, line, transactional)| Statement {
                    sql,
                    line,
                    transactional,
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

    #[test]
    fn the_packed_form_is_line_flag_text() {
        let statements = [
            Statement {
                sql: "A",
                line: 1,
                transactional: true,
            },
            Statement {
                sql: "B",
                line: 12,
                transactional: false,
            },
        ];
        assert_eq!(pack(statements), "1 A\x0012!B\0");
    }

    #[test]
    fn a_rust_function_is_called_with_the_drivers_own_connection() {
        fn add(connection: &mut dyn Any) -> Result<(), Box<dyn Error + Send + Sync>> {
            *connection.downcast_mut::<u8>().ok_or("not a u8")? += 1;
            Ok(())
        }
        let Script::Rust(function) = Script::rust("migrations/0002_add.rs", add) else {
            panic!("it is Rust")
        };
        let mut connection = 1_u8;
        function.call(&mut connection).unwrap();
        assert_eq!(connection, 2);
        assert_eq!(
            alloc::string::ToString::to_string(&function.call(&mut "x").unwrap_err()),
            "not a u8"
        );
    }
}
