//! Servers that a relay is measured beside, and bringing them: with apt on Debian as root; elsewhere by naming what is missing.

use crate::browsers::{Apt, apt, apt_install};
use crate::process::which;
use crate::say;
use crate::tools::Tools;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// nginx's program.
pub(crate) fn nginx(tools: &Tools) -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    match apt() {
        Apt::Usable => {
            say::step("nginx is missing: installing nginx-light with apt");
            apt_install(tools, &["nginx-light"])?;
            find().context("apt installed nginx-light, and there is still no nginx")
        }
        Apt::NotRoot => {
            bail!("there is no nginx to measure beside; to get it: run `sudo apt-get install nginx-light`")
        }
        Apt::NotDebian => {
            bail!(
                "there is no nginx to measure beside; to get it: install your distribution's package of nginx"
            )
        }
    }
}

/// Debian puts servers where a user's PATH does not lead.
fn find() -> Option<PathBuf> {
    let usual = Path::new("/usr/sbin/nginx");
    which("nginx").or_else(|| usual.is_file().then(|| usual.to_owned()))
}
