//! Real servers of Debian's that stand beside relays in tests: redis and nginx.

use super::programs::program;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// A server, and the folder it lives in. It ends with this.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    child: Child,
    _folder: TempDir,
}

impl Server {
    /// Ends it at once.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }
}

/// A port that was free a moment ago. Servers that cannot be told to take any one need it.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// An empty redis.
pub(crate) async fn redis() -> Server {
    redis_at(free_port()).await
}

/// An empty redis on this port, as one that was started again after its end.
pub(crate) async fn redis_at(port: u16) -> Server {
    let (program, folder) = (program("redis-server", "redis-server").await, tempfile::tempdir().unwrap());
    let mut command = Command::new(program);
    command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string()]);
    serving(command.arg("--dir").arg(folder.path()), port, folder).await
}

/// An nginx that shares requests out to these relays, and asks another one where that loses nothing.
pub(crate) async fn balancer(relays: &[SocketAddr]) -> Server {
    let program = program("nginx", "nginx-light").await;
    let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
    let here = folder.path().display();
    let servers: String =
        relays.iter().map(|relay| format!("server {relay} max_fails=1 fail_timeout=1s;\n")).collect();
    let configuration = format!(
        "daemon off; master_process off; worker_processes 1; pid {here}/pid; error_log {here}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off; client_body_temp_path {here}/body; proxy_temp_path {here}/proxy;
    fastcgi_temp_path {here}/f; uwsgi_temp_path {here}/u; scgi_temp_path {here}/s;
    upstream relays {{ {servers} }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://relays; proxy_http_version 1.1; proxy_set_header Host $host; proxy_read_timeout 60s;
            proxy_next_upstream error timeout http_502 http_503;
        }}
    }}
}}"
    );
    let file = folder.path().join("nginx.conf");
    std::fs::write(&file, configuration).unwrap();
    let mut command = Command::new(program);
    command.arg("-p").arg(folder.path()).arg("-c").arg(file);
    serving(&mut command, port, folder).await
}

async fn serving(command: &mut Command, port: u16, folder: TempDir) -> Server {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let up = async {
        while TcpStream::connect(address).await.is_err() {
            assert!(child.try_wait().unwrap().is_none(), "{command:?} ended");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(20), up).await.expect("a server within 20 s");
    Server { address, child, _folder: folder }
}
