//! What the environment says: where the relay and the app are, which engines are wanted.

use std::{
    env,
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::{Context, Result, ensure};

use crate::Engine;

/// Where everything is. Missing parts are told by the test that needs them.
#[derive(Debug, Clone)]
pub struct Settings {
    relay: PathBuf,
    app: PathBuf,
    /// The engines to go through.
    pub engines: Vec<Engine>,
    /// How many engines work side by side.
    pub engines_at_once: usize,
    /// At how many moments of a job's life a browser is killed, if it was said.
    pub kills: Option<u32>,
    /// Which moments these are.
    pub seed: u64,
    /// Where screenshots and pages of failed tests go.
    pub failures: PathBuf,
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// On an engine it does not know, or a number that is none.
    pub fn from_env() -> Result<Self> {
        let target = target_folder()?;
        let built = ["debug", "release"].map(|profile| target.join(profile).join("komposition-relay"));
        let relay = env::var_os("KOMPOSITION_RELAY").map_or_else(
            || built.iter().find(|path| path.exists()).unwrap_or(&built[1]).clone(),
            PathBuf::from,
        );
        let app = env::var_os("KOMPOSITION_APP")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist"), PathBuf::from);
        let engines = match env::var("KOMPOSITION_BROWSERS") {
            Ok(names) => names
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(|name| {
                    Engine::named(name).with_context(|| {
                        format!("KOMPOSITION_BROWSERS: {name:?} is none of chromium, firefox, webkit")
                    })
                })
                .collect::<Result<_>>()?,
            Err(_) => Engine::ALL.to_vec(),
        };
        let engines_at_once = number("KOMPOSITION_ENGINES_AT_ONCE")?.unwrap_or(Engine::ALL.len());
        let (kills, seed) = (number("KOMPOSITION_KILLS")?, number("KOMPOSITION_SEED")?.unwrap_or(1));
        ensure!(engines_at_once > 0, "KOMPOSITION_ENGINES_AT_ONCE must be at least 1");
        Ok(Self { relay, app, engines, engines_at_once, kills, seed, failures: target.join("e2e-failures") })
    }

    /// The relay binary.
    ///
    /// # Errors
    /// When it is not there: how to build it.
    pub fn relay(&self) -> Result<&Path> {
        ensure!(
            self.relay.is_file(),
            "there is no relay at {}: build it with `cargo build --release -p komposition-relay`, or name it in KOMPOSITION_RELAY",
            self.relay.display()
        );
        Ok(&self.relay)
    }

    /// The file of axe-core.
    ///
    /// # Errors
    /// When it is not there: how to get it.
    pub fn axe(&self) -> Result<PathBuf> {
        let file = env::var_os("KOMPOSITION_AXE").map(PathBuf::from).filter(|file| file.is_file());
        file.context("KOMPOSITION_AXE names no file: `cargo xtask test` brings axe-core and names it")
    }

    /// Takes the app from another folder from now on.
    pub(crate) fn serve(&mut self, app: PathBuf) {
        self.app = app;
    }

    /// The folder of the built app.
    ///
    /// # Errors
    /// When it is not there: how to build it.
    pub fn app(&self) -> Result<&Path> {
        ensure!(
            self.app.join("index.html").is_file(),
            "there is no built app in {}: build it with `cargo xtask build`, or name its folder in KOMPOSITION_APP",
            self.app.display()
        );
        Ok(&self.app)
    }
}

/// A number in the environment, none when the variable is not there.
fn number<T: FromStr>(name: &str) -> Result<Option<T>> {
    let Ok(text) = env::var(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| anyhow::anyhow!("{name}={text:?} is no such number"))
}

/// Cargo's target folder, where the test binary lives.
///
/// # Errors
/// When the binary was moved out of it.
pub fn target_folder() -> Result<PathBuf> {
    let this = env::current_exe().context("where am I?")?;
    // target/debug/deps/e2e-0123456789abcdef
    Ok(this.ancestors().nth(3).context("the test binary is not in a target folder")?.to_owned())
}

/// The first of `names` that is on `PATH`.
///
/// # Errors
/// When none is: `how`, which says where to get it.
pub fn on_path(names: &[&str], how: &str) -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    names
        .iter()
        .flat_map(|name| env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
        .with_context(|| format!("{} is not on PATH. {how}", names.join(" or ")))
}
