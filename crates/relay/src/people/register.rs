//! The file that says who may come in.
//!
//! TOML, version 1. It is written by `komposition-relay token` and may be edited by hand; a running relay notices.

use super::token::{Token, TokenHash};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The version this program writes. It reads every one up to it.
const VERSION: u32 = 1;

const PREFACE: &str = "# The people of this relay, written by `komposition-relay token`. Tokens are not in here, only \
                       their hashes.\n";

/// One person with one token.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    /// The middle part of the token; no secret.
    pub(crate) id: String,
    /// Who it is, for people.
    pub(crate) name: String,
    pub(crate) hash: TokenHash,
    #[serde(with = "moment")]
    pub(crate) created: SystemTime,
    /// From then on the token opens nothing.
    #[serde(default, with = "moment::maybe", skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<SystemTime>,
    /// Runs in a day (UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) runs_a_day: Option<u32>,
    /// Pictures that are being made at the same time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at_once: Option<u32>,
}

impl Person {
    pub(crate) fn expired(&self, now: SystemTime) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }
}

/// Everybody in the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Register {
    version: u32,
    #[serde(default)]
    pub(crate) people: Vec<Person>,
}

/// Why the people's file cannot be used. Never holds anything secret.
#[derive(Debug)]
pub enum RegisterError {
    /// The file cannot be read.
    Unreadable(PathBuf, io::Error),
    /// The file is not what it should be; the text says where.
    Malformed(PathBuf, String),
    /// The file cannot be written.
    Unwritable(PathBuf, io::Error),
}

impl fmt::Display for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, error) => {
                write!(
                    f,
                    "cannot read the people's file {}: {error} (komposition-relay token new makes one)",
                    path.display()
                )
            }
            Self::Malformed(path, why) => write!(f, "{} is no people's file: {why}", path.display()),
            Self::Unwritable(path, error) => {
                write!(f, "cannot write the people's file {}: {error}", path.display())
            }
        }
    }
}

impl std::error::Error for RegisterError {}

impl Default for Register {
    fn default() -> Self {
        Self { version: VERSION, people: Vec::new() }
    }
}

impl Register {
    /// Reads the file.
    ///
    /// # Errors
    /// [`RegisterError`] when it is not there or not what it should be.
    pub(crate) fn read(path: &Path) -> Result<Self, RegisterError> {
        let text =
            fs::read_to_string(path).map_err(|error| RegisterError::Unreadable(path.to_owned(), error))?;
        let malformed = |why: String| RegisterError::Malformed(path.to_owned(), why);
        // The parser's own words quote the line: there may be a hash in it, or a token somebody put there by mistake.
        let register: Self = toml::from_str(&text).map_err(|error| malformed(error.message().to_owned()))?;
        if register.version == 0 || register.version > VERSION {
            return Err(malformed(format!(
                "it is of version {}, which this relay is too old for",
                register.version
            )));
        }
        for (i, person) in register.people.iter().enumerate() {
            // An empty one would be the caller of a relay that knows nobody.
            if person.id.is_empty() || !person.id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return Err(malformed("an id is made of letters and digits".to_owned()));
            }
            if register.people[..i].iter().any(|other| other.id == person.id) {
                return Err(malformed(format!("the id {:?} is there twice", person.id)));
            }
        }
        Ok(register)
    }

    /// Changes the file under a lock, so that two at the same time do not undo each other, and replaces it as a whole.
    /// A file that is not there yet counts as one without people.
    ///
    /// # Errors
    /// [`RegisterError`], or what `change` returned; the file is then as it was.
    pub(crate) fn change<T, E: From<RegisterError>>(
        path: &Path,
        change: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let unwritable = |error| RegisterError::Unwritable(path.to_owned(), error);
        let lock = lock(path).map_err(unwritable)?;
        let mut register = if path.exists() { Self::read(path)? } else { Self::default() };
        let outcome = change(&mut register)?;
        register.version = VERSION;
        register.write(path).map_err(unwritable)?;
        drop(lock);
        Ok(outcome)
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let text = toml::to_string(self).map_err(io::Error::other)?;
        // In the same folder, because only there can it take the old one's place in one step. Only its owner may read
        // it: that is what a temporary file starts with.
        let mut file = tempfile::NamedTempFile::new_in(folder(path))?;
        file.write_all(PREFACE.as_bytes())?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        if let Ok(old) = fs::metadata(path) {
            file.as_file().set_permissions(old.permissions())?;
            // Who changes it is often not who reads it: a relay of another user would stay with the people it knew.
            #[cfg(unix)]
            {
                use std::os::unix::fs::{MetadataExt, fchown};
                let new = file.as_file().metadata()?;
                if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
                    fchown(file.as_file(), Some(old.uid()), Some(old.gid()))?;
                }
            }
        }
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    /// Whose token this is, whether it is still good or not. Takes the same time for a wrong and an unknown one.
    pub(crate) fn owner(&self, token: &Token) -> Option<&Person> {
        let person = self.people.iter().find(|person| person.id == token.id());
        let hash = person.map_or(&TokenHash::NOBODYS, |person| &person.hash);
        let is = hash.is(&token.hash());
        person.filter(|_| is)
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Beside the file and not the file itself, which is replaced under the lock.
fn lock(path: &Path) -> io::Result<File> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(folder(path).join(name))?;
    lock.lock()?;
    Ok(lock)
}

