//! Keys that the relay holds: from a file or from the environment.

use fusionbrain::{Credentials, Key, Secret};
use std::fmt;
use std::path::{Path, PathBuf};

/// Name of the key in the environment and in a keys file.
pub(crate) const KEY_NAME: &str = "FB_API_KEY";
/// Name of the secret in the environment and in a keys file.
pub(crate) const SECRET_NAME: &str = "FB_API_SECRET";

/// Why a keys file could not be used. Never holds anything of what is in the file.
#[derive(Debug)]
pub enum KeysFileError {
    /// The file cannot be read.
    Unreadable(PathBuf, std::io::Error),
    /// The file does not hold a key and a secret in one of the two forms.
    NoPair(PathBuf),
    /// The file does not hold a key.
    NoKey(PathBuf),
}

impl fmt::Display for KeysFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, error) => {
                write!(f, "cannot read the keys file {}: {error}", path.display())
            }
            Self::NoPair(path) => write!(
                f,
                "{} holds no key pair: write the key on the first line and the secret on the second, \
                 or {KEY_NAME}=… and {SECRET_NAME}=…",
                path.display()
            ),
            Self::NoKey(path) => write!(f, "{} holds no key: write it on a line of its own", path.display()),
        }
    }
}

impl std::error::Error for KeysFileError {}

/// Reads a key pair from a file: the key on one line and the secret on the next, or lines `FB_API_KEY=…` and
/// `FB_API_SECRET=…` in any order, as in an environment file (`export` and quotes are tolerated). Empty lines and
/// lines that start with `#` do not count.
///
/// # Errors
/// [`KeysFileError`] when the file cannot be read or holds no pair.
pub fn read_keys_file(path: &Path) -> Result<Credentials, KeysFileError> {
    let text =
        std::fs::read_to_string(path).map_err(|error| KeysFileError::Unreadable(path.to_owned(), error))?;
    pair(&text).ok_or_else(|| KeysFileError::NoPair(path.to_owned()))
}

/// Reads the key of a server with `POST /images/generations`: the first line that says something, as it is or as
/// `OPENAI_API_KEY=…`.
///
/// # Errors
/// [`KeysFileError`] when the file cannot be read or holds no key.
pub fn read_upstream_key_file(path: &Path) -> Result<Key, KeysFileError> {
    let text =
        std::fs::read_to_string(path).map_err(|error| KeysFileError::Unreadable(path.to_owned(), error))?;
    upstream_key(&text).ok_or_else(|| KeysFileError::NoKey(path.to_owned()))
}

fn upstream_key(text: &str) -> Option<Key> {
    let lines = spoken(text);
    let line = named(&lines, "OPENAI_API_KEY").or_else(|| lines.first().copied())?;
    // What cannot stand in a header is no key, but the wrong file.
    Key::new(line).filter(|_| line.chars().all(|c| c.is_ascii_graphic()))
}

/// A pair from two texts, or `None` when one of them is no key.
pub(crate) fn credentials(key: &str, secret: &str) -> Option<Credentials> {
    Some(Credentials { key: Key::new(key)?, secret: Secret::new(secret)? })
}

fn pair(text: &str) -> Option<Credentials> {
    let lines = spoken(text);
    match (named(&lines, KEY_NAME), named(&lines, SECRET_NAME)) {
        (Some(key), Some(secret)) => credentials(key, secret),
        // Half a pair with names is a mistake, not two nameless lines.
        (Some(_), None) | (None, Some(_)) => None,
        (None, None) => match lines[..] {
            [key, secret] => credentials(key, secret),
            _ => None,
        },
    }
}

/// The lines that say something, without white space at their ends.
fn spoken(text: &str) -> Vec<&str> {
    let text = text.trim_start_matches('\u{feff}');
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// The value of `NAME=value`. A key may end with `=` itself, so that a `=` alone does not make a line a named one.
fn named<'a>(lines: &[&'a str], name: &str) -> Option<&'a str> {
    lines.iter().find_map(|line| {
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        let value = line.strip_prefix(name)?.trim_start().strip_prefix('=')?.trim();
        let unquoted = ['"', '\'']
            .into_iter()
            .find_map(|quote| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)));
        Some(unquoted.unwrap_or(value))
    })
}

#[cfg(test)]
mod tests {
    use super::{pair, read_keys_file, upstream_key};
    use std::path::Path;

    #[test]
    fn two_lines_or_named_lines_are_a_pair() {
        for text in [
            "K=1=\nS2\n",
            "\u{feff}\n# mine\nK=1=\r\n\r\nS2",
            "Key K=1=\nSecret S2",
            "FB_API_KEY=K=1=\nFB_API_SECRET=S2\n",
            "FB_API_SECRET='S2'\nOTHER=1\nexport FB_API_KEY = \"K=1=\"",
        ] {
            let pair = pair(text).unwrap_or_else(|| panic!("{text:?}"));
            assert_eq!((pair.key.expose(), pair.secret.expose()), ("K=1=", "S2"), "{text:?}");
        }
    }

    #[test]
    fn anything_else_is_none() {
        for text in
            ["", "one", "a\nb\nc", "FB_API_KEY=a\n", "FB_API_KEY=a\nb\n", "FB_API_KEY=\nFB_API_SECRET=b"]
        {
            assert!(pair(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn an_upstream_key_is_a_line_or_a_named_one() {
        for text in
            ["sk-1=\n", "# mine\n\nsk-1=\nrest", "A=b\nexport OPENAI_API_KEY='sk-1='", "\u{feff}sk-1="]
        {
            assert_eq!(upstream_key(text).unwrap().expose(), "sk-1=", "{text:?}");
        }
        for text in ["", "# only", "two words", "ключ"] {
            assert!(upstream_key(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read_keys_file(Path::new("no-such-keys")).unwrap_err().to_string();
        assert!(error.contains("no-such-keys"), "{error}");
    }
}
