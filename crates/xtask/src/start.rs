//! `cargo xtask start`: from a clone to a page with pictures in it.

use crate::app::{self, AppTools, WithoutWasmOpt};
use crate::say;
use crate::test::build_relay;
use crate::tools::Tools;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Where the relay listens while Trunk serves the page: Trunk.toml's proxies name it.
const RELAY_PORT_IN_DEV: u16 = 8788;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// What makes the pictures: the simulator needs no key; fusionbrain takes FB_API_KEY and FB_API_SECRET from the environment; openai
    /// is any server with POST /images/generations, at --upstream.
    #[arg(long, value_enum, default_value = "simulator")]
    engine: Engine,
    /// Where the service of --engine openai (http://127.0.0.1:8080/v1) or of --engine fusionbrain lives.
    #[arg(long, value_name = "URL")]
    upstream: Option<String>,
    /// The port on 127.0.0.1.
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// Fast rebuild: `trunk serve` watches the sources and reloads the page; the relay runs behind it.
    #[arg(long)]
    dev: bool,
    /// Handed to komposition-relay as they are, for example `-- --sim-seconds 1`.
    #[arg(last = true, value_name = "RELAY OPTIONS")]
    relay: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Engine {
    Simulator,
    Fusionbrain,
    Openai,
}

impl Engine {
    fn word(self) -> &'static str {
        match self {
            Self::Simulator => "simulator",
            Self::Fusionbrain => "fusionbrain",
            Self::Openai => "openai",
        }
    }
}

/// Builds what is missing or old, serves until Ctrl-C.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let begun = Instant::now();
    // First what can be refused at once: nobody should wait for a build to hear it.
    check_upstream(options)?;
    check_keys(options, |name| std::env::var(name).ok())?;
    check_port(options.port)?;
    if options.dev {
        if options.port == RELAY_PORT_IN_DEV {
            bail!("with --dev the relay itself takes port {RELAY_PORT_IN_DEV}: choose another with --port");
        }
        check_port(RELAY_PORT_IN_DEV)?;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stop);
    let mut tools = Tools::open()?;
    let dev_tools = if options.dev {
        Some(AppTools::ensure(workspace, &mut tools, WithoutWasmOpt::BuildAnyway)?)
    } else {
        app::build(workspace, &mut tools, WithoutWasmOpt::BuildAnyway)?;
        None
    };
    // From here on nothing more is installed; the build folder can go.
    drop(tools);
    say::step("building the relay (release): about 2 minutes the first time on two cores");
    build_relay(workspace)?;

    // Only now: while building, Ctrl-C should end us at once, as it does cargo.
    ctrlc::set_handler(move || told.store(true, Ordering::SeqCst)).context("cannot listen for Ctrl-C")?;
    let mut relay = Running::start("the relay", relay_command(workspace, options)?.stdout(Stdio::piped()))?;
    relay.await_listening()?;
    let mut all = vec![relay];
    if let Some(found) = dev_tools {
        let mut trunk = found.trunk(workspace)?;
        trunk.args(["serve", "--offline", "--public-url", "/", "--address", "127.0.0.1"]);
        trunk.args(["--port", &options.port.to_string(), "--dist"]);
        // Not into dist/: that is the release build's.
        let dist = workspace.notes()?.join("dev-dist");
        // Trunk.toml tells Trunk not to watch dist and target, and Trunk wants to see what it shall not watch.
        for folder in [&dist, &workspace.dist(), &workspace.root.join("target")] {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        all.push(Running::start("trunk", trunk.arg(dist))?);
    }
    // Trunk listens when its first build is done.
    let ended = wait(&mut all, &stop, || TcpStream::connect((Ipv4Addr::LOCALHOST, options.port)).is_ok());
    let ended = match ended {
        Waited::Until => {
            banner(options, begun.elapsed());
            wait(&mut all, &stop, || false)
        }
        other => other,
    };
    for one in &mut all {
        one.stop();
    }
    match ended {
        Waited::Ended(text) => bail!("{text}"),
        Waited::Until | Waited::Told => Ok(ExitCode::SUCCESS),
    }
}

fn check_upstream(options: &Options) -> Result<()> {
    match (options.engine, &options.upstream) {
        (Engine::Openai, None) => bail!(
            "--engine openai needs the address of your server, with its version: --upstream http://127.0.0.1:8080/v1"
        ),
        (Engine::Simulator, Some(_)) => {
            bail!(
                "the simulator has nobody behind it: leave --upstream out, or say --engine openai or fusionbrain"
            )
        }
        _ => Ok(()),
    }
}

fn check_keys(options: &Options, environment: impl Fn(&str) -> Option<String>) -> Result<()> {
    let keys_come_otherwise = options.relay.iter().any(|option| option.starts_with("--keys"));
    if options.engine != Engine::Fusionbrain || keys_come_otherwise {
        return Ok(());
    }
    let missing: Vec<&str> = ["FB_API_KEY", "FB_API_SECRET"]
        .into_iter()
        .filter(|name| environment(name).is_none_or(|value| value.trim().is_empty()))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    bail!(
        "--engine fusionbrain needs your Fusion Brain key and secret in the environment, and there is no {}. \
         Set them, or let each visitor bring their own with `cargo xtask start --engine fusionbrain -- --keys from-client`, \
         or start without --engine: the simulator needs none",
        missing.join(" and no ")
    );
}

fn check_port(port: u16) -> Result<()> {
    match TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(problem) if problem.kind() == std::io::ErrorKind::AddrInUse => bail!(
            "port {port} on 127.0.0.1 is in use, perhaps by another `cargo xtask start`: end that one, or choose another port with --port"
        ),
        Err(problem) => {
            bail!("cannot listen on 127.0.0.1:{port}: {problem}; choose another port with --port")
        }
    }
}