/// Times as people write them: `2027-01-31T12:00:00Z`.
mod moment {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::time::SystemTime;

    pub(super) fn serialize<S: Serializer>(time: &SystemTime, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&humantime::format_rfc3339_seconds(*time))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SystemTime, D::Error> {
        let text = String::deserialize(from)?;
        humantime::parse_rfc3339_weak(&text)
            .map_err(|_| D::Error::custom("a time is written as 2027-01-31T12:00:00Z"))
    }

    pub(super) mod maybe {
        use serde::{Deserializer, Serializer};
        use std::time::SystemTime;

        // The signature is serde's.
        #[allow(clippy::ref_option)]
        pub(in super::super) fn serialize<S: Serializer>(
            time: &Option<SystemTime>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            match time {
                Some(time) => super::serialize(time, to),
                None => to.serialize_none(),
            }
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<SystemTime>, D::Error> {
            super::deserialize(from).map(Some)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Register, RegisterError};
    use std::fs;
    use std::path::Path;

    /// As version 1 was written on the day it came to be.
    const VERSION_1: &str = include_str!("version-1.toml");

    /// A relay of another user than the one who revokes must be able to read what was changed. As root there are two users;
    /// anybody else has only one, and nothing to lose.
    #[cfg(unix)]
    #[test]
    fn a_changed_file_stays_its_owners() {
        use std::os::unix::fs::{MetadataExt, chown};
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("people.toml");
        fs::write(&path, VERSION_1).unwrap();
        let is_root = chown(&path, Some(65_534), Some(65_534)).is_ok();
        let before = fs::metadata(&path).unwrap();
        assert!(!is_root || before.uid() == 65_534);
        Register::change(&path, |_| Ok::<_, RegisterError>(())).unwrap();
        let after = fs::metadata(&path).unwrap();
        assert_eq!((after.uid(), after.gid(), after.mode()), (before.uid(), before.gid(), before.mode()));
        assert_ne!(after.ino(), before.ino(), "it is another file");
    }

    #[test]
    fn version_1_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("people.toml");
        fs::write(&path, VERSION_1).unwrap();
        let register = Register::read(&path).unwrap();
        let [anna, boris] = &register.people[..] else { panic!("{register:?}") };
        assert_eq!((anna.id.as_str(), anna.name.as_str()), ("00aa11bb22", "Анна \"A\" \\ B"));
        assert_eq!((anna.runs_a_day, anna.at_once), (Some(50), Some(3)));
        assert_eq!(humantime::format_rfc3339(anna.expires.unwrap()).to_string(), "2027-02-23T10:00:00Z");
        assert_eq!((boris.expires, boris.runs_a_day, boris.at_once), (None, None, None));
    }

    #[test]
    fn a_newer_version_an_unknown_word_and_a_repeated_id_are_said_without_quoting_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("people.toml");
        for (text, words) in [
            (VERSION_1.replace("version = 1", "version = 2"), "too old"),
            (VERSION_1.replace("at_once", "a_tonce"), "unknown field"),
            (VERSION_1.replace("cc33dd44ee", "00aa11bb22"), "there twice"),
            (VERSION_1.replace("sha256:", "kmp_secret_"), "a hash is sha256:"),
            ("people = kmp_secret_".to_owned(), ""),
        ] {
            fs::write(&path, text).unwrap();
            let said = Register::read(&path).unwrap_err().to_string();
            assert!(said.contains(words) && !said.contains("kmp_secret"), "{words}: {said}");
        }
        assert!(matches!(Register::read(Path::new("no-such-file")), Err(RegisterError::Unreadable(..))));
    }

    #[test]
    fn many_writers_at_once_lose_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("people.toml");
        fs::write(&path, VERSION_1).unwrap();
        std::thread::scope(|scope| {
            for number in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    Register::change(path, |register| {
                        let mut person = register.people[0].clone();
                        person.id = format!("new{number}");
                        register.people.push(person);
                        Ok::<_, RegisterError>(())
                    })
                    .unwrap();
                });
            }
        });
        assert_eq!(Register::read(&path).unwrap().people.len(), 10);
    }
}
