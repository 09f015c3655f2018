use std::any::{Any, type_name};
use std::error::Error;
use std::marker::PhantomData;

use migratory_core::Called;

/// A function that can be a migration: it takes the driver's connection, shared or not, and its error fits a box.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a migration",
    label = "its signature does not fit",
    note = "a migration is `pub fn up(connection: &C) -> Result<(), E>` or `pub fn up(connection: &mut C) -> Result<(), E>`",
    note = "for a client that does not block it is `pub async fn`, and its future is `Send`",
    note = "`C` is the connection's type and `E` converts into `Box<dyn Error + Send + Sync>`"
)]
pub trait RustMigration<Signature> {
    /// Calls it, if `connection` is of its type.
    fn call(self, connection: &mut (dyn Any + Send)) -> Called<'_>;
}

/// The signature of a function that takes `&C`.
#[derive(Debug)]
pub struct Shared<C, E>(PhantomData<fn(C) -> E>);

/// The signature of a function that takes `&mut C`.
#[derive(Debug)]
pub struct Exclusive<C, E>(PhantomData<fn(C) -> E>);

/// The signature of an `async` function that takes `&C`.
#[derive(Debug)]
pub struct AsyncShared<C, E>(PhantomData<fn(C) -> E>);

/// The signature of an `async` function that takes `&mut C`.
#[derive(Debug)]
pub struct AsyncExclusive<C, E>(PhantomData<fn(C) -> E>);

impl<F, C, E> RustMigration<Shared<C, E>> for F
where
    F: FnOnce(&C) -> Result<(), E>,
    C: Any,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    fn call(self, connection: &mut (dyn Any + Send)) -> Called<'_> {
        let result = downcast::<C>(connection).and_then(|it| self(it).map_err(Into::into));
        Called::Ended(result)
    }
}

impl<F, C, E> RustMigration<Exclusive<C, E>> for F
where
    F: FnOnce(&mut C) -> Result<(), E>,
    C: Any,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    fn call(self, connection: &mut (dyn Any + Send)) -> Called<'_> {
        let result = downcast::<C>(connection).and_then(|it| self(it).map_err(Into::into));
        Called::Ended(result)
    }
}

impl<F, C, E> RustMigration<AsyncShared<C, E>> for F
where
    F: for<'c> Asynchronous<&'c C, E> + 'static,
    C: Any,
    E: Into<Box<dyn Error + Send + Sync>> + 'static,
{
    fn call(self, connection: &mut (dyn Any + Send)) -> Called<'_> {
        match downcast::<C>(connection) {
            Ok(connection) => pending(self.start(connection)),
            Err(error) => Called::Ended(Err(error)),
        }
    }
}

impl<F, C, E> RustMigration<AsyncExclusive<C, E>> for F
where
    F: for<'c> Asynchronous<&'c mut C, E> + 'static,
    C: Any,
    E: Into<Box<dyn Error + Send + Sync>> + 'static,
{
    fn call(self, connection: &mut (dyn Any + Send)) -> Called<'_> {
        match downcast::<C>(connection) {
            Ok(connection) => pending(self.start(connection)),
            Err(error) => Called::Ended(Err(error)),
        }
    }
}

/// A function from `A` to a future. It gives a name to a future that differs with the lifetime in `A`.
pub trait Asynchronous<A, E> {
    /// What it gives.
    type Future: Future<Output = Result<(), E>> + Send;

    /// Calls it.
    fn start(self, argument: A) -> Self::Future;
}

impl<F, A, T, E> Asynchronous<A, E> for F
where
    F: FnOnce(A) -> T,
    T: Future<Output = Result<(), E>> + Send,
{
    type Future = T;

    fn start(self, argument: A) -> T {
        self(argument)
    }
}

fn pending<'c, E>(future: impl Future<Output = Result<(), E>> + Send + 'c) -> Called<'c>
where
    E: Into<Box<dyn Error + Send + Sync>> + 'static,
{
    Called::Pending(Box::pin(async { future.await.map_err(Into::into) }))
}

/// Calls a user's migration on the driver's connection. What it gives says so if that is not of the type it was written for.
pub fn call<F, Signature>(function: F, connection: &mut (dyn Any + Send)) -> Called<'_>
where
    F: RustMigration<Signature>,
{
    function.call(connection)
}

/// How the error ends that a connection of another type gives.
pub(super) const OTHER_CONNECTION: &str = "and it runs on another kind of connection";

fn downcast<C: Any>(
    connection: &mut (dyn Any + Send),
) -> Result<&mut C, Box<dyn Error + Send + Sync>> {
    connection.downcast_mut().ok_or_else(|| {
        let written_for = type_name::<C>();
        format!("the migration is written for `{written_for}`, {OTHER_CONNECTION}").into()
    })
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use migratory_core::CallResult;

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

    async fn async_shared(connection: &Connection) -> Result<(), std::num::ParseIntError> {
        std::future::ready(shared(connection)).await
    }

    async fn async_exclusive(connection: &mut Connection) -> Result<(), &'static str> {
        connection.0 += 1;
        std::future::ready(()).await;
        connection.0 += 1;
        Err("no")
    }

    #[test]
    fn a_migration_takes_its_connection_shared_or_exclusive_with_any_error() {
        let mut connection = Connection(0);
        call(exclusive, &mut connection).at_once().unwrap();
        call(shared, &mut connection).at_once().unwrap();
        assert_eq!(connection.0, 1);
        let error = call(failing, &mut connection).at_once().unwrap_err();
        assert_eq!(error.to_string(), "no");
    }

    #[test]
    fn an_asynchronous_migration_runs_when_it_is_awaited() {
        let mut connection = Connection(0);
        awaited(call(async_shared, &mut connection)).unwrap();
        let called = call(async_exclusive, &mut connection);
        let error = awaited(called).unwrap_err();
        assert_eq!(error.to_string(), "no");
        assert_eq!(connection.0, 2);
    }

    #[test]
    fn an_asynchronous_migration_is_an_error_to_a_client_that_blocks() {
        let mut connection = Connection(0);
        let called = call(async_exclusive, &mut connection);
        let error = called.at_once().unwrap_err().to_string();
        assert!(error.contains("`async fn`"), "{error}");
    }

    #[test]
    fn another_kind_of_connection_is_an_error_that_names_the_type() {
        let (mut first, mut second) = (7_u32, 7_u32);
        for called in [call(exclusive, &mut first), call(async_shared, &mut second)] {
            let error = called.at_once().unwrap_err().to_string();
            assert!(error.contains("tests::Connection`"), "{error}");
        }
    }

    fn awaited(called: Called<'_>) -> CallResult {
        let Called::Pending(future) = called else {
            panic!("it was not awaited")
        };
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => result,
            Poll::Pending => panic!("nothing keeps it waiting"),
        }
    }
}
