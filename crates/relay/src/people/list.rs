//! The people's file as a running relay knows it: always the newest one that could be read.

use super::register::{Register, RegisterError};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use tracing::{info, warn};

/// What tells one state of a file from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    changed: SystemTime,
    length: u64,
    /// A file that was put in the old one's place within the same tick of the clock is another one all the same.
    number: u64,
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let about = fs::metadata(path).ok()?;
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(&about);
        #[cfg(not(unix))]
        let number = 0;
        Some(Self { changed: about.modified().ok()?, length: about.len(), number })
    }
}

/// The file and what was last read from it.
pub(crate) struct List {
    path: PathBuf,
    known: Mutex<Known>,
}

struct Known {
    register: Arc<Register>,
    /// Of the file as it was last looked into, whether it could be read or not.
    stamp: Option<Stamp>,
}

impl List {
    /// # Errors
    /// [`RegisterError`]: who starts with a file that cannot be read is told so.
    pub(crate) fn open(path: &Path) -> Result<Self, RegisterError> {
        let stamp = Stamp::of(path);
        let register = Arc::new(Register::read(path)?);
        if register.people.is_empty() {
            warn!(path = %path.display(), "nobody is in the people's file yet");
        }
        Ok(Self { path: path.to_owned(), known: Mutex::new(Known { register, stamp }) })
    }

    /// Everybody as the file says at this moment. To look at a file's times is a matter of a microsecond, and so a
    /// revoked token is refused from the very next request on.
    pub(crate) fn now(&self) -> Arc<Register> {
        let stamp = Stamp::of(&self.path);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.stamp != stamp {
            known.stamp = stamp;
            self.read_into(&mut known);
        }
        Arc::clone(&known.register)
    }

    /// Reads the file whatever its times are.
    pub(crate) fn reload(&self) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.stamp = Stamp::of(&self.path);
        self.read_into(&mut known);
    }

    fn read_into(&self, known: &mut Known) {
        match Register::read(&self.path) {
            Ok(register) => {
                info!(people = register.people.len(), "read the people's file again");
                known.register = Arc::new(register);
            }
            // Half a file, or none: to let nobody in any more would be a heavy price for a slip of an editor.
            Err(error) => warn!(%error, "the people stay as they were"),
        }
    }
}
