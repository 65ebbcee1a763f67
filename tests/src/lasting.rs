//! A browser of the test's own whose profile outlives it: to be killed, and started again as a person would.

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::SystemTime,
};

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    Engine, Job, Relay, Settings, engine::Mini, job, puppet::Puppeteer, session::Session,
    settings::target_folder, wait,
};

/// A profile, and the browser that works on it, if one does. One page at a time.
#[derive(Debug)]
pub struct Lasting {
    engine: Engine,
    settings: Settings,
    folder: PathBuf,
    /// Only for the engine whose driver knows no profiles.
    puppeteer: Option<Puppeteer>,
    running: Running,
}

#[derive(Debug)]
enum Running {
    Nothing,
    Driven(Box<Session>),
    Alone(Mini),
}

impl Lasting {
    pub(crate) async fn new(engine: Engine, mut settings: Settings) -> Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{}-{number}", engine.name(), std::process::id());
        let folder = target_folder()?.join("e2e-profiles").join(name);
        // What another run with the same process id left.
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(folder.join("profile"))
            .with_context(|| format!("cannot make {}", folder.display()))?;
        let puppeteer = match engine {
            Engine::WebKit => {
                let puppeteer = Puppeteer::start().await?;
                settings.serve(puppeteer.dress(settings.app()?, &folder.join("app"))?);
                Some(puppeteer)
            }
            Engine::Chromium | Engine::Firefox => None,
        };
        Ok(Self { engine, settings, folder, puppeteer, running: Running::Nothing })
    }

    /// A relay whose pictures come at once, with an app that this browser's page can be driven in.
    ///
    /// # Errors
    /// As [`Relay::start`].
    pub fn relay(&self) -> Result<Relay> {
        Relay::start(&self.settings, &["--sim-seconds", "0.3"])
    }

    /// Starts the browser on the profile as it is, with the app in it, and waits until the app is up.
    ///
    /// # Errors
    /// When one of them does not start.
    pub async fn start(&mut self, address: &str) -> Result<()> {
        self.kill();
        let profile = self.folder.join("profile");
        self.running = if self.puppeteer.is_some() {
            Running::Alone(Mini::start(&profile, address)?)
        } else {
            let session = Box::new(Session::start_on(self.engine, Some(&profile)).await?);
            session.driver().goto(address).await.with_context(|| format!("cannot open {address}"))?;
            Running::Driven(session)
        };
        wait::until("the app to be up", wait::PATIENCE, async || {
            match self.look::<bool>("document.documentElement.hasAttribute('data-ready')").await {
                Ok(true) => Ok(()),
                Ok(false) => Err("a page that is not ready".to_owned()),
                Err(error) => Err(format!("{error:#}")),
            }
        })
        .await
    }

    /// Ends the browser, all of its processes and its driver with SIGKILL: nothing of them is told, nothing is tidied up.
    /// Says when that was.
    pub fn kill(&mut self) -> SystemTime {
        match std::mem::replace(&mut self.running, Running::Nothing) {
            Running::Nothing => SystemTime::now(),
            Running::Driven(session) => session.kill(),
            Running::Alone(mini) => mini.kill(),
        }
    }

    /// Runs the body of an async function in the page, and gives what it returns.
    ///
    /// # Errors
    /// When it throws, or gives something of another shape, or no browser runs.
    pub async fn run<T: DeserializeOwned>(&self, body: &str) -> Result<T> {
        let value = match (&self.running, &self.puppeteer) {
            (Running::Driven(session), _) => {
                let script = format!(
                    "const done = arguments[0];
                    (async () => {{ {body} }})().then((value) => done([value ?? null]), (error) => done(String(error)));"
                );
                match session.driver().execute_async(&script, Vec::new()).await?.json() {
                    Value::Array(one) => one.first().cloned().unwrap_or_default(),
                    error => anyhow::bail!("the page says {error} to {body}"),
                }
            }
            (Running::Alone(_), Some(puppeteer)) => puppeteer.run(body).await?,
            _ => anyhow::bail!("no browser runs"),
        };
        serde_json::from_value(value.clone()).with_context(|| format!("{body} gives {value}"))
    }

    /// The value of an expression in the page.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn look<T: DeserializeOwned>(&self, expression: &str) -> Result<T> {
        self.run(&format!("return ({expression});")).await
    }

    /// All jobs the page shows, newest first.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn jobs(&self) -> Result<Vec<Job>> {
        self.run(job::SCRIPT).await
    }
}

impl Drop for Lasting {
    fn drop(&mut self) {
        self.kill();
        drop(fs::remove_dir_all(&self.folder));
    }
}
