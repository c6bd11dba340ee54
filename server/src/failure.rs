//! Why the program ends early: one line, and an exit status.

use std::{net::SocketAddr, process::ExitCode};

/// What ended the program. Its text is one line that says what to change.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line cannot be understood.
    #[error("{0}")]
    Usage(String),
    /// A setting has a value that means nothing.
    #[error("{0}")]
    Setting(String),
    /// The database cannot be opened, brought up to date or used.
    #[error("{}", one_line(.0))]
    Store(#[from] store::StoreError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {}", listen_problem(.source))]
    Listen {
        /// The address of the setting `listen`.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// A client of the upstream cannot be made from the settings.
    #[error("cannot use the ActiveLayer API: {0}")]
    Upstream(String),
    /// A command was asked for something that it does not do.
    #[error("{0}")]
    Refused(String),
    /// Reading or writing failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl Failure {
    /// 2 for what the person who typed the command can mend on the line, 1 for the rest.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) | Self::Setting(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

/// An error and its causes on one line.
fn one_line(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn listen_problem(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            "the port is in use; stop the other program or choose another with --listen".to_owned()
        }
        std::io::ErrorKind::PermissionDenied => "not allowed; ports below 1024 need privileges".to_owned(),
        _ => error.to_string(),
    }
}
