//! One suite for every driver: the same scenarios on each client library, with one golden text for each database.
//!
//! A driver's test file says how to connect and names its verbs, and [`suite!`] makes a test of each of the [`scenarios`]. They are
//! written once, in SQL that all databases take; what comes of them is written down for each database, and every client of that
//! database has to give exactly that.
//!
//! Four nouns:
//!
//! - [`Client`]: a client library's connection, with the verbs of a run.
//! - [`Place`]: one test's own database, and a [`Witness`] that looks at it from outside.
//! - [`Files`]: a migrations directory of the scenario's, made into the list that a build would make of it.
//! - [`Stage`]: whatever plays a scenario; [`check`] holds the text against what it plays.

#![cfg(unix)]

mod blocked;
mod client;
mod crash;
mod crowd;
mod dropped;
mod effects;
mod files;
mod lock;
mod network;
mod passwords;
mod place;
mod play;
mod said;
mod scenario;
mod settings;
mod trap;
mod trips;
mod witness;

pub use blocked::{index_made_again, said_again};
pub use client::{AsyncClient, Client};
pub use crash::server_killed;
pub use crowd::{be_a_child, each_was_applied_once, eight_at_once, killed, meet};
pub use dropped::dropped;
pub use files::{Files, RustFunctions};
pub use lock::Lock;
pub use network::{holder_is_named, megabytes, reader};
pub use passwords::passwords;
pub use place::Place;
pub(crate) use play::compare;
pub use play::{Stage, check, play};
pub use said::{brief, lines, said, stable, told};
pub use scenario::scenarios;
pub use servers::{Counter, NotHere, not_run};
pub use settings::Settings;
pub use trips::one_round_trip;
pub use witness::Witness;

/// Makes a test of each file of scenarios, and those in which several processes meet.
///
/// The test binary is its own child: started with a certain variable set, the test `be_a_child` applies a list and ends.
#[macro_export]
macro_rules! suite {
    ($client:ty) => {
        #[test]
        fn migrations_go_up() {
            $crate::judge("migrations_go_up", $crate::scenarios::<$client>("up"));
        }

        #[test]
        fn migrations_go_down() {
            $crate::judge("migrations_go_down", $crate::scenarios::<$client>("down"));
        }

        #[test]
        fn a_history_that_does_not_fit_is_refused() {
            $crate::judge(
                "a_history_that_does_not_fit_is_refused",
                $crate::scenarios::<$client>("histories"),
            );
        }

        #[test]
        fn the_history_table_is_what_and_where_it_is_told_to_be() {
            $crate::judge(
                "the_history_table_is_what_and_where_it_is_told_to_be",
                $crate::scenarios::<$client>("tables"),
            );
        }

        #[test]
        fn migrations_in_rust_get_the_connection() {
            $crate::judge(
                "migrations_in_rust_get_the_connection",
                $crate::scenarios::<$client>("rust"),
            );
        }

        #[test]
        fn migrations_without_transaction_say_how_far_they_came() {
            $crate::judge(
                "migrations_without_transaction_say_how_far_they_came",
                $crate::scenarios::<$client>("partial"),
            );
        }

        #[test]
        fn of_a_message_it_is_told_which_part_failed() {
            $crate::judge(
                "of_a_message_it_is_told_which_part_failed",
                $crate::scenarios::<$client>("messages"),
            );
        }

        #[test]
        fn the_session_is_as_it_was_after_every_migration() {
            $crate::judge(
                "the_session_is_as_it_was_after_every_migration",
                $crate::scenarios::<$client>("session"),
            );
        }

        #[test]
        fn a_secret_in_a_statement_is_not_said() {
            $crate::judge(
                "a_secret_in_a_statement_is_not_said",
                $crate::scenarios::<$client>("secrets"),
            );
        }

        #[test]
        fn a_look_writes_nothing() {
            $crate::judge(
                "a_look_writes_nothing",
                $crate::scenarios::<$client>("reading"),
            );
        }

        #[test]
        fn of_eight_processes_at_once_each_migration_is_applied_by_one() {
            $crate::judge(
                "of_eight_processes_at_once_each_migration_is_applied_by_one",
                $crate::eight_at_once::<$client>($crate::Lock::OfSession),
            );
        }

        #[test]
        fn a_process_that_is_killed_leaves_a_history_that_tells_the_truth() {
            $crate::judge(
                "a_process_that_is_killed_leaves_a_history_that_tells_the_truth",
                $crate::killed::<$client>($crate::Lock::OfSession),
            );
        }

        #[test]
        fn be_a_child() {
            $crate::be_a_child::<$client>();
        }
    };
    (async $client:ty) => {
        $crate::suite!($client);

        #[test]
        fn a_run_that_is_dropped_gives_everything_back() {
            $crate::judge(
                "a_run_that_is_dropped_gives_everything_back",
                $crate::dropped::<$client>($crate::Lock::OfSession),
            );
        }
    };
}

