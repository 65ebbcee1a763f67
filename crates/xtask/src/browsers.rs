//! The browsers the tests drive, and bringing them: with apt on Debian as root; elsewhere by naming exactly what is missing.

use crate::process::{self, run_logged, which};
use crate::say;
use crate::tools::{CargoTool, Tools};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;
use std::time::Instant;

/// A browser engine that is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Browser {
    /// Chrome's engine.
    Chromium,
    /// Mozilla's.
    Firefox,
    /// WebKitGTK: Safari's engine on Linux.
    Webkit,
}

/// All of them, in the order in which they are tested.
pub(crate) const ALL: [Browser; 3] = [Browser::Chromium, Browser::Firefox, Browser::Webkit];

/// A program a browser's tests need: any of some names, and the Debian package that has it.
struct Needed {
    what: &'static str,
    names: &'static [&'static str],
    package: &'static str,
}

impl Browser {
    /// The word used on the command line and towards the end-to-end tests.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        }
    }

    fn needs(self) -> &'static [Needed] {
        match self {
            Self::Chromium => &[
                Needed {
                    what: "Chromium or Chrome",
                    names: &["chromium", "chromium-browser", "google-chrome"],
                    package: "chromium",
                },
                Needed {
                    what: "chromedriver of the same version",
                    names: &["chromedriver"],
                    package: "chromium-driver",
                },
            ],
            Self::Firefox => {
                &[Needed { what: "Firefox", names: &["firefox-esr", "firefox"], package: "firefox-esr" }]
            }
            Self::Webkit => &[
                Needed { what: "WebKitWebDriver", names: &["WebKitWebDriver"], package: "webkit2gtk-driver" },
                // WebKitGTK's window needs a real X server, and the tests bring their own.
                Needed { what: "Xvfb", names: &["Xvfb"], package: "xvfb" },
            ],
        }
    }

    /// What is missing for this browser.
    fn missing(self) -> Vec<&'static Needed> {
        self.needs().iter().filter(|needed| find(needed).is_none()).collect()
    }

    /// Makes sure that everything this browser's tests need is there. An error names all that is missing and how to get it.
    pub(crate) fn ensure(self, tools: &mut Tools) -> Result<Ready> {
        if !self.missing().is_empty() && apt() == Apt::Usable {
            let packages: Vec<&str> = self.missing().iter().map(|needed| needed.package).collect();
            say::step(&format!(
                "{} is missing: installing {} with apt, about 1 minute",
                self.word(),
                packages.join(" ")
            ));
            apt_install(tools, &packages)?;
        }
        let missing = self.missing();
        if !missing.is_empty() {
            bail!("{}", self.how_to_get(&missing));
        }
        let program = |index: usize| {
            self.needs().get(index).and_then(find).context("a browser vanished while it was looked for")
        };
        Ok(match self {
            Self::Chromium => Ready { browser: program(0)?, driver: program(1)? },
            Self::Firefox => {
                let folder = tools.ensure(&CargoTool::geckodriver())?;
                Ready {
                    browser: program(0)?,
                    driver: folder.join(format!("geckodriver{}", std::env::consts::EXE_SUFFIX)),
                }
            }
            Self::Webkit => Ready { browser: PathBuf::from("MiniBrowser"), driver: program(0)? },
        })
    }

    fn how_to_get(self, missing: &[&Needed]) -> String {
        let whats: Vec<&str> = missing.iter().map(|needed| needed.what).collect();
        let packages: Vec<&str> = missing.iter().map(|needed| needed.package).collect();
        let how = match (apt(), self) {
            (Apt::Usable, _) => "apt installed its package, and it is still not on PATH".to_owned(),
            (Apt::NotRoot, _) => format!("run `sudo apt-get install {}`", packages.join(" ")),
            (Apt::NotDebian, Self::Webkit) => format!(
                "WebKitGTK and Xvfb exist for Linux: install your distribution's packages with these programs (on Debian: {}); \
                 on another system narrow the run with `--browsers chromium,firefox`",
                packages.join(" ")
            ),
            (Apt::NotDebian, Self::Chromium) => {
                "install Chrome (https://www.google.com/chrome) or Chromium and the chromedriver of the same version \
                 (https://googlechromelabs.github.io/chrome-for-testing), and put both on PATH"
                    .to_owned()
            }
            (Apt::NotDebian, Self::Firefox) => "install Firefox (https://www.mozilla.org/firefox) and put it on PATH".to_owned(),
        };
        format!(
            "{} cannot be tested, because this is missing: {}. To get it: {how}",
            self.word(),
            whats.join(", ")
        )
    }
}

