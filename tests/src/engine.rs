//! The three engines: which programs drive them, and with which options.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result, ensure};
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
/// A name that nobody owns (RFC 6761), led to loopback by the browsers' options.
const PLAIN: &str = "studio.test";

/// MiniBrowser's `activate` makes its data manager with `webkit_website_data_manager_new_ephemeral()` when it was started
/// with `--automation`, whatever else it is told.
const NO_PROFILE: &str = "WebKitGTK's MiniBrowser keeps nothing when a driver drives it";

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

    /// A name of this machine that leads to 127.0.0.1, and that the engine does not take for localhost: a page there is
    /// no secure context.
    #[must_use]
    pub fn plain_host(self) -> &'static str {
        match self {
            Self::Chromium | Self::Firefox => PLAIN,
            // It resolves names as the system does, and there is no option for it.
            Self::WebKit => "[::ffff:127.0.0.1]",
        }
    }

    /// Starts the engine's driver on a free port, for browsers on this profile: a folder that outlives them. Without one
    /// each has a fresh profile of its own.
    ///
    /// # Errors
    /// When the browser or the driver is not there (how to get it), or does not start (what it said).
    pub async fn driver(self, profile: Option<&Path>) -> Result<Driver> {
        let port = free_port()?;
        match self {
            Self::Chromium => {
                let browser = on_path(&["chromium", "chromium-browser", "google-chrome"], CHROMIUM)?;
                let mut command = Command::new(on_path(&["chromedriver"], CHROMIUM)?);
                command.arg(format!("--port={port}"));
                Driver::start(command, port, chromium(&browser, profile), None).await
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
                Driver::start(command, port, firefox(&browser, profile), None).await
            }
            Self::WebKit => {
                ensure!(profile.is_none(), "{NO_PROFILE}");
                let browser = mini_browser()?;
                let driver = on_path(&["WebKitWebDriver"], WEBKIT)?;
                let mut command = Command::new(driver);
                command.arg(format!("--port={port}"));
                let server = at_display(&mut command)?;
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

    /// Ends the driver and its browsers with SIGKILL.
    pub fn kill(self) -> SystemTime {
        self.process.kill()
    }

    /// The end of what the driver printed.
    #[must_use]
    pub fn said(&self) -> String {
        self.process.said()
    }
}

/// A MiniBrowser that nobody drives.
#[derive(Debug)]
pub(crate) struct Mini {
    // In this order: the browser goes before the display it draws on.
    process: Process,
    _display: Process,
}

impl Mini {
    /// Starts it at an address, with all it keeps in this folder.
    pub(crate) fn start(profile: &Path, address: &str) -> Result<Self> {
        let mut command = Command::new(mini_browser()?);
        command.arg(address);
        for (variable, folder) in
            [("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config")]
        {
            command.env(variable, profile.join(folder));
        }
        let display = at_display(&mut command)?;
        Ok(Self { process: Process::start(command)?, _display: display })
    }

    /// Ends all of its processes with SIGKILL.
    pub(crate) fn kill(self) -> SystemTime {
        self.process.kill()
    }
}

/// A display of its own for a program that draws with WebKitGTK: it needs a real X server, and that must not be the one
/// somebody works on.
fn at_display(command: &mut Command) -> Result<Process> {
    let mut server = Command::new(on_path(&["Xvfb"], WEBKIT)?);
    server.args(["-displayfd", "1", "-screen", "0", "1440x1200x24", "-nolisten", "tcp"]);
    let server = Process::start(server)?;
    let display = server.line(Duration::from_secs(20), |line| line.trim().parse::<u32>().ok())?;
    command.env("DISPLAY", format!(":{display}")).env_remove("WAYLAND_DISPLAY").env("GDK_BACKEND", "x11");
    // WebKitGTK takes `navigator.languages` from the name of the process's locale.
    command.env("LOCPATH", russian_locale()?).env("LC_ALL", "ru_RU.UTF-8");
    Ok(server)
}

/// The browser's language is Russian everywhere, so that "chosen by the browser" can be told from "English by default".
fn chromium(browser: &Path, profile: Option<&Path>) -> Value {
    let mut args: Vec<String> = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1440,1200",
        "--lang=ru-RU",
        "--accept-lang=ru-RU,ru",
    ]
    .map(str::to_owned)
    .into();
    args.push(format!("--host-resolver-rules=MAP {PLAIN} 127.0.0.1"));
    args.extend(profile.map(|folder| format!("--user-data-dir={}", folder.display())));
    json!({
        "browserName": "chrome",
        "pageLoadStrategy": "eager",
        "goog:chromeOptions": {
            "binary": browser,
            "args": args,
            "prefs": { "intl.accept_languages": "ru-RU,ru" },
        },
    })
}

fn firefox(browser: &Path, profile: Option<&Path>) -> Value {
    let mut args: Vec<String> = ["-headless", "-width", "1440", "-height", "1200"].map(str::to_owned).into();
    args.extend(profile.into_iter().flat_map(|folder| ["-profile".to_owned(), folder.display().to_string()]));
    json!({
        "browserName": "firefox",
        "pageLoadStrategy": "eager",
        "moz:firefoxOptions": {
            "binary": browser,
            "args": args,
            "prefs": { "intl.accept_languages": "ru-RU,ru", "network.dns.localDomains": PLAIN },
        },
    })
}

fn webkit(browser: &Path) -> Value {
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
