//! People that a relay knows by their tokens, made by the program itself.

use std::{
    fs,
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use anyhow::{Context, Result, ensure};

use crate::{Settings, settings::target_folder};

/// A people's file of a test's own. Goes when dropped.
#[derive(Debug)]
pub struct People {
    relay: PathBuf,
    file: PathBuf,
}

impl People {
    pub(crate) fn new(settings: &Settings) -> Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}-{}.toml", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let folder = target_folder()?.join("e2e-people");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self { relay: settings.relay()?.to_owned(), file: folder.join(name) })
    }

    /// A new token for that name, with these further words of `komposition-relay token new`.
    ///
    /// # Errors
    /// When the program refuses.
    pub fn token(&self, name: &str, words: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.relay);
        command.args(["token", "new", "--name", name]).args(words).arg("--people").arg(&self.file);
        let output = command.output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// The file's path, as `--people` wants it.
    ///
    /// # Errors
    /// When it is no text.
    pub fn file(&self) -> Result<&str> {
        self.file.to_str().context("the target folder's path is no text")
    }
}

impl Drop for People {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.file));
    }
}
