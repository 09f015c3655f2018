use std::any::{Any, type_name};
use std::error::Error;

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// A function that can be a migration: it takes the driver's connection, shared or not, and its error fits a box.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a migration",
    label = "its signature does not fit",
    note = "a migration is `pub fn up(connection: &C) -> Result<(), E>` or `pub fn up(connection: &mut C) -> Result<(), E>`",
    note = "`C` is the connection's type and `E` converts into `Box<dyn Error + Send + Sync>`"
)]
pub trait RustMigration<Signature> {
    /// Calls it, if `connection` is of its type.
    ///
    /// # Errors
    ///
    /// What the function returns, or that `connection` is of another type.
    fn call(self, connection: &mut dyn Any) -> Outcome;
}

/// The signature of a function that takes `&C`.
#[derive(Debug)]
pub struct Shared<C, E>(std::marker::PhantomData<fn(C) -> E>);

/// The signature of a function that takes `&mut C`.
#[derive(Debug)]
pub struct Exclusive<C, E>(std::marker::PhantomData<fn(C) -> E>);

impl<F, C, E> RustMigration<Shared<C, E>> for F
where
    F: FnOnce(&C) -> Result<(), E>,
    C: Any,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    fn call(self, connection: &mut dyn Any) -> Outcome {
        self(downcast::<C>(connection)?).map_err(Into::into)
    }
}

impl<F, C, E> RustMigration<Exclusive<C, E>> for F
where
    F: FnOnce(&mut C) -> Result<(), E>,
    C: Any,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    fn call(self, connection: &mut dyn Any) -> Outcome {
        self(downcast::<C>(connection)?).map_err(Into::into)
    }
}

/// Calls a user's migration on the driver's connection.
///
/// # Errors
///
/// What the function returns, or that `connection` is not of the type it was written for.
pub fn call<F, Signature>(function: F, connection: &mut dyn Any) -> Outcome
where
    F: RustMigration<Signature>,
{
    function.call(connection)
}

/// How the error ends that a connection of another type gives.
pub(super) const OTHER_CONNECTION: &str = "and it runs on another kind of connection";

fn downcast<C: Any>(connection: &mut dyn Any) -> Result<&mut C, String> {
    connection.downcast_mut().ok_or_else(|| {
        format!(
            "the migration is written for `{}`, {OTHER_CONNECTION}",
            type_name::<C>()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Connection(u8);

    fn shared(connection: &Connection) -> Result<(), std::num::ParseIntError> {
        connection.0.to_string().parse::<u8>().map(|_| ())
    }

    fn exclusive(connection: &mut Connection) -> Result<(), Box<dyn Error + Send + Sync>> {
        connection.0 += 1;
        Ok(())
    }

    fn failing(_: &mut Connection) -> Result<(), &'static str> {
        Err("no")
    }

    #[test]
    fn a_migration_takes_its_connection_shared_or_exclusive_with_any_error() {
        let mut connection = Connection(0);
        call(exclusive, &mut connection).unwrap();
        call(shared, &mut connection).unwrap();
        assert_eq!(connection.0, 1);
        let error = call(failing, &mut connection).unwrap_err();
        assert_eq!(error.to_string(), "no");
    }

    #[test]
    fn another_kind_of_connection_is_an_error_that_names_the_type() {
        let error = call(exclusive, &mut 7_u32).unwrap_err().to_string();
        assert!(error.contains("tests::Connection`"), "{error}");
    }
}
