//! Imports files by workers on many machines. Each file becomes exactly one asset, whatever happens to the workers: one that is
//! killed in the middle of an upload is replaced by another, which continues it.
//!
//! ```text
//! fleet add FOLDER    adds the files in a folder to the queue; those that it has already are left out
//! fleet work          imports files until ctrl-C; start it as often, and on as many machines, as you like
//! fleet check         compares the queue with what is at Livepeer
//! ```
//!
//! `DATABASE_URL` names the PostgreSQL database, `LIVEPEER_API_KEY` has the key. Workers see the files under the same paths. The page
//! "Many machines" of the guide explains it; `tests/kills.rs` kills workers at random.

mod check;
mod import;
mod store;

use std::path::Path;
use std::time::Duration;

use apalis::prelude::*;
use apalis_postgres::{Config, PostgresStorage};
use livepeer::Client;
use sqlx::PgPool;

use import::Importer;

/// How many files a worker imports at a time.
const AT_A_TIME: usize = 4;

#[tokio::main]
async fn main() -> Result<(), BoxDynError> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let database = std::env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set")?;
    let pool = PgPool::connect(&database).await?;
    match words[..] {
        ["add", folder] => {
            store::setup(&pool).await?;
            println!("{} files added", store::add(&pool, Path::new(folder)).await?);
            Ok(())
        }
        ["work"] => work(&pool).await,
        ["check"] => check::check(&pool, &Client::from_env()?).await,
        _ => Err("usage: fleet add FOLDER | work | check".into()),
    }
}

async fn work(pool: &PgPool) -> Result<(), BoxDynError> {
    // Never the name of a dead worker: its jobs go to others because its name is not seen any more.
    let unique: String = sqlx::query_scalar("SELECT gen_random_uuid()::text").fetch_one(pool).await?;
    let name = format!("worker-{}-{unique}", std::process::id());
    let heartbeat = std::env::var("HEARTBEAT_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(30);
    let config = Config::default()
        .queue(store::QUEUE)
        .batch_size(AT_A_TIME)
        .heartbeat_interval(Duration::from_secs(heartbeat))
        .missed_heartbeats(3);
    let importer = Importer { pool: pool.clone(), client: Client::from_env()?.user_agent(&name) };
    let worker = WorkerBuilder::new(name.as_str())
        .backend(PostgresStorage::<String>::new(pool).with_config(config))
        .concurrency(AT_A_TIME)
        .parallelize(tokio::spawn)
        .data(importer)
        .on_event(|worker, event| {
            if let Event::Error(error) = event {
                eprintln!("{}: {error}", worker.name());
            }
        })
        .build(import::import);
    worker.run_until(tokio::signal::ctrl_c()).await?;
    Ok(())
}
