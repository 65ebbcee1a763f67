//! Running other programs: with their output passed through, counted, or sent to a log.

use crate::report::Count;
use crate::say;
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Where a program is on PATH, if it is.
pub(crate) fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find_map(|folder| {
        // npm is a .cmd on Windows, everything else that is looked for here has the platform's own ending.
        [std::env::consts::EXE_SUFFIX, ".cmd"]
            .iter()
            .map(|ending| folder.join(format!("{name}{ending}")))
            .find(|file| file.is_file() && (cfg!(windows) || !file.to_string_lossy().ends_with(".cmd")))
    })
}

/// PATH with these folders in front.
pub(crate) fn path_with(folders: &[&Path]) -> Result<OsString> {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().map(|folder| folder.to_path_buf()).chain(std::env::split_paths(&old));
    std::env::join_paths(all).context("a folder's name cannot stand in PATH")
}

/// What a program prints on standard output; an error when it does not start or fails.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{} does not start", name_of(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{} failed ({}): {}", name_of(command), output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program with everything it prints shown as it comes.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    if succeeds(command)? { Ok(()) } else { bail!("{} failed", words(command)) }
}

/// Like [`run`], but a failure of the program is an answer, not an error.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool> {
    println!("    $ {}", words(command));
    let status = command.stdin(Stdio::null()).status();
    Ok(status.with_context(|| format!("{} does not start", name_of(command)))?.success())
}

/// Runs a test runner: its output is shown as it comes, and its closing lines are counted.
pub(crate) fn count_tests(command: &mut Command) -> Result<Count> {
    println!("    $ {}", words(command));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("{} does not start", name_of(command)))?;
    let mut count = Count::default();
    let mut output = BufReader::new(child.stdout.take().context("no pipe to the test runner")?);
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line).context("cannot read from the test runner")? > 0 {
        // Bytes, not a String: a test may print anything.
        std::io::stdout().write_all(&line)?;
        count.add_line(&String::from_utf8_lossy(&line));
        line.clear();
    }
    let status = child.wait().context("cannot wait for the test runner")?;
    Ok(count.closed(status.success()))
}

/// Runs a long program with its output in a log file: on a terminal one live line says how long it has been and what it is at,
/// elsewhere a line every 30 seconds. Returns whether it succeeded.
pub(crate) fn run_logged(command: &mut Command, log: &Path) -> Result<bool> {
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(file.try_clone().context("cannot share the log file")?)
        .stderr(file)
        .spawn()
        .with_context(|| format!("{} does not start", name_of(command)))?;
    let live = std::io::stdout().is_terminal();
    let start = Instant::now();
    let mut next = if live { Duration::from_secs(1) } else { Duration::from_secs(30) };
    let status = loop {
        if let Some(status) = child.try_wait().context("cannot wait for a program")? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(100));
        if start.elapsed() >= next {
            let at = last_sign(log);
            if live {
                print!("\r\x1b[K    {}  {at}", say::duration(start.elapsed()));
                std::io::stdout().flush()?;
                next += Duration::from_secs(1);
            } else {
                println!("    {}  {at}", say::duration(start.elapsed()));
                next += Duration::from_secs(30);
            }
        }
    };
    if live {
        print!("\r\x1b[K");
    }
    Ok(status.success())
}

/// The last line of a log that says what cargo is at.
fn last_sign(log: &Path) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let sign = text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or("starting");
    let compiled = text.lines().filter(|line| line.trim_start().starts_with("Compiling ")).count();
    let sign: String = sign.chars().take(70).collect();
    if compiled > 0 { format!("{sign}  ({compiled} crates so far)") } else { sign }
}

/// The end of a log, for a person to see why something failed.
pub(crate) fn tail(log: &Path, lines: usize) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// A command as it would be typed, to be shown.
pub(crate) fn words(command: &Command) -> String {
    let mut text = name_of(command);
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

fn name_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
}