fn relay_command(workspace: &Workspace, options: &Options) -> Result<Command> {
    let port = if options.dev { RELAY_PORT_IN_DEV } else { options.port };
    let mut command = Command::new(workspace.release_binary("komposition-relay"));
    command
        .current_dir(&workspace.root)
        .args(["--listen", &format!("127.0.0.1:{port}"), "--engine", options.engine.word()])
        .args(options.upstream.iter().flat_map(|upstream| ["--upstream", upstream]))
        .args(&options.relay)
        .stdin(Stdio::null());
    if options.dev {
        // The page comes from Trunk's address; its proxy hands on where the page came from.
        command.args(["--allow-origin", &format!("http://127.0.0.1:{}", options.port)]);
    } else {
        command.arg("--app").arg(workspace.dist());
    }
    Ok(command)
}

fn banner(options: &Options, time: Duration) {
    let address = format!("http://127.0.0.1:{}/", options.port);
    let behind = match options.engine {
        Engine::Simulator => "Behind it: the simulator. No key is needed, nothing leaves this machine.",
        Engine::Fusionbrain => "Behind it: the real Fusion Brain service. Every picture spends quota.",
        Engine::Openai => "Behind it: your server. What it cannot do is said at the fields.",
    };
    println!(
        "\n    ────────────────────────────────────────────────\n\
         \x20     Komposition is at  {address}\n\
         \x20   ────────────────────────────────────────────────\n\
         \x20     {behind}\n      Ready after {}. Ctrl-C ends it.\n",
        say::duration(time)
    );
}

/// What ended a wait.
enum Waited {
    /// What was waited for came true.
    Until,
    /// Ctrl-C.
    Told,
    /// One of the programs ended by itself: which, and how.
    Ended(String),
}

/// Waits for Ctrl-C, for a child that ends by itself, or for something else.
fn wait(all: &mut [Running], stop: &AtomicBool, until: impl Fn() -> bool) -> Waited {
    loop {
        if stop.load(Ordering::SeqCst) {
            return Waited::Told;
        }
        for one in &mut *all {
            if let Ok(Some(status)) = one.child.try_wait() {
                // Ctrl-C reaches the children too, and they may be quicker than our own handler.
                std::thread::sleep(Duration::from_millis(200));
                let told = stop.load(Ordering::SeqCst);
                return if told {
                    Waited::Told
                } else {
                    Waited::Ended(format!("{} ended by itself ({status})", one.name))
                };
            }
        }
        if until() {
            return Waited::Until;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// A program that runs until it is told to end; it never outlives this value.
struct Running {
    name: &'static str,
    child: Child,
}

impl Running {
    fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        let child = command.spawn().with_context(|| format!("{name} does not start"))?;
        Ok(Self { name, child })
    }

    /// Waits for the relay's first line, `listening on http://…`; what it says later is passed on.
    fn await_listening(&mut self) -> Result<()> {
        let mut output = BufReader::new(self.child.stdout.take().context("no pipe to the relay")?);
        let mut line = String::new();
        output.read_line(&mut line).context("cannot read from the relay")?;
        if !line.starts_with("listening on ") {
            let status = self.child.wait().context("cannot wait for the relay")?;
            bail!("the relay did not start ({status}): {line}");
        }
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::stdout()));
        Ok(())
    }

    /// Asks it to end, and after five seconds no longer asks.
    fn stop(&mut self) {
        if cfg!(unix) && matches!(self.child.try_wait(), Ok(None)) {
            // The standard library can only kill; a relay that is asked finishes its answers.
            let _ = Command::new("kill").arg(self.child.id().to_string()).stderr(Stdio::null()).status();
            let patience = Instant::now() + Duration::from_secs(5);
            while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < patience {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn options(engine: Engine, relay: &[&str]) -> Options {
        let upstream = (engine == Engine::Openai).then(|| "http://127.0.0.1:8080/v1".to_owned());
        Options {
            engine,
            upstream,
            port: 8787,
            dev: false,
            relay: relay.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn the_real_service_needs_both_keys_and_says_which_is_missing() {
        let nothing = |_: &str| None;
        let key_only = |name: &str| (name == "FB_API_KEY").then(|| "K".to_owned());
        let both = |_: &str| Some("X".to_owned());
        assert!(check_keys(&options(Engine::Simulator, &[]), nothing).is_ok());
        let text = check_keys(&options(Engine::Fusionbrain, &[]), key_only).unwrap_err().to_string();
        assert!(text.contains("no FB_API_SECRET") && !text.contains("no FB_API_KEY"), "{text}");
        assert!(check_keys(&options(Engine::Fusionbrain, &[]), both).is_ok());
        assert!(check_keys(&options(Engine::Fusionbrain, &["--keys", "from-client"]), nothing).is_ok());
        assert!(check_keys(&options(Engine::Openai, &[]), nothing).is_ok());
    }

    #[test]
    fn a_server_of_ones_own_has_an_address_and_the_simulator_has_none() {
        assert!(check_upstream(&options(Engine::Openai, &[])).is_ok());
        let nowhere = Options { upstream: None, ..options(Engine::Openai, &[]) };
        assert!(check_upstream(&nowhere).unwrap_err().to_string().contains("--upstream http"));
        let odd = Options { engine: Engine::Simulator, ..options(Engine::Openai, &[]) };
        assert!(check_upstream(&odd).is_err());
        assert!(check_upstream(&options(Engine::Fusionbrain, &[])).is_ok());
    }

    #[test]
    fn a_port_in_use_is_told_with_the_way_out() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let text = check_port(taken.local_addr().unwrap().port()).unwrap_err().to_string();
        assert!(text.contains("in use") && text.contains("--port"), "{text}");
    }
}
