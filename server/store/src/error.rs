//! What can go wrong in the store.

use sqlx::migrate::MigrateError;
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

/// Shorthand for results of the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A failure of the database or of what it holds; never a mere "not found".
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database URL names no database that Gavel can use.
    #[error("cannot open the database {url}: {reason}")]
    Open {
        /// The URL, without credentials.
        url: String,
        /// What to do about it, in a sentence.
        reason: String,
    },
    /// A migration could not be applied.
    #[error("cannot bring the database up to date: {0}")]
    Migrate(#[from] MigrateError),
    /// The database refused or broke a statement.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// A row holds what no version of Gavel wrote.
    #[error("bad row in {table}, column {column}, id {id}: {reason}")]
    BadRow {
        /// Table of the row.
        table: &'static str,
        /// Column with the bad value.
        column: &'static str,
        /// Id of the row.
        id: i64,
        /// What is wrong with it.
        reason: String,
    },
    /// The disk has next to nothing left.
    #[error("the disk is full: {left} bytes are left")]
    NoRoom {
        /// Bytes that may still be written.
        left: u64,
    },
    /// The file system takes no changes.
    #[error("the file system is read-only")]
    ReadOnlyDisk,
    /// A copy is not what was copied.
    #[error(
        "the copy differs: in table {table}, {column} sums up to {here} in the one and {there} in the other; was something written meanwhile?"
    )]
    Unequal {
        /// Which table.
        table: String,
        /// Which of its columns, or `count`.
        column: String,
        /// What it sums up to in the database that was copied.
        here: i64,
        /// What it sums up to in the copy.
        there: i64,
    },
    /// A value that must be unique is taken, for instance an e-mail address.
    #[error("{0} is already taken")]
    Taken(&'static str),
}

/// What keeps the database from being written, whatever is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// The disk is full.
    Full,
    /// The file or its file system is read-only.
    ReadOnly,
    /// The disk reports errors.
    Broken,
    /// Another program holds the database.
    Locked,
    /// The server with the database cannot be reached, or is just starting or stopping.
    Away,
}

impl Trouble {
    /// What it is, as the end of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Full => "the disk is full",
            Self::ReadOnly => "the database's file or its file system is read-only",
            Self::Broken => "the disk reports errors",
            Self::Locked => "another program holds the database",
            Self::Away => "the database does not answer",
        }
    }
}

impl StoreError {
    /// What keeps the database from being written, when that is what went wrong: the same would have happened to anything else.
    pub fn trouble(&self) -> Option<Trouble> {
        let error = match self {
            Self::NoRoom { .. } => return Some(Trouble::Full),
            Self::ReadOnlyDisk => return Some(Trouble::ReadOnly),
            _ => self.cause()?,
        };
        match error {
            sqlx::Error::PoolTimedOut => Some(Trouble::Locked),
            // SQLite is in this program: whoever is elsewhere is a server.
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) => Some(Trouble::Away),
            sqlx::Error::Database(error) if error.try_downcast_ref::<SqliteError>().is_some() => {
                sqlite_trouble(error.code()?.parse().ok()?)
            }
            sqlx::Error::Database(error) => postgres_trouble(&error.code()?),
            _ => None,
        }
    }

    /// What PostgreSQL calls it.
    pub(crate) fn sqlstate(&self) -> Option<String> {
        let error = self.cause()?.as_database_error()?;
        error.try_downcast_ref::<PgDatabaseError>().map(|error| error.code().to_owned())
    }

    fn cause(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Database(error)
            | Self::Migrate(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
                Some(error)
            }
            _ => None,
        }
    }
}

/// Primary result codes of SQLite, <https://www.sqlite.org/rescode.html>.
mod code {
    pub(super) const BUSY: i32 = 5;
    pub(super) const READONLY: i32 = 8;
    pub(super) const IOERR: i32 = 10;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANTOPEN: i32 = 14;
}

fn sqlite_trouble(extended: i32) -> Option<Trouble> {
    match extended & 0xff {
        code::BUSY => Some(Trouble::Locked),
        code::READONLY => Some(Trouble::ReadOnly),
        code::IOERR | code::CANTOPEN => Some(Trouble::Broken),
        code::FULL => Some(Trouble::Full),
        _ => None,
    }
}

/// By the codes of <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn postgres_trouble(code: &str) -> Option<Trouble> {
    match code {
        // disk_full
        "53100" => Some(Trouble::Full),
        // read_only_sql_transaction: a standby, or a server that was set so.
        "25006" => Some(Trouble::ReadOnly),
        // io_error
        "58030" => Some(Trouble::Broken),
        // lock_not_available: the turn did not come.
        "55P03" => Some(Trouble::Locked),
        // too_many_connections; admin_shutdown, crash_shutdown, cannot_connect_now
        "53300" | "57P01" | "57P02" | "57P03" => Some(Trouble::Away),
        // connection_exception and its kind
        code if code.starts_with("08") => Some(Trouble::Away),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_a_server_are_not_read_as_those_of_a_file() {
        let cases = [
            ("53100", Some(Trouble::Full)),
            ("25006", Some(Trouble::ReadOnly)),
            ("57P03", Some(Trouble::Away)),
            ("08006", Some(Trouble::Away)),
            ("55P03", Some(Trouble::Locked)),
            // unique_violation, of which 0xff makes 1, and numeric_value_out_of_range, of which it makes 11.
            ("23505", None),
            ("22003", None),
        ];
        for (code, trouble) in cases {
            assert_eq!(postgres_trouble(code), trouble, "{code}");
        }
        assert_eq!(sqlite_trouble(261), Some(Trouble::Locked), "SQLITE_BUSY_RECOVERY");
    }
}
