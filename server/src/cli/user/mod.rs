//! `gavel user`: accounts.

mod add;
mod list;
mod password;

use std::io::{self, BufRead, IsTerminal};

use clap::Subcommand;
use secrecy::SecretString;

use crate::{Failure, auth::password::check_rules};

#[derive(Subcommand)]
pub(super) enum User {
    /// Create an account
    Add(add::Add),
    /// Change a password and end all sessions of the account
    Password(password::Password),
    /// List the accounts
    List(list::List),
}

impl User {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Add(command) => super::block_on(command.run()),
            Self::Password(command) => super::block_on(command.run()),
            Self::List(command) => super::block_on(command.run()),
        }
    }
}

/// Reads a new password: the first line of standard input, or typed twice in a terminal.
fn new_password(from_stdin: bool) -> Result<SecretString, Failure> {
    let password = if from_stdin { first_line(io::stdin().lock())? } else { typed_twice()? };
    check_rules(&password).map_err(|problem| Failure::Refused(problem.to_owned()))?;
    Ok(SecretString::from(password))
}

fn first_line(mut input: impl BufRead) -> Result<String, Failure> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn typed_twice() -> Result<String, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::Refused("no terminal to type a password in; use --password-stdin".to_owned()));
    }
    let password = rpassword::prompt_password("New password: ")?;
    if rpassword::prompt_password("Again: ")? != password {
        return Err(Failure::Refused("the two passwords differ; nothing was changed".to_owned()));
    }
    Ok(password)
}
