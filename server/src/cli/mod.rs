//! The command line: one file a command.

mod account;
mod audit;
mod backup;
mod callback;
mod check;
mod completions;
mod config;
mod copy;
mod demo_data;
mod doctor;
mod engine;
mod erase;
mod import;
mod macros;
mod man;
mod migrate;
mod reading;
mod reason;
mod restore;
mod retention;
mod rule;
mod serve;
mod token;
mod user;

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, error::ErrorKind};
use moderation::ModerationError;

use crate::{
    Failure,
    config::{
        layers::{self, ParseError},
        listing,
    },
};

/// A moderator's dashboard for the ActiveLayer spam-detection API.
#[derive(Parser)]
#[command(
    name = "gavel",
    version,
    max_term_width = 110,
    subcommand_required = true,
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the web app
    Serve(serve::Serve),
    Check(Box<check::Check>),
    /// Create and change accounts
    #[command(subcommand)]
    User(user::User),
    /// Read and check the record of who did what
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Create and revoke the tokens that apps use at the gateway
    #[command(subcommand)]
    Token(token::Token),
    /// Make rules, which decide before anybody is asked, and take them away
    #[command(subcommand)]
    Rule(rule::Rule),
    /// Change the lists that moderators choose reasons for labels from
    #[command(subcommand)]
    Reason(reason::Reason),
    /// Make macros, which do several things with one key, and take them away
    #[command(subcommand)]
    Macro(macros::Macro),
    /// Say where apps are told of what is decided after their answer
    #[command(subcommand)]
    Callback(callback::Callback),
    /// Run the embedded detector by itself
    #[command(subcommand)]
    Engine(engine::Engine),
    /// Check the content of a file, row by row
    Import(Box<import::Import>),
    /// Copy the database while Gavel runs, and look at the copy
    Backup(backup::Backup),
    /// Make a database of a backup, in a place where there is none
    Restore(restore::Restore),
    /// Copy everything into a database of the other engine: from SQLite to PostgreSQL, or back
    Copy(copy::Copy),
    /// Bring the database up to date without serving, as before a rolling restart
    Migrate(migrate::Migrate),
    /// Say how long messages are kept, and who wrote them
    #[command(subcommand)]
    Retention(retention::Retention),
    /// Forget everything that somebody wrote, because they ask for it
    Erase(erase::Erase),
    Doctor(Box<doctor::Doctor>),
    /// Fill a database with made-up detections, to try Gavel on
    DemoData(demo_data::DemoData),
    Completions(completions::Completions),
    Man(man::Man),
    /// Print the settings in force, without secrets
    Config(config::Config),
}

/// Obeys a command line, of which the first word is the program's name.
///
/// # Errors
/// Whatever keeps the command from being obeyed; `--help` and `--version` end the program with status 0 instead.
pub fn run(line: Vec<OsString>) -> Result<(), Failure> {
    // What is written holds content of people: whoever wants others to read a file of it can say so with the file.
    rustix::process::umask(rustix::fs::Mode::from_bits_truncate(0o077));
    let settings = listing::names();
    let matches = layers::parse(Cli::command(), &settings, &line).map_err(refusal)?;
    let cli = Cli::from_arg_matches(&matches).map_err(|error| refusal(ParseError::Line(error)))?;
    match cli.command {
        Command::Serve(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::User(command) => command.run(),
        Command::Audit(command) => command.run(),
        Command::Token(command) => command.run(),
        Command::Rule(command) => command.run(),
        Command::Reason(command) => command.run(),
        Command::Macro(command) => command.run(),
        Command::Callback(command) => command.run(),
        Command::Engine(command) => command.run(),
        Command::Import(command) => command.run(),
        Command::Backup(command) => command.run(),
        Command::Restore(command) => command.run(),
        Command::Copy(command) => command.run(),
        Command::Migrate(command) => command.run(),
        Command::Retention(command) => command.run(),
        Command::Erase(command) => command.run(),
        Command::Doctor(command) => command.run(),
        Command::DemoData(command) => command.run(),
        Command::Completions(command) => command.run(),
        Command::Man(command) => command.run(),
        Command::Config(command) => command.run(layers::deepest(&matches)),
    }
}

/// What kept a use case from being done, in one line.
fn refused(error: ModerationError) -> Failure {
    match error {
        ModerationError::Store(error) => Failure::Store(error),
        ModerationError::Invalid(fields) => {
            let problems: Vec<_> = fields.into_iter().map(|field| field.problem).collect();
            Failure::Refused(problems.join(" "))
        }
        error => Failure::Refused(error.to_string()),
    }
}

fn refusal(error: ParseError) -> Failure {
    match error {
        ParseError::Setting(line) => Failure::Setting(line),
        ParseError::Line(error) => match error.kind() {
            ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => error.exit(),
            _ => Failure::Usage(first_paragraphs(&error.to_string())),
        },
    }
}

/// clap's message without the usage that follows it, on one line.
fn first_paragraphs(message: &str) -> String {
    let message = message.split("\n\nUsage:").next().unwrap_or(message);
    let message = message.split("\n\nFor more information").next().unwrap_or(message);
    let words: Vec<_> = message.trim_start_matches("error: ").split_whitespace().collect();
    words.join(" ")
}

/// A site as a flag has it: by the rules of every form.
fn site(text: &str) -> Result<String, String> {
    match domain::site::read(text) {
        Ok(Some(site)) => Ok(site),
        Ok(None) => Err("it is blank; leave the flag out for no site".to_owned()),
        Err(problem) => Err(problem.to_owned()),
    }
}

/// Runs what a short command does on one thread.
fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}
