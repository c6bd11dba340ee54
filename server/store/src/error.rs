//! What can go wrong in the store.

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
    Migrate(#[from] sqlx::migrate::MigrateError),
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
    /// A value that must be unique is taken, for instance an e-mail address.
    #[error("{0} is already taken")]
    Taken(&'static str),
}
