//! Programs of Debian's that tests need.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use tokio::sync::Mutex;

/// Where a program is. On Debian as root it is brought; elsewhere the failure says how.
pub(crate) async fn program(name: &str, package: &str) -> PathBuf {
    static BRINGING: Mutex<()> = Mutex::const_new(());
    let _one_at_a_time = BRINGING.lock().await;
    if let Some(found) = find(name) {
        return found;
    }
    let how = format!("this test needs {name}: run `sudo apt-get install {package}`");
    let apt = |words: &[&str]| {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(["-o", "DPkg::Lock::Timeout=300"]).args(words);
        command.stdout(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    // The lists may be there already.
    let _ = apt(&["update"]);
    assert!(apt(&["install", "-y", "--no-install-recommends", package]), "{how}");
    find(name).unwrap_or_else(|| panic!("{how}"))
}

fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    // Where Debian puts servers; a user's PATH may be without.
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
