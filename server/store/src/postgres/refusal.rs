//! Why a database cannot be opened, in one line that says what to do.

use std::io::ErrorKind;

use sqlx::migrate::MigrateError;
use sqlx::postgres::PgConnectOptions;

use crate::StoreError;

/// Why it was refused that the database be opened or brought up to date.
pub(super) fn why(error: &StoreError, options: &PgConnectOptions) -> String {
    match error {
        StoreError::Database(error) | StoreError::Migrate(MigrateError::Execute(error)) => {
            why_closed(error, options)
        }
        StoreError::Migrate(error) => why_not_migrated(error, options),
        StoreError::Open { reason, .. } => reason.clone(),
        error => one_line(error),
    }
}

/// Why a URL cannot be read.
pub(super) fn why_unreadable(error: &sqlx::Error) -> String {
    format!(
        "it is not written like postgres://user:password@host/name, where `/`, `@` and `:` of a password are %2F, %40 and %3A ({})",
        one_line(error)
    )
}

fn why_closed(error: &sqlx::Error, options: &PgConnectOptions) -> String {
    let place = place(options);
    match error {
        sqlx::Error::Io(error)
            if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound) =>
        {
            format!(
                "no PostgreSQL answers at {place}; start it, or correct the address in the setting `database`"
            )
        }
        sqlx::Error::Io(error) => format!("{place} cannot be reached: {}", one_line(error)),
        sqlx::Error::PoolTimedOut => format!("{place} does not answer; see that this machine reaches it"),
        sqlx::Error::Tls(error) => {
            format!(
                "no connection with TLS to {place}: {}; see `sslmode` and `sslrootcert` in the URL",
                one_line(error)
            )
        }
        sqlx::Error::Configuration(error) => one_line(error),
        sqlx::Error::Database(error) => {
            why_refused(error.code().as_deref().unwrap_or_default(), error.message(), options)
        }
        error => one_line(error),
    }
}

/// What a code of PostgreSQL means here, <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn why_refused(code: &str, said: &str, options: &PgConnectOptions) -> String {
    let (user, place) = (options.get_username(), place(options));
    let name = options.get_database().unwrap_or(user);
    let (host, port) = (options.get_host(), options.get_port());
    match code {
        "28P01" => {
            format!("the password of the user {user} is wrong, or there is no such user; correct the URL")
        }
        "28000" => {
            format!("{place} does not let the user {user} in: {}; see its pg_hba.conf", one_line(&said))
        }
        "3D000" => format!(
            "there is no database {name}; create it: \
             createdb -h {host} -p {port} -U postgres -O {user} -T template0 -E UTF8 {name}"
        ),
        "42501" => format!(
            "the user {user} may not create tables in it: {}; let it own the database: ALTER DATABASE {name} OWNER TO {user}",
            one_line(&said)
        ),
        "25006" => format!("{place} takes no changes, as standby servers do; name the primary"),
        "53300" => format!(
            "{place} has no connection left; raise its max_connections, or end programs that hold some"
        ),
        "53100" => format!("the disk of {place} is full"),
        "57P01" | "57P02" | "57P03" => format!("{place} starts or stops just now; try again in a moment"),
        "0A000" if said.contains("ICU") => {
            format!(
                "{place} is built without ICU, which names of sites are compared by; use a PostgreSQL with ICU"
            )
        }
        "08P01" if said.contains("startup parameter") => format!(
            "a pooler at {place} refuses what PostgreSQL takes ({}); name PostgreSQL itself, or let the pooler run in session mode \
             with ignore_startup_parameters = extra_float_digits",
            one_line(&said)
        ),
        _ => format!("{place} said: {} ({code})", one_line(&said)),
    }
}

fn why_not_migrated(error: &MigrateError, options: &PgConnectOptions) -> String {
    match error {
        MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _) => {
            format!("it was made by a newer Gavel (migration {version}); update Gavel, or restore a backup")
        }
        MigrateError::VersionMismatch(version) => {
            format!(
                "its migration {version} is not the one in this build; use the build that made it, or a backup"
            )
        }
        MigrateError::ExecuteMigration(error, version) => match error.as_database_error() {
            Some(said) if said.code().as_deref() == Some("42P07") => format!(
                "it holds another program's tables ({}); give Gavel a database of its own",
                one_line(&said.message())
            ),
            _ => format!("migration {version} failed: {}", why_closed(error, options)),
        },
        error => one_line(error),
    }
}

/// Where the server is.
pub(super) fn place(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(folder) => format!("{} (port {})", folder.display(), options.get_port()),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

fn one_line(error: &impl std::fmt::Display) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
