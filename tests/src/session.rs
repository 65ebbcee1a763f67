//! One browser session an engine, reused by its tests.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result};
use thirtyfour::{Capabilities, WebDriver, WindowHandle};

use crate::{Engine, engine::Driver};

/// The same page for all engines: their own first sizes differ.
pub(crate) const WINDOW: (u32, u32) = (1440, 1100);

/// A running browser.
#[derive(Debug)]
pub struct Session {
    // In this order: the session is closed while its driver still answers.
    driver: WebDriver,
    home: WindowHandle,
    process: Driver,
}

impl Session {
    /// Starts the driver and the browser.
    ///
    /// # Errors
    /// When one of them is missing or does not start.
    pub async fn start(engine: Engine) -> Result<Self> {
        Self::start_on(engine, None).await
    }

    /// Starts the driver and the browser on this profile; without one on a fresh one that goes with it.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_on(engine: Engine, profile: Option<&Path>) -> Result<Self> {
        let process = engine.driver(profile).await?;
        let serde_json::Value::Object(wanted) = process.capabilities.clone() else {
            anyhow::bail!("capabilities are an object")
        };
        let driver = WebDriver::builder(process.address.as_str(), Capabilities::from(wanted))
            .request_timeout(Duration::from_secs(60))
            .connect()
            .await
            .with_context(|| {
                format!("no session in {}; the driver said: {}", engine.name(), process.said())
            })?;
        driver.set_window_rect(0, 0, WINDOW.0, WINDOW.1).await?;
        let home = driver.window().await?;
        Ok(Self { driver, home, process })
    }

    /// The way to talk to it.
    #[must_use]
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Makes it as new for the next test: no other tabs, no storage, no page.
    ///
    /// # Errors
    /// When the browser does not answer any more; then it is to be ended.
    pub async fn tidy(&self) -> Result<()> {
        let windows = self.driver.windows().await?;
        for window in windows {
            if window != self.home {
                self.driver.switch_to_window(window).await?;
                self.driver.close_window().await?;
            }
        }
        self.driver.switch_to_window(self.home.clone()).await?;
        // A page without an origin has no storage to clear: that is no fault.
        let clear = "try { localStorage.clear(); sessionStorage.clear(); } catch { }";
        drop(self.driver.execute(clear, Vec::new()).await);
        self.driver.goto("about:blank").await?;
        Ok(())
    }

    /// Ends the browser and the driver as a crash would, without a word to them.
    pub fn kill(self) -> SystemTime {
        let killed = self.process.kill();
        // There is nobody left who could be told that the session is over.
        drop(self.driver.leak());
        killed
    }

    /// Ends the session, the browser and the driver.
    pub async fn end(self) {
        // A browser that does not answer is ended with its process group.
        drop(tokio::time::timeout(Duration::from_secs(5), self.driver.quit()).await);
        drop(self.process);
    }
}
