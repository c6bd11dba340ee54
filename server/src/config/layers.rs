//! Where values come from: flag, else environment, else file, else default.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use clap::{Arg, ArgMatches, Command, builder::Resettable, error::ContextKind, error::ContextValue};

/// The name of a setting in the environment: its own (`ACTIVELAYER_API_KEY`), or `GAVEL_` and its name.
pub fn env_name(arg: &Arg) -> String {
    match arg.get_env() {
        Some(name) => name.to_string_lossy().into_owned(),
        None => format!("GAVEL_{}", arg.get_id().as_str().to_uppercase()),
    }
}

/// Lets every setting of the command (and of its subcommands) also be given in the environment.
///
/// An empty variable counts as not set: that is how container files say "none".
pub fn with_environment(command: Command, settings: &[String]) -> Command {
    let command = command.mut_args(|arg| {
        if !settings.contains(&arg.get_id().to_string()) {
            return arg;
        }
        let name = env_name(&arg);
        let is_set = env::var_os(&name).is_some_and(|value| !value.is_empty());
        if is_set { arg.env(name) } else { arg.env(Resettable::Reset) }
    });
    command.mut_subcommands(|subcommand| with_environment(subcommand, settings))
}

/// Puts the values of the file where the defaults stand, in the command and in its subcommands.
pub fn with_file(command: Command, file: &FileValues) -> Command {
    let command = command.mut_args(|arg| match file.0.get(arg.get_id().as_str()) {
        Some(values) => arg.default_values(values.clone()),
        None => arg,
    });
    command.mut_subcommands(|subcommand| with_file(subcommand, file))
}

/// What `gavel.toml` says, by setting; a list has several values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileValues(BTreeMap<String, Vec<String>>);

impl FileValues {
    /// Reads the file. It may be missing unless somebody asked for it.
    ///
    /// # Errors
    /// One line that names the file, the line or the setting, and what is wrong with it.
    pub fn read(path: &Path, may_be_missing: bool, settings: &[String]) -> Result<Self, String> {
        match fs::read_to_string(path) {
            Ok(text) => {
                Self::parse(&text, settings).map_err(|problem| format!("{}: {problem}", path.display()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && may_be_missing => Ok(Self::default()),
            Err(error) => Err(format!("cannot read {}: {error}", path.display())),
        }
    }

    fn parse(text: &str, settings: &[String]) -> Result<Self, String> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            format!("line {line}: {}", error.message())
        })?;
        let mut values = BTreeMap::new();
        for (key, value) in table {
            if key == "config" || !settings.contains(&key) {
                return Err(format!("there is no setting \"{key}\"; `gavel config --defaults` lists them"));
            }
            let value =
                plain(&value).ok_or_else(|| format!("{key} must be a plain value or a list of them"))?;
            values.insert(key, value);
        }
        Ok(Self(values))
    }
}

fn plain(value: &toml::Value) -> Option<Vec<String>> {
    let one = |value: &toml::Value| match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(truth) => Some(truth.to_string()),
        toml::Value::Array(_) | toml::Value::Table(_) | toml::Value::Datetime(_) => None,
    };
    match value {
        toml::Value::Array(list) => list.iter().map(one).collect(),
        single => Some(vec![one(single)?]),
    }
}

/// Parses a command line by `command`, whose arguments named in `settings` are settings.
///
/// # Errors
/// clap's own (help and version included), or one line about the setting that is wrong.
pub fn parse(command: Command, settings: &[String], line: &[OsString]) -> Result<ArgMatches, ParseError> {
    let command = with_environment(command, settings);
    // Values of flags and of the environment are checked first, so whatever fails after that is the file's.
    let matches = command
        .clone()
        .try_get_matches_from(line)
        .map_err(|error| explain(error, &command, |arg| flag_or_variable(arg, line)))?;
    let deepest = deepest(&matches);
    let Some(path) = deepest.try_get_one::<PathBuf>("config").ok().flatten() else {
        return with_secrets(command, &matches, settings, line);
    };
    let may_be_missing = deepest.value_source("config") == Some(clap::parser::ValueSource::DefaultValue);
    let file = FileValues::read(path, may_be_missing, settings).map_err(ParseError::Setting)?;
    let command = with_file(command, &file);
    let place = path.display().to_string();
    let matches = command
        .clone()
        .try_get_matches_from(line)
        .map_err(|error| explain(error, &command, |_| place.clone()))?;
    with_secrets(command, &matches, settings, line)
}

