//! The three engines: which programs drive them, and with which options.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{
    process::Process,
    settings::{on_path, target_folder},
};

/// A browser engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Blink, in Chromium.
    Chromium,
    /// Gecko, in Firefox.
    Firefox,
    /// WebKitGTK, in its MiniBrowser.
    WebKit,
}

/// What it takes to open sessions: the driver (and before it, whatever the driver needs to be alive).
#[derive(Debug)]
pub struct Driver {
    /// The driver's address.
    pub address: String,
    /// The session to ask for.
    pub capabilities: Value,
    // In this order: the driver goes before the display it draws on.
    process: Process,
    _display: Option<Process>,
}

const CHROMIUM: &str = "On Debian: `apt install chromium chromium-driver`";
const FIREFOX: &str = "On Debian: `apt install firefox-esr`";
const GECKODRIVER: &str = "Get it with `cargo install geckodriver`, or name it in KOMPOSITION_GECKODRIVER";
const WEBKIT: &str = "On Debian: `apt install webkit2gtk-driver xvfb`";

impl Engine {
    /// All of them, in the order they are tried.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// The word for it in test names and in `KOMPOSITION_BROWSERS`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// The engine of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|engine| engine.name() == name)
    }

    /// Starts the engine's driver on a free port.
    ///
    /// # Errors
    /// When the browser or the driver is not there (how to get it), or does not start (what it said).
    pub async fn driver(self) -> Result<Driver> {
        let port = free_port()?;
        match self {
            Self::Chromium => {
                let browser = on_path(&["chromium", "chromium-browser", "google-chrome"], CHROMIUM)?;
                let mut command = Command::new(on_path(&["chromedriver"], CHROMIUM)?);
                command.arg(format!("--port={port}"));
                Driver::start(command, port, chromium(&browser), None).await
            }
            Self::Firefox => {
                let browser = on_path(&["firefox-esr", "firefox"], FIREFOX)?;
                let driver = match std::env::var_os("KOMPOSITION_GECKODRIVER") {
                    Some(driver) => PathBuf::from(driver),
                    None => on_path(&["geckodriver"], GECKODRIVER)?,
                };
                let mut command = Command::new(driver);
                // Without a port of its own for BiDi, two geckodrivers on one machine fight for 9222.
                command.args(["--port", &port.to_string(), "--websocket-port", &free_port()?.to_string()]);
                Driver::start(command, port, firefox(&browser), None).await
            }
            Self::WebKit => {
                let browser = mini_browser()?;
                let driver = on_path(&["WebKitWebDriver"], WEBKIT)?;
                // It draws on a real X server only, and that must not be the one somebody works on.
                let mut server = Command::new(on_path(&["Xvfb"], WEBKIT)?);
                server.args(["-displayfd", "1", "-screen", "0", "1440x1200x24", "-nolisten", "tcp"]);
                let server = Process::start(server)?;
                let display = server.line(Duration::from_secs(20), |line| line.trim().parse::<u32>().ok())?;
                let mut command = Command::new(driver);
                command.arg(format!("--port={port}"));
                command
                    .env("DISPLAY", format!(":{display}"))
                    .env_remove("WAYLAND_DISPLAY")
                    .env("GDK_BACKEND", "x11");
                // WebKitGTK takes `navigator.languages` from the name of the process's locale.
                command.env("LOCPATH", russian_locale()?).env("LC_ALL", "ru_RU.UTF-8");
                Driver::start(command, port, webkit(&browser), Some(server)).await
            }
        }
    }
}

impl Driver {
    async fn start(
        command: Command,
        port: u16,
        capabilities: Value,
        display: Option<Process>,
    ) -> Result<Self> {
        let mut process = Process::start(command)?;
        let address = format!("http://127.0.0.1:{port}");
        let status = format!("{address}/status");
        let start = std::time::Instant::now();
        // Not `wait::until`: a driver that has ended need not be waited for.
        while reqwest::get(&status).await.is_err() {
            anyhow::ensure!(
                process.is_alive() && start.elapsed() < Duration::from_secs(30),
                "the driver does not answer; it said: {}",
                process.said()
            );
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        Ok(Self { address, capabilities, process, _display: display })
    }

    /// The end of what the driver printed.
    #[must_use]
    pub fn said(&self) -> String {
        self.process.said()
    }
}

/// The browser's language is Russian everywhere, so that "chosen by the browser" can be told from "English by default".
fn chromium(browser: &std::path::Path) -> Value {
    json!({
        "browserName": "chrome",
        "pageLoadStrategy": "eager",
        "goog:chromeOptions": {
            "binary": browser,
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--window-size=1440,1200", "--lang=ru-RU", "--accept-lang=ru-RU,ru",
            ],
            "prefs": { "intl.accept_languages": "ru-RU,ru" },
        },
    })
}

fn firefox(browser: &std::path::Path) -> Value {
    json!({
        "browserName": "firefox",
        "pageLoadStrategy": "eager",
        "moz:firefoxOptions": {
            "binary": browser,
            "args": ["-headless", "-width", "1440", "-height", "1200"],
            "prefs": { "intl.accept_languages": "ru-RU,ru" },
        },
    })
}

fn webkit(browser: &std::path::Path) -> Value {
    json!({
        "browserName": "MiniBrowser",
        // Not "eager", as the others: with it the first command to a session's first page is never answered.
        "pageLoadStrategy": "normal",
        "webkitgtk:browserOptions": { "binary": browser, "args": ["--automation"] },
    })
}

/// A folder of locales that has a Russian one by name, for machines where none is installed: its data are those of `C.UTF-8`,
/// which nothing here looks at.
fn russian_locale() -> Result<PathBuf> {
    let folder = target_folder()?.join("e2e-locale");
    let name = folder.join("ru_RU.UTF-8");
    fs::create_dir_all(&folder)?;
    if !name.exists() {
        drop(fs::remove_file(&name));
        std::os::unix::fs::symlink("/usr/lib/locale/C.utf8", &name)?;
    }
    Ok(folder)
}

/// Debian keeps it beside the library, under the machine's name; others under `libexec`.
fn mini_browser() -> Result<PathBuf> {
    let mut homes: Vec<PathBuf> = vec!["/usr/libexec".into(), "/usr/lib64".into(), "/usr/lib".into()];
    homes.extend(fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path()));
    homes
        .iter()
        .flat_map(|home| {
            ["webkit2gtk-4.1", "webkitgtk-6.0", "webkit2gtk-4.0"]
                .map(|api| home.join(api).join("MiniBrowser"))
        })
        .find(|file| file.is_file())
        .with_context(|| format!("there is no MiniBrowser of WebKitGTK. {WEBKIT}"))
}

/// A port nobody listens on right now. WebKitWebDriver cannot pick one itself.
///
/// # Errors
/// When the system has none.
pub fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
