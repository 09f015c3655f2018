//! Each family of clients applies migrations over a connection that its server says is encrypted.

#![cfg(unix)]

use std::task::Poll;

use migratory::{Dialect, Error, Report};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tls::{Encrypted, and_tables, migrations};
use tokio::runtime::{Builder, Runtime};

#[test]
fn tokio_postgres_applies_over_tls() {
    let server = servers::require!(Encrypted::start(Dialect::Postgres));
    let mut trusted = rustls::RootCertStore::empty();
    let certificate = CertificateDer::from_pem_slice(server.certificate.as_bytes());
    trusted
        .add(certificate.expect("a certificate"))
        .expect("a certificate to trust");
    let config = rustls::ClientConfig::builder()
        .with_root_certificates(trusted)
        .with_no_client_auth();
    let connector = tokio_postgres_rustls::MakeRustlsConnect::new(config);
    let url = format!("{}?sslmode=require", server.place.url());
    ran_encrypted(
        &server,
        &runtime().block_on(async {
            let connected = tokio_postgres::connect(&url, connector).await;
            let (mut client, connection) = connected.expect("a connection");
            tokio::spawn(connection);
            migrations(Dialect::Postgres).apply(&mut client).await
        }),
    );
}

#[test]
fn sqlx_applies_over_tls() {
    use sqlx::ConnectOptions;

    let server = servers::require!(Encrypted::start(Dialect::Postgres));
    ran_encrypted(
        &server,
        &runtime().block_on(async {
            let connected = of_sqlx(&server).connect().await;
            let mut connection = connected.expect("a connection");
            migrations(Dialect::Postgres).apply(&mut connection).await
        }),
    );
}

/// What a run was not told yet when it was dropped may be a failure, which sqlx finds when it takes the connection back.
#[test]
fn a_pool_of_sqlx_has_its_connection_again_wherever_a_run_over_tls_is_dropped() {
    let server = servers::require!(Encrypted::start(Dialect::Postgres));
    runtime().block_on(async {
        let pool = sqlx::postgres::PgPoolOptions::new().max_connections(1);
        let connected = pool.connect_with(of_sqlx(&server)).await;
        let mut pool = connected.expect("a connection");
        // Many, for an answer that is there at once is not waited for.
        let migrations = and_tables(Dialect::Postgres, 20);
        let mut polls = 0;
        loop {
            polls += 1;
            if let Some(report) = polled(migrations.apply(&mut pool), polls).await {
                // The pool asks whether its connection is alive, and then the run asks for its history, which is not there.
                assert!(polls > 2, "a run is polled only {polls} times");
                let _ = report.expect("nobody dropped it");
                return;
            }
            let again = pool.acquire().await;
            again.unwrap_or_else(|error| panic!("after {polls} polls: {error}"));
        }
    });
    is_encrypted(&server);
}

/// Polls a future so often and drops it. What came of it, if it had come to its end.
async fn polled<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = std::pin::pin!(future);
    let mut done = 0;
    std::future::poll_fn(|context| {
        done += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending if done == polls => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

fn of_sqlx(server: &Encrypted) -> sqlx::postgres::PgConnectOptions {
    let options: sqlx::postgres::PgConnectOptions = server.place.url().parse().expect("a URL");
    options
        .ssl_mode(sqlx::postgres::PgSslMode::VerifyFull)
        .ssl_root_cert_from_pem(server.certificate.clone().into_bytes())
}

#[test]
fn mysql_applies_over_tls() {
    let server = servers::require!(Encrypted::start(Dialect::Mysql));
    let options = mysql::Opts::from_url(&server.place.url()).expect("a URL");
    let trusted =
        mysql::SslOpts::default().with_root_cert_path(Some(server.file.path().to_owned()));
    let options = mysql::OptsBuilder::from_opts(options)
        .prefer_socket(false)
        .ssl_opts(trusted);
    let mut connection = mysql::Conn::new(options).expect("a connection");
    ran_encrypted(&server, &migrations(Dialect::Mysql).apply(&mut connection));
}

#[test]
fn mysql_async_applies_over_tls() {
    let server = servers::require!(Encrypted::start(Dialect::Mysql));
    let options = mysql_async::Opts::from_url(&server.place.url()).expect("a URL");
    let certificate = server.certificate.clone().into_bytes();
    let trusted = mysql_async::SslOpts::default().with_root_certs(vec![certificate.into()]);
    let options = mysql_async::OptsBuilder::from_opts(options)
        .prefer_socket(false)
        .ssl_opts(trusted);
    ran_encrypted(
        &server,
        &runtime().block_on(async {
            let connected = mysql_async::Conn::new(options).await;
            let mut connection = connected.expect("a connection");
            let report = migrations(Dialect::Mysql).apply(&mut connection).await;
            connection.disconnect().await.expect("a good end");
            report
        }),
    );
}

/// The servers take plain connections as well, and say so of them: what the other tests ask for could fail.
#[test]
fn a_plain_connection_is_seen_to_be_one() {
    let server = servers::require!(Encrypted::start(Dialect::Mysql));
    let url = format!("{}?prefer_socket=false", server.place.url());
    let mut connection = mysql::Conn::new(url.as_str()).expect("a connection");
    let report = migrations(Dialect::Mysql).apply(&mut connection);
    assert_eq!(report.expect("the run succeeds").entries().len(), 1);
    assert_eq!(server.cipher(), "");

    let server = servers::require!(Encrypted::start(Dialect::Postgres));
    let url = format!("{}?sslmode=disable", server.place.url());
    runtime().block_on(async {
        let connected = tokio_postgres::connect(&url, tokio_postgres::NoTls).await;
        let (mut client, connection) = connected.expect("a connection");
        tokio::spawn(connection);
        let report = migrations(Dialect::Postgres).apply(&mut client).await;
        assert_eq!(report.expect("the run succeeds").entries().len(), 1);
    });
    assert_eq!(server.cipher(), "");
}

fn ran_encrypted(server: &Encrypted, result: &Result<Report, Error>) {
    let report = result.as_ref().expect("the run succeeds");
    assert_eq!(report.entries().len(), 1);
    is_encrypted(server);
}

fn is_encrypted(server: &Encrypted) {
    let cipher = server.cipher();
    assert!(cipher.starts_with("TLS_"), "the cipher is `{cipher}`");
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}
