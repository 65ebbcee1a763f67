//! Child processes that never outlive the tests.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, channel},
    },
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::signal::{Signal, kill, killpg},
    unistd::Pid,
};

/// The process groups that are alive, for [`end_all`].
static GROUPS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// What is kept of a child's output for messages, in bytes.
const TAIL: usize = 4000;

/// How long a child may take to end by itself after it was asked to.
const GRACE: Duration = Duration::from_secs(2);

/// A child process, leader of a process group of its own. Dropping it ends the whole group: a driver's browser goes with the driver.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    group: i32,
    lines: Receiver<String>,
    tail: Arc<Mutex<String>>,
}

impl Process {
    /// Starts `command` in a group of its own, with its output kept for messages.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(mut command: Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let group = i32::try_from(child.id()).context("a process id out of range")?;
        groups().insert(group);
        let tail = Arc::new(Mutex::new(String::new()));
        let (send, lines) = channel();
        if let Some(out) = child.stdout.take() {
            drain(out, Arc::clone(&tail), move |line| drop(send.send(line)));
        }
        if let Some(err) = child.stderr.take() {
            drain(err, Arc::clone(&tail), drop);
        }
        Ok(Self { name, child, group, lines, tail })
    }

    /// The first line of standard output that `pick` takes.
    ///
    /// # Errors
    /// When the program ends or `patience` runs out before it; the message holds what the program did print.
    pub fn line<T>(&self, patience: Duration, pick: impl Fn(&str) -> Option<T>) -> Result<T> {
        let start = Instant::now();
        while let Ok(line) = self.lines.recv_timeout(patience.saturating_sub(start.elapsed())) {
            if let Some(found) = pick(&line) {
                return Ok(found);
            }
        }
        bail!("{} did not say the line that was waited for; it said: {:?}", self.name, self.said())
    }

    /// Whether the process has not ended yet.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends it and all that came of it with SIGKILL, the way a crash does: browsers are not all in their driver's group.
    /// Says when that was; returns when none of them is left, as nobody starts a browser again in the same millisecond.
    pub fn kill(self) -> SystemTime {
        let all = descendants(self.group);
        for &id in &all {
            let _ = kill(Pid::from_raw(id), Signal::SIGKILL);
        }
        signal(self.group, Signal::SIGKILL);
        let killed = SystemTime::now();
        let start = Instant::now();
        while all.iter().any(|&id| is_running(id)) && start.elapsed() < GRACE {
            std::thread::sleep(Duration::from_millis(5));
        }
        killed
    }

    /// The end of what it printed.
    #[must_use]
    pub fn said(&self) -> String {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        signal(self.group, Signal::SIGTERM);
        let start = Instant::now();
        while self.is_alive() && start.elapsed() < GRACE {
            std::thread::sleep(Duration::from_millis(10));
        }
        // The leader is gone or stubborn; whoever of the group is left goes now.
        signal(self.group, Signal::SIGKILL);
        drop(self.child.wait());
        groups().remove(&self.group);
    }
}

/// Ends every process group that is still alive, at once. For ctrl-c, where no destructor runs.
pub fn end_all() {
    for &group in groups().iter() {
        signal(group, Signal::SIGKILL);
    }
}

fn groups() -> std::sync::MutexGuard<'static, BTreeSet<i32>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An error here means that the group is gone already, which is what is wanted.
fn signal(group: i32, signal: Signal) {
    let _ = killpg(Pid::from_raw(group), signal);
}

/// Whether a process still has its files in its hands. Of one that has ended and was not asked about, only the name is left.
fn is_running(id: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// The processes that came of this one, itself left out. Empty where there is no `/proc`.
fn descendants(root: i32) -> Vec<i32> {
    let ids = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pairs: Vec<(i32, i32)> = ids
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name before it can hold anything, spaces and brackets too: `1 (a) b) S 2 …`.
            let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()?;
            Some((id, parent))
        })
        .collect();
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(pairs.iter().filter(|(_, of)| *of == parent).map(|(id, _)| *id));
        next += 1;
    }
    found.split_off(1)
}

/// Reads a child's output to its end, so that the child never blocks on a full pipe.
fn drain(
    from: impl Read + Send + 'static,
    tail: Arc<Mutex<String>>,
    mut each: impl FnMut(String) + Send + 'static,
) {
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines() {
            let Ok(line) = line else { break };
            {
                let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
                tail.push_str(&line);
                tail.push('\n');
                let mut cut = tail.len().saturating_sub(TAIL);
                while !tail.is_char_boundary(cut) {
                    cut += 1;
                }
                tail.drain(..cut);
            }
            each(line);
        }
    });
}
