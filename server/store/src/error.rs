//! What can go wrong in the store.

use sqlx::migrate::MigrateError;

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
}

impl Trouble {
    /// What it is, as the end of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Full => "the disk is full",
            Self::ReadOnly => "the database's file or its file system is read-only",
            Self::Broken => "the disk reports errors",
            Self::Locked => "another program holds the database",
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

impl StoreError {
    /// What keeps the database from being written, when that is what went wrong: the same would have happened to anything else.
    pub fn trouble(&self) -> Option<Trouble> {
        let error = match self {
            Self::NoRoom { .. } => return Some(Trouble::Full),
            Self::ReadOnlyDisk => return Some(Trouble::ReadOnly),
            Self::Database(error)
            | Self::Migrate(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => error,
            _ => return None,
        };
        if matches!(error, sqlx::Error::PoolTimedOut) {
            return Some(Trouble::Locked);
        }
        let extended: i32 = error.as_database_error()?.code()?.parse().ok()?;
        match extended & 0xff {
            code::BUSY => Some(Trouble::Locked),
            code::READONLY => Some(Trouble::ReadOnly),
            code::IOERR | code::CANTOPEN => Some(Trouble::Broken),
            code::FULL => Some(Trouble::Full),
            _ => None,
        }
    }
}
