//! `gavel user`: accounts.

mod add;
mod change;
mod invite;
mod list;
mod password;
mod role;

use std::io::{self, BufRead, IsTerminal};

use clap::{
    Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use domain::Role;
use secrecy::SecretString;
use store::{PersonChange, Store};

use crate::{Failure, auth::password::check_rules};

#[derive(Subcommand)]
pub(super) enum User {
    /// Create an account
    Add(add::Add),
    /// Make a link, for one use within 7 days, with which somebody creates an account
    Invite(invite::Invite),
    /// Give somebody another role
    Role(role::ChangeRole),
    /// End all sessions of an account, and let nobody in with it until it is enabled again
    Disable(change::Account),
    /// Let somebody in again whose account was disabled
    Enable(change::Account),
    /// End all sessions of an account
    SignOut(change::Account),
    /// Remove an account. Decisions and the audit record keep the name; the e-mail address is free again
    Remove(change::Account),
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
            Self::Invite(command) => super::block_on(command.run()),
            Self::Role(command) => super::block_on(command.run()),
            Self::Disable(account) => super::block_on(account.change(&PersonChange::Disable)),
            Self::Enable(account) => super::block_on(account.change(&PersonChange::Enable)),
            Self::SignOut(account) => super::block_on(account.change(&PersonChange::SignOut)),
            Self::Remove(account) => super::block_on(account.change(&PersonChange::Remove)),
        }
    }
}

fn roles() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.iter().map(|role| role.as_str())).try_map(|word| word.parse::<Role>())
}

/// The account with this e-mail address.
pub(in crate::cli) async fn find(store: &dyn Store, email: &str) -> Result<domain::User, Failure> {
    let found = store.user_by_email(email.trim()).await?.map(|(user, _)| user);
    found.ok_or_else(|| Failure::Refused(format!("there is no account with the e-mail address {email}")))
}

/// Reads a new password: the first line of standard input, or typed twice in a terminal. `own` are the address and the name of whose it is.
fn new_password(from_stdin: bool, own: &[&str]) -> Result<SecretString, Failure> {
    let password = if from_stdin { first_line(io::stdin().lock())? } else { typed_twice()? };
    check_rules(&password, own).map_err(|problem| Failure::Refused(problem.problem))?;
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
