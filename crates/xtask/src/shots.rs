//! `cargo xtask shots`: every screen in every theme and both languages as pictures, for people to look at.

use crate::app::{self, WithoutWasmOpt};
use crate::browsers::Browser;
use crate::process;
use crate::report::Report;
use crate::test;
use crate::tools::Tools;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::fs;
use std::process::ExitCode;

/// Builds the app and the relay, and takes the pictures in Chromium, which alone has windows as narrow as a phone.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    let mut tools = Tools::open()?;
    let ready = test::bring(&[Browser::Chromium], &mut tools, &mut Report::default());
    if ready.is_empty() {
        bail!("there is no Chromium to take them with");
    }
    test::build_relay(workspace)?;
    app::build(workspace, &mut tools, WithoutWasmOpt::BuildAnyway)?;
    let folder = workspace.target.join("shots");
    if folder.is_dir() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    let mut command = test::end_to_end_command(workspace, &ready);
    command.args(["--bench", "shots"]).env("KOMPOSITION_SHOTS", &folder);
    process::run(&mut command)?;
    println!("the pictures: {}", folder.display());
    Ok(ExitCode::SUCCESS)
}