/// Makes the tests of a client that talks to a server.
#[macro_export]
macro_rules! network {
    ($client:ty) => {
        #[test]
        fn nothing_to_do_is_one_round_trip() {
            $crate::judge(
                "nothing_to_do_is_one_round_trip",
                $crate::one_round_trip::<$client>(),
            );
        }

        #[test]
        fn who_may_only_read_the_history_finds_nothing_to_do() {
            $crate::judge(
                "who_may_only_read_the_history_finds_nothing_to_do",
                $crate::reader::<$client>(),
            );
        }

        #[test]
        fn a_waiter_that_gives_up_says_who_holds_the_lock() {
            $crate::judge(
                "a_waiter_that_gives_up_says_who_holds_the_lock",
                $crate::holder_is_named::<$client>(),
            );
        }

        #[test]
        fn no_word_of_a_password_is_said() {
            $crate::judge(
                "no_word_of_a_password_is_said",
                $crate::passwords::<$client>(),
            );
        }

        #[test]
        fn statements_of_megabytes_are_applied() {
            $crate::judge(
                "statements_of_megabytes_are_applied",
                $crate::megabytes::<$client>(),
            );
        }
    };
}

/// Makes the tests in which somebody else keeps what a migration wants, for one client of each server.
#[macro_export]
macro_rules! blocked {
    ($client:ty) => {
        #[test]
        fn a_statement_that_waits_in_vain_is_said_again_and_then_says_for_whom() {
            $crate::judge(
                "a_statement_that_waits_in_vain_is_said_again_and_then_says_for_whom",
                $crate::said_again::<$client>(),
            );
        }
    };
}

/// Makes the tests in which the lock is a row of a table.
#[macro_export]
macro_rules! table_lock {
    ($client:ty) => {
        #[test]
        fn of_eight_processes_at_once_a_row_lets_one_run() {
            $crate::judge(
                "of_eight_processes_at_once_a_row_lets_one_run",
                $crate::eight_at_once::<$client>($crate::Lock::InTable),
            );
        }

        #[test]
        fn the_lock_of_a_process_that_was_killed_is_free_when_its_lease_is_over() {
            $crate::judge(
                "the_lock_of_a_process_that_was_killed_is_free_when_its_lease_is_over",
                $crate::killed::<$client>($crate::Lock::InTable),
            );
        }
    };
    (async $client:ty) => {
        $crate::table_lock!($client);

        #[test]
        fn a_run_that_is_dropped_gives_its_row_back() {
            $crate::judge(
                "a_run_that_is_dropped_gives_its_row_back",
                $crate::dropped::<$client>($crate::Lock::InTable),
            );
        }
    };
}

/// Makes the test in which the server dies, for one client of each server: it takes its time.
#[macro_export]
macro_rules! crash {
    ($client:ty) => {
        #[test]
        fn a_server_that_is_killed_at_any_message_loses_nothing_and_does_nothing_twice() {
            $crate::judge(
                "a_server_that_is_killed_at_any_message_loses_nothing_and_does_nothing_twice",
                $crate::server_killed::<$client>(),
            );
        }
    };
}

/// A test whose database is not here was not run.
///
/// # Panics
///
/// Under CI, where every test has to run.
pub fn judge(test: &str, result: Result<(), NotHere>) {
    if let Err(not_here) = result {
        not_run(&format!("{test}::Here"), &not_here);
    }
}
