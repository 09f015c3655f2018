use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use migratory_core::{Heard, Outcome, Reply, Session, Step};

use super::{Clock, Failed, announce, told};
use crate::target::{Request, Watch};
use crate::trace::{Instrument, Trace};
use crate::{Dialect, Error};

/// What a verb gives on a client that does not block.
pub(super) type BoxFuture<'c, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'c>>;

/// Performs steps on a client that does not block.
pub(super) trait AsyncDriver: Send {
    /// What the client speaks.
    const DIALECT: Dialect;

    /// Whether the connection is known to be in a transaction.
    fn is_in_transaction(&self) -> bool {
        false
    }

    /// Performs a step that is neither a wait nor the end.
    fn perform(&mut self, step: Step<'_>) -> impl Future<Output = Result<Reply, Failed>> + Send;

    /// Sees to it that what the session holds is given back although nobody waits for it any more.
    fn let_go(&mut self, session: &mut Session);
}

impl<'c, T> Request<'c, T> {
    /// Drives the session on a client that does not block.
    ///
    /// # Errors
    ///
    /// Why it failed; that the list is written for another database; that the connection is in a transaction.
    pub(super) async fn run_async<D: AsyncDriver>(self, driver: D) -> Result<T, Error> {
        if self.dialect != D::DIALECT {
            return Err(Error::other_dialect(self.dialect, D::DIALECT));
        }
        if self.writes && driver.is_in_transaction() {
            return Err(Error::in_transaction());
        }
        run(self.session, driver, self.watch).await.map(self.finish)
    }
}

/// Drives a session to its end.
///
/// # Errors
///
/// Why the run failed, with the client's error as its source.
async fn run<D: AsyncDriver>(
    session: Session,
    driver: D,
    mut watch: Watch<'_>,
) -> Result<Outcome, Error> {
    let clock = Clock::start();
    let mut trace = Trace::of_run(D::DIALECT);
    let mut cause = None;
    let mut guard = Guard {
        session: Some(session),
        driver,
    };
    while let Some(session) = &mut guard.session {
        let result = match session.step() {
            Step::Done => break,
            Step::Wait(pause) => {
                Pause::new(pause).await;
                Ok(Reply::Done)
            }
            step => {
                let span = trace.step(&step);
                guard.driver.perform(step).instrument(span).await
            }
        };
        let (reply, error) = told(result);
        match session.reply(reply, clock.now()) {
            Heard::Ended => cause = error,
            Heard::Withheld => cause = None,
            Heard::Noted => {}
        }
        announce(session, &mut watch, &mut trace);
    }
    match guard.session.take().map(Session::finish) {
        Some(Ok(outcome)) => Ok(outcome),
        Some(Err(failure)) => Err(Error::failed(failure, cause)),
        None => unreachable!("only the line above takes the session"),
    }
}

/// Cleans up behind a run that nobody awaits any more, be it dropped or that a migration or whoever watches panicked.
struct Guard<D: AsyncDriver> {
    /// `None` at the end.
    session: Option<Session>,
    driver: D,
}

impl<D: AsyncDriver> Drop for Guard<D> {
    fn drop(&mut self) {
        if let Some(mut session) = self.session.take() {
            session.abandon();
            if session.holds_anything() {
                self.driver.let_go(&mut session);
            }
        }
    }
}

/// Lets go on a client that sends a message as soon as its future is first polled, and keeps to the order of its messages: every step
/// of the cleanup is sent, and nobody hears the replies.
#[cfg(any(
    feature = "sqlx-postgres",
    feature = "sqlx-sqlite",
    feature = "tokio-postgres"
))]
pub(super) fn send_and_forget<D: AsyncDriver>(driver: &mut D, session: &mut Session) {
    let clock = Clock::start();
    loop {
        let step = session.step();
        let assumed = match step {
            Step::Done => break,
            Step::Query { .. } => Reply::Rows(vec![vec![migratory_core::Value::Integer(1)]]),
            _ => Reply::Done,
        };
        let reply = match step {
            Step::Wait(_) => assumed,
            step => {
                let performed = std::pin::pin!(driver.perform(step));
                match performed.poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(result) => told(result).0,
                    Poll::Pending => assumed,
                }
            }
        };
        let _ = session.reply(reply, clock.now());
    }
}

/// Sleeps on whatever runtime it is awaited. A run seldom waits, and then for a lock: a thread costs little beside that.
struct Pause {
    until: Instant,
    sleeper: Option<Arc<Mutex<Waker>>>,
}

impl Pause {
    fn new(duration: Duration) -> Self {
        Self {
            until: Instant::now() + duration,
            sleeper: None,
        }
    }
}

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &self.sleeper {
            Some(waker) => context
                .waker()
                .clone_into(&mut waker.lock().unwrap_or_else(PoisonError::into_inner)),
            None => {
                let waker = Arc::new(Mutex::new(context.waker().clone()));
                self.sleeper = Some(waker.clone());
                let until = self.until;
                thread::spawn(move || {
                    thread::sleep(until.saturating_duration_since(Instant::now()));
                    let waker = waker.lock().unwrap_or_else(PoisonError::into_inner);
                    waker.wake_by_ref();
                });
            }
        }
        // After the waker is in its place: the thread wakes no earlier than this.
        if Instant::now() >= self.until {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use super::*;

    struct Woken(thread::Thread, AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.1.fetch_add(1, Ordering::SeqCst);
            self.0.unpark();
        }
    }

    #[test]
    fn a_pause_ends_by_itself_and_not_before_its_time() {
        let woken = Arc::new(Woken(thread::current(), AtomicUsize::new(0)));
        let waker = Waker::from(woken.clone());
        let mut context = Context::from_waker(&waker);
        let until = Instant::now() + Duration::from_millis(20);
        let mut pause = pin!(Pause::new(Duration::from_millis(20)));
        while pause.as_mut().poll(&mut context).is_pending() {
            thread::park();
        }
        assert!(Instant::now() >= until);
        assert_ne!(woken.1.load(Ordering::SeqCst), 0);
    }
}
