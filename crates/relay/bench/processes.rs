//! The programs that are measured: started, asked for their memory, ended.

use crate::Failure;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// A program that serves; it ends with this.
pub(crate) struct Program {
    pub(crate) address: SocketAddr,
    child: Child,
    _folder: TempDir,
}

impl Program {
    /// A relay with these flags; `{folder}` in one of them is a folder of its own.
    pub(crate) async fn relay(flags: &[&str]) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let here = folder.path().to_string_lossy().into_owned();
        let mut command = Command::new(env!("CARGO_BIN_EXE_komposition-relay"));
        command
            .args(["--listen", "127.0.0.1:0", "--log", "warn"])
            .args(flags.iter().map(|flag| flag.replace("{folder}", &here)))
            // None of these is a secret: nothing here leaves the machine.
            .env("FB_API_KEY", "bench")
            .env("FB_API_SECRET", "bench")
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let line = BufReader::new(output).lines().next_line().await?.ok_or("the relay did not start")?;
        let address = line.strip_prefix("listening on http://").ok_or("no address")?.parse()?;
        Ok(Self { address, child, _folder: folder })
    }

    /// nginx in front of `upstream`, as its manual says it is done with keep-alive on both sides.
    pub(crate) async fn nginx(program: &Path, upstream: SocketAddr) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let here = folder.path().display();
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let configuration = format!(
            "daemon off; worker_processes auto; worker_rlimit_nofile 8192; pid {here}/pid; error_log {here}/error.log crit;
user root;
events {{ worker_connections 4096; }}
http {{
    access_log off; client_body_temp_path {here}/body; proxy_temp_path {here}/proxy;
    fastcgi_temp_path {here}/f; uwsgi_temp_path {here}/u; scgi_temp_path {here}/s;
    keepalive_requests 1000000;
    upstream service {{ server {upstream}; keepalive 1024; keepalive_requests 1000000; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{ proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection \"\"; }}
    }}
}}"
        );
        let file = folder.path().join("nginx.conf");
        // `user` is for root only, and would be warned of elsewhere.
        let is_root = fs::metadata("/proc/self").is_ok_and(|metadata| is_roots(&metadata));
        fs::write(&file, if is_root { configuration } else { configuration.replace("user root;\n", "") })?;
        let mut command = Command::new(program);
        command.arg("-p").arg(folder.path()).arg("-c").arg(&file).kill_on_drop(true);
        let mut child = command.spawn()?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let up = async {
            while TcpStream::connect(address).await.is_err() {
                if let Some(status) = child.try_wait()? {
                    return Err(Failure::from(format!("nginx ended: {status}")));
                }
                sleep(Duration::from_millis(10)).await;
            }
            Ok(())
        };
        timeout(Duration::from_secs(10), up).await??;
        Ok(Self { address, child, _folder: folder })
    }

    /// Memory in MB: of the process and its children, now and at its highest.
    pub(crate) fn memory(&self) -> Result<(f64, f64), Failure> {
        let id = self.child.id().ok_or("it ended")?;
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        let mut sum = (0.0, 0.0);
        for id in std::iter::once(id.to_string()).chain(children.split_whitespace().map(ToOwned::to_owned)) {
            let status = fs::read_to_string(format!("/proc/{id}/status"))?;
            sum.0 += megabytes(&status, "VmRSS:").ok_or("no VmRSS")?;
            sum.1 += megabytes(&status, "VmHWM:").ok_or("no VmHWM")?;
        }
        Ok(sum)
    }

    /// Of the process's memory, in MB, what is its own and no file's: what is allocated, and what an allocator keeps.
    pub(crate) fn anonymous(&self) -> Result<f64, Failure> {
        let id = self.child.id().ok_or("it ended")?;
        megabytes(&fs::read_to_string(format!("/proc/{id}/status"))?, "RssAnon:").ok_or("no RssAnon".into())
    }

    /// Asks it to end, and waits: nginx ends its workers only when it is asked.
    pub(crate) async fn end(mut self) -> Result<(), Failure> {
        let id = self.child.id().ok_or("it ended")?;
        std::process::Command::new("kill").arg(id.to_string()).status()?;
        timeout(Duration::from_secs(30), self.child.wait()).await??;
        Ok(())
    }
}

/// A line of `/proc/ID/status`.
fn megabytes(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok()? / 1024.0)
}

#[cfg(unix)]
fn is_roots(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.uid() == 0
}

#[cfg(not(unix))]
fn is_roots(_: &fs::Metadata) -> bool {
    false
}
