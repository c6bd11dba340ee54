//! Prints settings as a `gavel.toml` with its own documentation, so that the output is also a file to start from.

use std::fmt::Write;

use clap::{Arg, ArgMatches, Args, Command, parser::ValueSource};

use super::{Settings, layers::env_name};

/// Every setting as clap knows it, in the order of declaration.
pub fn arguments() -> Vec<Arg> {
    let command = Settings::augment_args(Command::new("settings"));
    command.get_arguments().cloned().collect()
}

/// The names of all settings, which are also their keys in `gavel.toml`.
pub fn names() -> Vec<String> {
    arguments().iter().map(|arg| arg.get_id().to_string()).collect()
}

/// All settings with their defaults.
pub fn defaults() -> String {
    let mut out =
        String::from("# Every setting of gavel, with its default. A flag wins over the environment, the\n");
    out.push_str("# environment over this file.\n");
    for arg in arguments() {
        let values: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        entry(&mut out, &arg, &values, None);
    }
    out
}

/// All settings as they are in force; secrets are left out.
pub fn effective(matches: &ArgMatches) -> String {
    let mut out = String::from("# The settings in force, and where each comes from.\n");
    for arg in arguments() {
        let name = arg.get_id().as_str();
        let values: Vec<_> =
            matches.get_raw(name).into_iter().flatten().map(|value| value.to_string_lossy()).collect();
        let source = match matches.value_source(name) {
            Some(ValueSource::CommandLine) => "from the command line",
            Some(ValueSource::EnvVariable) => "from the environment",
            Some(_)
                if values.iter().eq(arg
                    .get_default_values()
                    .iter()
                    .map(|v| v.to_string_lossy())
                    .collect::<Vec<_>>()
                    .iter()) =>
            {
                "the default"
            }
            Some(_) => "from the file",
            None => "not set",
        };
        entry(&mut out, &arg, &values, Some(source));
    }
    out
}

fn entry(out: &mut String, arg: &Arg, values: &[impl AsRef<str>], source: Option<&str>) {
    let name = arg.get_id().as_str();
    let meaning = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let flag = arg.get_long().unwrap_or_default();
    let mut lines = vec![String::new(), format!("# {meaning}.")];
    let words: Vec<_> = arg.get_possible_values().iter().map(|word| word.get_name().to_owned()).collect();
    if !words.is_empty() {
        lines.push(format!("# One of: {}.", words.join(", ")));
    }
    lines.push(format!("# flag --{flag}, environment {}", env_name(arg)));
    if let Some(source) = source {
        lines.push(format!("# {source}"));
    }
    // `config` names this very file, so it cannot stand in it.
    let comment = if values.is_empty() && !is_list(arg) || name == "config" { "# " } else { "" };
    lines.push(format!("{comment}{name} = {}", shown(arg, values)));
    let _ = writeln!(out, "{}", lines.join("\n"));
}

fn is_list(arg: &Arg) -> bool {
    arg.get_value_delimiter().is_some()
}

fn shown(arg: &Arg, values: &[impl AsRef<str>]) -> String {
    let quoted = |value: &str| match value.parse::<u64>() {
        Ok(number) => number.to_string(),
        Err(_) => toml::Value::String(redacted(arg, value)).to_string(),
    };
    match values {
        list if is_list(arg) => {
            format!("[{}]", list.iter().map(|value| quoted(value.as_ref())).collect::<Vec<_>>().join(", "))
        }
        [value, ..] => quoted(value.as_ref()),
        [] => "\"\"".to_owned(),
    }
}

/// Secrets are replaced; of a database URL only the password is.
fn redacted(arg: &Arg, value: &str) -> String {
    if !arg.is_hide_env_values_set() {
        return value.to_owned();
    }
    match url::Url::parse(value) {
        Ok(mut url) if arg.get_id() == "database" => {
            if url.password().is_none() && url.query().is_none() {
                return value.to_owned();
            }
            url.set_query(None);
            let _ = url.set_password(Some("redacted"));
            url.to_string()
        }
        _ => "redacted".to_owned(),
    }
}
