//! Opens the database, brings it up to date, and says in one line why it cannot.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::{PostgresStore, code, connections, migrate, pooler, refusal, statistics};
use crate::{Result, StoreError, Trouble};

/// The oldest PostgreSQL that has all that the schema asks for, as `server_version_num` has it.
const OLDEST: i32 = 150_000;

/// How long a server that says that it is starting is waited for.
const STARTS_WITHIN: Duration = Duration::from_secs(30);

impl PostgresStore {
    /// Opens the database and applies outstanding migrations.
    pub(crate) async fn open(url: &str) -> Result<Self> {
        let failed = |reason: String| StoreError::Open { url: crate::without_credentials(url), reason };
        let options = connections::options(url).map_err(|error| failed(refusal::why_unreadable(&error)))?;
        prepare(&options).await.map_err(|error| failed(refusal::why(&error, &options)))
    }
}

async fn prepare(options: &PgConnectOptions) -> Result<PostgresStore> {
    let mut connection = reach(options).await?;
    look_at_server(options, &mut connection).await?;
    if has_table("copying", &mut connection).await? {
        return Err(StoreError::Open { url: String::new(), reason: crate::copying::UNFINISHED.to_owned() });
    }
    let replica = Uuid::new_v4().to_string();
    let store = PostgresStore {
        writer: connections::writer(options.clone(), &replica),
        readers: connections::readers(options.clone(), &replica),
        beside: connections::beside(options.clone(), &replica),
        replica,
        options: options.clone(),
        facts: Arc::default(),
    };
    migrate::take_turn(&mut connection).await?;
    migrate::run(&mut connection).await?;
    code::renew(&store.writer).await?;
    migrate::let_go(&mut connection).await?;
    statistics::catch_up(&store.writer).await?;
    Ok(store)
}

/// A connection of its own to the database as it is: nothing is brought up to date.
pub(crate) async fn connect(url: &str) -> Result<PgConnection> {
    let failed = |reason: String| StoreError::Open { url: crate::without_credentials(url), reason };
    let options = connections::options(url).map_err(|error| failed(refusal::why_unreadable(&error)))?;
    let reached = async {
        let mut connection = reach(&options).await?;
        look_at_server(&options, &mut connection).await?;
        Ok(connection)
    };
    reached.await.map_err(|error| failed(refusal::why(&error, &options)))
}

/// The newest migration that was applied.
pub(crate) async fn schema(url: &str) -> Result<Option<i64>> {
    let mut connection = connect(url).await?;
    if !has_table("_sqlx_migrations", &mut connection).await? {
        return Ok(None);
    }
    let newest = "SELECT max(version) FROM _sqlx_migrations WHERE success";
    Ok(sqlx::query_scalar(newest).fetch_one(&mut connection).await?)
}

pub(super) async fn has_table(name: &str, connection: &mut PgConnection) -> Result<bool> {
    Ok(sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(name).fetch_one(connection).await?)
}

/// A connection to a server that may just be starting.
async fn reach(options: &PgConnectOptions) -> Result<PgConnection> {
    let began = Instant::now();
    loop {
        match connections::alone(options).await.map_err(StoreError::from) {
            Err(error) if error.sqlstate().as_deref() == Some("57P03") && began.elapsed() < STARTS_WITHIN => {
                sleep(connections::ANSWERS_WITHIN / 4).await;
            }
            outcome => return outcome,
        }
    }
}

/// Refuses a server that Gavel would not work on.
async fn look_at_server(options: &PgConnectOptions, connection: &mut PgConnection) -> Result<()> {
    let refused = |reason: String| Err(StoreError::Open { url: String::new(), reason });
    let (version, number, encoding, is_standby): (String, i32, String, bool) = sqlx::query_as(
        "SELECT current_setting('server_version'), current_setting('server_version_num')::int,
                current_setting('server_encoding'), pg_is_in_recovery()",
    )
    .fetch_one(&mut *connection)
    .await?;
    let place = refusal::place(options);
    if number < OLDEST {
        return refused(format!("{place} is PostgreSQL {version}; Gavel needs PostgreSQL 15 or newer"));
    }
    if encoding != "UTF8" {
        return refused(format!(
            "its texts are {encoding}; create it anew with UTF8: createdb -T template0 -E UTF8"
        ));
    }
    if is_standby {
        return refused(format!("{place} is a standby, which takes no changes; name the primary"));
    }
    if !pooler::connections_last(options, connection).await? {
        return refused(format!(
            "a pooler in transaction mode stands at {place}, behind which answers get mixed up; name PostgreSQL itself, or set \
             pool_mode = session"
        ));
    }
    Ok(())
}

/// Tries to write. A connection that cannot is closed, and the next who writes opens another: it may have ended up on a server that
/// takes no changes any more.
pub(super) async fn try_writing(store: &PostgresStore) -> Result<()> {
    let acquiring = store.writer.acquire();
    tokio::pin!(acquiring);
    let mut connection = match timeout(connections::ANSWERS_WITHIN, &mut acquiring).await {
        Ok(connection) => connection?,
        Err(_) => {
            // Either somebody of this program writes for long, or there is nobody to connect to.
            let reaching = connections::alone(&store.options);
            timeout(connections::ANSWERS_WITHIN, reaching).await.map_err(|_| away())??;
            acquiring.await?
        }
    };
    let tried = sqlx::query("UPDATE writing_probe SET tried = tried + 1").execute(&mut *connection).await;
    if let Err(error) = tried.map_err(StoreError::from) {
        if error.trouble() != Some(Trouble::Locked) {
            connection.close_on_drop();
        }
        return Err(error);
    }
    Ok(())
}

/// Nobody says anything at all, as where a machine is gone.
fn away() -> sqlx::Error {
    sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())
}