/// A browser that can be driven.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    /// The browser's program.
    pub(crate) browser: PathBuf,
    /// The WebDriver server's program.
    pub(crate) driver: PathBuf,
}

fn find(needed: &Needed) -> Option<PathBuf> {
    needed.names.iter().find_map(|name| which(name))
}

/// Whether packages can be installed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Apt {
    /// Debian, and we are root.
    Usable,
    /// Debian, but we are not root.
    NotRoot,
    /// Something else. Ubuntu too: its packages of browsers are wrappers around snaps, which drivers cannot start everywhere.
    NotDebian,
}

/// Looks where we are.
pub(crate) fn apt() -> Apt {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    if !is_debian(&release) || which("apt-get").is_none() {
        return Apt::NotDebian;
    }
    match process::output(Command::new("id").arg("-u")) {
        Ok(user) if user.trim() == "0" => Apt::Usable,
        _ => Apt::NotRoot,
    }
}

fn is_debian(release: &str) -> bool {
    release.lines().any(|line| line.trim().replace('"', "") == "ID=debian")
}

/// Installs packages, after one update of the lists in this run.
pub(crate) fn apt_install(tools: &Tools, packages: &[&str]) -> Result<()> {
    static UPDATED: Once = Once::new();
    let start = Instant::now();
    let log = tools.log("apt");
    let mut updated = Ok(true);
    UPDATED.call_once(|| {
        updated = run_logged(apt_get().arg("update"), &tools.log("apt-update"));
    });
    if !updated? {
        say::step("    `apt-get update` failed; trying with the lists that are here");
    }
    say::step(&format!("    log in {}", log.display()));
    if !run_logged(apt_get().args(["install", "-y", "--no-install-recommends"]).args(packages), &log)? {
        bail!(
            "`apt-get install {}` failed; the end of {}:\n{}",
            packages.join(" "),
            log.display(),
            process::tail(&log, 15)
        );
    }
    say::step(&format!("    installed, it took {}", say::duration(start.elapsed())));
    Ok(())
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    // Another apt may be at work on a fresh machine: wait for it rather than fail.
    command.env("DEBIAN_FRONTEND", "noninteractive").args(["-o", "DPkg::Lock::Timeout=300"]);
    command
}

/// The capabilities for wasm-bindgen-test-runner, for both browsers it can drive: each reads only its own.
pub(crate) fn wasm_test_capabilities(firefox: Option<&Path>) -> String {
    serde_json::json!({
        // No sandbox: Chromium refuses to start as root with one, and these pages are our own. No /dev/shm: it is tiny in containers.
        "goog:chromeOptions": { "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"] },
        "moz:firefoxOptions": match firefox {
            Some(program) => serde_json::json!({ "binary": program, "args": ["-headless"] }),
            None => serde_json::json!({ "args": ["-headless"] }),
        },
    })
    .to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn debian_is_known_by_its_id_alone() {
        assert!(is_debian("PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n"));
        assert!(is_debian("ID=\"debian\""));
        assert!(!is_debian("ID=ubuntu\nID_LIKE=debian\n"));
        assert!(!is_debian(""));
    }

    #[test]
    fn what_is_missing_is_named_with_a_way_to_get_it() {
        for browser in ALL {
            let missing: Vec<&Needed> = browser.needs().iter().collect();
            let text = browser.how_to_get(&missing);
            for needed in missing {
                assert!(text.contains(needed.what), "{text}");
            }
            assert!(text.contains(browser.word()) && text.contains("To get it: "), "{text}");
        }
    }

    #[test]
    fn the_capabilities_are_json_for_both_drivers() {
        let json: serde_json::Value =
            serde_json::from_str(&wasm_test_capabilities(Some(Path::new("/usr/bin/firefox-esr")))).unwrap();
        assert_eq!(json["moz:firefoxOptions"]["binary"], "/usr/bin/firefox-esr");
        assert!(json["goog:chromeOptions"]["args"].as_array().unwrap().contains(&"--no-sandbox".into()));
    }
}
