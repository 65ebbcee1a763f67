//! One name for each setting, in three places: on the command line, in the environment, in a file.
//!
//! `--allow-origin` is `KOMPOSITION_RELAY_ALLOW_ORIGIN` and, in the TOML file that `--config` names, `allow-origin`. What
//! is said on the command line goes before the environment, and that before the file. All of it becomes one command line,
//! so that there is one reader, and a new flag is in all three places at once.

use crate::flags::Flags;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, CommandFactory, FromArgMatches};
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

const PREFIX: &str = "KOMPOSITION_RELAY_";

/// The setting that says where the file is, which cannot be in the file.
const CONFIG: &str = "config";

/// Why flags, environment and file together are no settings.
#[derive(Debug)]
pub enum ReadError {
    /// clap's own words, which may also be the help that was asked for.
    Flags(clap::Error),
    /// The file cannot be read.
    Unreadable(PathBuf, std::io::Error),
    /// The file is no TOML, or holds what no setting is.
    Malformed(PathBuf, String),
    /// A variable of the environment that should be `true` or `false`.
    NoBool(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flags(error) => error.fmt(f),
            Self::Unreadable(path, error) => write!(f, "cannot read {}: {error}", path.display()),
            Self::Malformed(path, why) => write!(f, "{}: {why}", path.display()),
            Self::NoBool(name) => write!(f, "{name} must be true or false"),
        }
    }
}

impl std::error::Error for ReadError {}

impl Flags {
    /// Reads the command line (program's name first), with what it does not say from the environment and from the file.
    ///
    /// # Errors
    /// [`ReadError`]; its [`ReadError::Flags`] may be the help that was asked for.
    pub fn read(
        line: Vec<OsString>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ReadError> {
        let line = whole(line, environment)?;
        let matches = Self::command().try_get_matches_from(line).map_err(ReadError::Flags)?;
        Self::from_arg_matches(&matches).map_err(ReadError::Flags)
    }
}

/// The command line with everything that was said elsewhere put before its own words.
fn whole(
    line: Vec<OsString>,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Vec<OsString>, ReadError> {
    // What is wrong with it is said when the whole of it is read.
    let given = Flags::command().ignore_errors(true).try_get_matches_from(&line).map_err(ReadError::Flags)?;
    if given.subcommand().is_some() {
        return Ok(line);
    }
    let variable = |long: &str| {
        let name = format!("{PREFIX}{}", long.to_ascii_uppercase().replace('-', "_"));
        environment(&name).filter(|value| !value.is_empty()).map(|value| (name, value))
    };
    let path = given.get_one::<PathBuf>(CONFIG).cloned();
    let path = path.or_else(|| variable(CONFIG).map(|(_, path)| PathBuf::from(path)));
    let mut file = match &path {
        Some(path) => table(path)?,
        None => Table::new(),
    };
    let path = path.unwrap_or_default();

    let mut words: Vec<OsString> = line.first().cloned().into_iter().collect();
    for setting in Flags::command().get_arguments() {
        let Some(long) = setting.get_long().filter(|long| !["help", "version", CONFIG].contains(long)) else {
            continue;
        };
        let in_file = file.remove(long);
        if given.value_source(setting.get_id().as_str()) == Some(ValueSource::CommandLine) {
            continue;
        }
        if let Some((name, value)) = variable(long) {
            words.extend(from_variable(setting, long, name, &value)?);
        } else if let Some(value) = in_file {
            let wrong = || ReadError::Malformed(path.clone(), format!("{long} cannot be that"));
            words.extend(from_file(setting, long, &value).ok_or_else(wrong)?);
        }
    }
    if let Some(unknown) = file.keys().next() {
        return Err(ReadError::Malformed(path, format!("there is no setting called {unknown}")));
    }
    words.extend(line.into_iter().skip(1));
    Ok(words)
}

fn table(path: &Path) -> Result<Table, ReadError> {
    let text =
        std::fs::read_to_string(path).map_err(|error| ReadError::Unreadable(path.to_owned(), error))?;
    // Without the line it quotes: there may be keys in it.
    text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(0, |span| text[..span.start].lines().count());
        ReadError::Malformed(path.to_owned(), format!("{} (line {line})", error.message()))
    })
}

fn from_variable(setting: &Arg, long: &str, name: String, value: &str) -> Result<Vec<OsString>, ReadError> {
    if is_switch(setting) {
        return match value {
            "true" | "1" => Ok(vec![switch(long)]),
            "false" | "0" => Ok(Vec::new()),
            _ => Err(ReadError::NoBool(name)),
        };
    }
    // Of what may be given several times, several stand in one variable with commas between.
    let values: Vec<&str> =
        if is_list(setting) { value.split(',').map(str::trim).collect() } else { vec![value] };
    Ok(values.into_iter().map(|value| word(long, value)).collect())
}

fn from_file(setting: &Arg, long: &str, value: &Value) -> Option<Vec<OsString>> {
    match value {
        Value::Boolean(on) if is_switch(setting) => Some(if *on { vec![switch(long)] } else { Vec::new() }),
        Value::Array(values) if is_list(setting) => {
            values.iter().map(|value| Some(word(long, &scalar(value)?))).collect()
        }
        value if !is_switch(setting) => Some(vec![word(long, &scalar(value)?)]),
        _ => None,
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        _ => None,
    }
}

fn is_switch(setting: &Arg) -> bool {
    !setting.get_action().takes_values()
}

fn is_list(setting: &Arg) -> bool {
    matches!(setting.get_action(), ArgAction::Append)
}

fn switch(long: &str) -> OsString {
    format!("--{long}").into()
}

fn word(long: &str, value: &str) -> OsString {
    format!("--{long}={value}").into()
}

#[cfg(test)]
mod tests;
