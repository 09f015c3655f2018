//! A web service that brings its PostgreSQL database to the newest migration before it serves.
//!
//! `DATABASE_URL` names the database, `ADDRESS` where to listen (without it `127.0.0.1:8080`). Any number of these can start at once:
//! one migrates, the others wait for it. Where the history does not fit this program, it says why and does not serve.

use std::env;
use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_postgres::{Client, Config, NoTls};

mod db {
    migratory::migrations!("../../migrations/postgres");
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("DATABASE_URL").map_err(|_| "DATABASE_URL names no database")?;
    let address = env::var("ADDRESS").unwrap_or("127.0.0.1:8080".into());

    // What the client says of a text that it does not understand may quote the password.
    let config: Config = url
        .parse()
        .map_err(|_| "DATABASE_URL is not understood as a URL of PostgreSQL's")?;
    let (mut client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    let report = db::MIGRATIONS
        .runner()
        .on_event(|event| eprintln!("{event}"))
        .apply(&mut client)
        .await?;
    println!("{report}");

    let service = Router::new()
        .route("/users", get(count_users))
        .with_state(Arc::new(client));
    let listener = TcpListener::bind(address).await?;
    println!("serving on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, service).await?)
}

async fn count_users(State(client): State<Arc<Client>>) -> Result<String, StatusCode> {
    let row = client.query_one("SELECT count(*) FROM users", &[]).await;
    let row = row.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(format!("{} users\n", row.get::<_, i64>(0)))
}
