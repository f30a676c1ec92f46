//! The queue, and what is known of each file: in PostgreSQL.

use std::path::{Path, PathBuf};

use apalis::prelude::{BoxDynError, TaskBuilder};
use apalis_postgres::PostgresStorage;
use apalis_postgres::queries::push_tasks;
use livepeer::AssetId;
use livepeer::asset::UploadState;
use sqlx::types::Json;
use sqlx::{Connection, PgConnection, PgPool};

/// The queue's name. A job is the id of a row in `imports`.
pub const QUEUE: &str = "imports";

/// `id` becomes the creator id of the asset, by which it is found again. `begun` is set before an asset is requested, `state` when it
/// exists and after each part, `asset` when the file has arrived.
const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS imports (
        id text PRIMARY KEY DEFAULT gen_random_uuid()::text,
        path text NOT NULL UNIQUE,
        begun boolean NOT NULL DEFAULT false,
        state jsonb,
        asset text
    )";

pub async fn setup(pool: &PgPool) -> Result<(), BoxDynError> {
    PostgresStorage::setup(pool).await?;
    sqlx::query(TABLE).execute(pool).await?;
    Ok(())
}

/// Adds the files in a folder, all or none, with a job each. Files that are there already are left out.
pub async fn add(pool: &PgPool, folder: &Path) -> Result<usize, BoxDynError> {
    let mut transaction = pool.begin().await?;
    let mut jobs = Vec::new();
    for entry in std::fs::read_dir(folder.canonicalize()?)? {
        let path = entry?.path();
        if !path.is_file() {
            continue;
        }
        let path = path.to_str().ok_or("the name of a file is not Unicode")?;
        let insert = "INSERT INTO imports (path) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id";
        let id: Option<String> = sqlx::query_scalar(insert).bind(path).fetch_optional(&mut *transaction).await?;
        if let Some(id) = id {
            jobs.push(TaskBuilder::new(serde_json::to_vec(&id)?).build());
        }
    }
    let added = jobs.len();
    push_tasks(&mut *transaction, QUEUE, jobs).await?;
    transaction.commit().await?;
    Ok(added)
}

/// A file that one worker imports. The lock and all that is saved use one connection: a worker that has lost it, with the lock, cannot
/// save anything either.
pub struct Claim {
    connection: PgConnection,
    pub id: String,
    pub path: PathBuf,
    /// Whether an asset may have been created.
    pub was_begun: bool,
    pub state: Option<UploadState>,
    /// Set when the file has arrived.
    pub asset: Option<String>,
}

impl Claim {
    /// Waits until no other worker has this file: one that was taken for dead may still be at work.
    pub async fn new(pool: &PgPool, id: &str) -> Result<Self, BoxDynError> {
        // Not of the pool, which would keep the connection, and with it the lock, when this import fails.
        let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
        sqlx::query("SELECT pg_advisory_lock(hashtextextended($1, 0))").bind(id).execute(&mut connection).await?;
        let (path, was_begun, state, asset): (String, bool, Option<Json<UploadState>>, Option<String>) =
            sqlx::query_as("SELECT path, begun, state, asset FROM imports WHERE id = $1")
                .bind(id)
                .fetch_one(&mut connection)
                .await?;
        let state = state.map(|Json(state)| state);
        Ok(Self { connection, id: id.to_owned(), path: path.into(), was_begun, state, asset })
    }

    /// From now on there may be an asset.
    pub async fn begin(&mut self) -> Result<(), sqlx::Error> {
        let update = "UPDATE imports SET begun = true WHERE id = $1";
        sqlx::query(update).bind(&self.id).execute(&mut self.connection).await?;
        Ok(())
    }

    /// Saves the state of the upload, or removes one that leads nowhere.
    pub async fn save(&mut self, state: Option<&UploadState>) -> Result<(), sqlx::Error> {
        let update = "UPDATE imports SET state = $2 WHERE id = $1";
        sqlx::query(update).bind(&self.id).bind(state.map(Json)).execute(&mut self.connection).await?;
        Ok(())
    }

    /// The file has arrived. The state, a secret, is not needed any more.
    pub async fn finish(&mut self, asset: &AssetId) -> Result<(), sqlx::Error> {
        let update = "UPDATE imports SET asset = $2, state = NULL WHERE id = $1";
        sqlx::query(update).bind(&self.id).bind(asset.as_str()).execute(&mut self.connection).await?;
        Ok(())
    }
}

/// All files: their ids, and their assets as far as they have arrived.
pub async fn all(pool: &PgPool) -> Result<Vec<(String, Option<String>)>, sqlx::Error> {
    sqlx::query_as("SELECT id, asset FROM imports").fetch_all(pool).await
}
