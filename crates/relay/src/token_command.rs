//! `komposition-relay token`: who may come in, from the command line.

use crate::guard_flags::time;
use crate::people::{Person, Register, RegisterError, Token};
use clap::{Args, Subcommand};
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// Makes, lists and revokes the tokens in a people's file. A running relay notices at once.
#[derive(Debug, Args)]
pub struct TokenCommand {
    #[command(subcommand)]
    what: What,

    /// The people's file [default: what KOMPOSITION_RELAY_PEOPLE says].
    #[arg(long, value_name = "FILE", global = true)]
    people: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Makes a token and prints it, this one time.
    New {
        /// Who it is for, as people write it.
        #[arg(long)]
        name: String,

        /// For how long it is good: 12h, 90d, 1year [default: for ever].
        #[arg(long, value_name = "TIME", value_parser = time)]
        expires: Option<Duration>,

        /// Most runs in a day (UTC) [default: what the relay says].
        #[arg(long, value_name = "NUMBER")]
        runs_a_day: Option<u32>,

        /// Most pictures being made at once [default: what the relay says].
        #[arg(long, value_name = "NUMBER")]
        at_once: Option<u32>,
    },
    /// Lists all, one a line; never a token.
    List,
    /// Makes a token useless.
    Revoke {
        /// The token's id, as the list shows it.
        id: String,
    },
}

/// Why nothing was done.
#[derive(Debug)]
pub enum TokenError {
    /// No file was named.
    NoFile,
    /// The file cannot be used.
    Register(RegisterError),
    /// Nobody has that id.
    Unknown(String),
    /// A name that cannot be shown in a line.
    BadName,
    /// A time so far away that no calendar has it.
    TooFar,
    /// The system has no randomness.
    NoRandomness,
    /// What was done could not be told.
    Output(io::Error),
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFile => {
                f.write_str("say which people's file: --people FILE, or KOMPOSITION_RELAY_PEOPLE")
            }
            Self::Register(error) => error.fmt(f),
            Self::Unknown(id) => {
                write!(f, "there is no token with the id {id}: see komposition-relay token list")
            }
            Self::BadName => f.write_str("a name is 1 to 128 characters without line breaks"),
            Self::TooFar => f.write_str("that is too far in the future"),
            Self::NoRandomness => f.write_str("this machine has no random numbers to give"),
            Self::Output(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for TokenError {}

impl From<RegisterError> for TokenError {
    fn from(error: RegisterError) -> Self {
        Self::Register(error)
    }
}

impl TokenCommand {
    /// Does it. What is printed goes to `out`: for `new` the token alone, so that a script can take it.
    ///
    /// # Errors
    /// [`TokenError`] says why nothing was done.
    pub fn run(
        self,
        environment: impl Fn(&str) -> Option<String>,
        out: &mut impl Write,
    ) -> Result<(), TokenError> {
        let named =
            || environment("KOMPOSITION_RELAY_PEOPLE").filter(|path| !path.is_empty()).map(PathBuf::from);
        let path = self.people.or_else(named).ok_or(TokenError::NoFile)?;
        let now = SystemTime::now();
        match self.what {
            What::New { name, expires, runs_a_day, at_once } => {
                let name = name.trim();
                if name.is_empty() || name.chars().count() > 128 || name.chars().any(char::is_control) {
                    return Err(TokenError::BadName);
                }
                let expires = expires.map(|time| end(now, time).ok_or(TokenError::TooFar)).transpose()?;
                let token = Register::change(&path, |register| {
                    let token = unused(register)?;
                    register.people.push(Person {
                        id: token.id().to_owned(),
                        name: name.to_owned(),
                        hash: token.hash(),
                        created: now,
                        expires,
                        runs_a_day,
                        at_once,
                    });
                    Ok::<_, TokenError>(token)
                })?;
                writeln!(out, "{}", token.expose()).map_err(TokenError::Output)
            }
            What::List => {
                for person in Register::read(&path)?.people {
                    writeln!(out, "{}", line(&person, now)).map_err(TokenError::Output)?;
                }
                Ok(())
            }
            What::Revoke { id } => Register::change(&path, |register| {
                let before = register.people.len();
                register.people.retain(|person| person.id != id);
                if register.people.len() == before { Err(TokenError::Unknown(id)) } else { Ok(()) }
            }),
        }
    }
}

/// A fresh token whose id nobody has.
fn unused(register: &Register) -> Result<Token, TokenError> {
    loop {
        let token = Token::fresh().map_err(|_| TokenError::NoRandomness)?;
        if register.people.iter().all(|person| person.id != token.id()) {
            return Ok(token);
        }
    }
}

/// `None` for what the file could not hold: a year of five digits.
fn end(now: SystemTime, time: Duration) -> Option<SystemTime> {
    let last = humantime::parse_rfc3339("9999-12-31T00:00:00Z").ok()?;
    now.checked_add(time).filter(|end| *end < last)
}

fn line(person: &Person, now: SystemTime) -> String {
    let day = |time| humantime::format_rfc3339_seconds(time).to_string();
    let expires = match person.expires {
        Some(end) if person.expired(now) => format!("expired {}", day(end)),
        Some(end) => format!("expires {}", day(end)),
        None => "never expires".to_owned(),
    };
    let number = |number: Option<u32>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    format!(
        "{}\t{}\t{expires}\truns a day {}\tat once {}",
        person.id,
        person.name,
        number(person.runs_a_day),
        number(person.at_once)
    )
}