/// Reads secrets from the files that settings name: the value of `smtp_password` from the file that `smtp_password_file` names, where
/// a setting of either name is known. A line break at the end does not belong to the secret.
fn with_secrets(
    command: Command,
    matches: &ArgMatches,
    settings: &[String],
    line: &[OsString],
) -> Result<ArgMatches, ParseError> {
    let given = deepest(matches);
    let mut secrets = FileValues::default();
    let mut places = BTreeMap::new();
    for by_file in settings {
        let Some(name) =
            by_file.strip_suffix("_file").filter(|name| settings.iter().any(|other| other == name))
        else {
            continue;
        };
        let Some(path) = given.try_get_one::<PathBuf>(by_file).ok().flatten() else { continue };
        if given.try_contains_id(name).unwrap_or(false) {
            let words = format!("{name} and {by_file} are both set: keep one of them");
            return Err(ParseError::Setting(words));
        }
        let secret = fs::read_to_string(path).map_err(|error| {
            ParseError::Setting(format!("cannot read {} (setting {by_file}): {error}", path.display()))
        })?;
        places.insert(name.to_owned(), path.display().to_string());
        secrets.0.insert(name.to_owned(), vec![secret.trim_end_matches(['\r', '\n']).to_owned()]);
    }
    if secrets.0.is_empty() {
        return Ok(matches.clone());
    }
    let command = with_file(command, &secrets);
    let place = |arg: &Arg| places.get(arg.get_id().as_str()).cloned().unwrap_or_default();
    command.clone().try_get_matches_from(line).map_err(|error| explain(error, &command, place))
}

/// The matches of the innermost subcommand that was given.
pub fn deepest(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, inner)| deepest(inner))
}

/// Why a command line cannot be obeyed.
#[derive(Debug)]
pub enum ParseError {
    /// Help, version, or something that is no setting: clap says it best.
    Line(clap::Error),
    /// A setting is wrong; one line.
    Setting(String),
}

fn explain(error: clap::Error, command: &Command, place: impl Fn(&Arg) -> String) -> ParseError {
    let Some(arg) = invalid_arg(&error, command) else { return ParseError::Line(error) };
    let value = match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) if !arg.is_hide_env_values_set() => format!(" \"{value}\""),
        _ => String::new(),
    };
    let expected = match (std::error::Error::source(&error), error.get(ContextKind::ValidValue)) {
        (Some(expected), _) => expected.to_string(),
        (None, Some(ContextValue::Strings(words))) => words.join(" or "),
        _ => return ParseError::Line(error),
    };
    let (name, place) = (arg.get_id(), place(arg));
    ParseError::Setting(format!("bad setting {name}:{value} from {place}; expected {expected}"))
}

fn invalid_arg<'a>(error: &clap::Error, command: &'a Command) -> Option<&'a Arg> {
    let Some(ContextValue::String(shown)) = error.get(ContextKind::InvalidArg) else { return None };
    let flag = shown.split_whitespace().next()?.strip_prefix("--")?;
    arguments(command).find(|arg| arg.get_long() == Some(flag))
}

fn arguments(command: &Command) -> Box<dyn Iterator<Item = &Arg> + '_> {
    Box::new(command.get_arguments().chain(command.get_subcommands().flat_map(arguments)))
}

fn flag_or_variable(arg: &Arg, line: &[OsString]) -> String {
    let flag = format!("--{}", arg.get_long().unwrap_or_default());
    let on_line = line
        .iter()
        .filter_map(|word| word.to_str())
        .any(|word| word.strip_prefix(&flag).is_some_and(|rest| rest.is_empty() || rest.starts_with('=')));
    if on_line { flag } else { env_name(arg) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<FileValues, String> {
        FileValues::parse(text, &["config".into(), "listen".into(), "trusted_proxies".into()])
    }

    #[test]
    fn a_file_holds_plain_values_and_lists() {
        let file = parse("listen = \"[::1]:80\"\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]").unwrap();
        assert_eq!(file.0["listen"], ["[::1]:80"]);
        assert_eq!(file.0["trusted_proxies"], ["10.0.0.0/8", "::1"]);
    }

    #[test]
    fn a_wrong_file_is_named_by_line_or_setting() {
        assert!(parse("listen = \n").unwrap_err().starts_with("line 1: "));
        assert!(parse("\n\nlisten 3").unwrap_err().starts_with("line 3: "));
        assert!(parse("listne = 1").unwrap_err().starts_with("there is no setting \"listne\""));
        assert!(parse("config = \"x\"").unwrap_err().starts_with("there is no setting \"config\""));
        assert!(parse("[listen]\nport = 1").unwrap_err().starts_with("listen must be a plain value"));
    }
}
