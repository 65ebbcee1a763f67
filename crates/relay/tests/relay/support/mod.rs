//! A relay on a free port, a client that sends exact bytes, and a service to stand behind the relay.

mod client;
mod images;
pub(crate) mod people;
mod programs;
pub(crate) mod servers;
mod service;

pub(crate) use client::{Answer, Reading, get, open, open_from, send, send_raw};
pub(crate) use images::{Images, is_order, ordered, painted, png, png_for};
pub(crate) use programs::program;
pub(crate) use servers::{balancer, free_port, redis, redis_at};
pub(crate) use service::{Asked, Service, answer};

use fusionbrain::{Base, Credentials, Key, Secret};
use komposition_relay::{EngineSettings, Keys, OpenAiSettings, Settings, StartError, run};
use std::fmt::Display;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A running relay. Dropping it asks it to stop.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), StartError>>,
}

impl Relay {
    pub(crate) async fn start(settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(run(listener, settings, async {
            let _ = stopped.await;
        }));
        Self { address, stop, running }
    }

    /// A relay in front of `service`, with keys of its own and short times.
    pub(crate) async fn before(service: &Service) -> Self {
        Self::start(pass_through(service, Keys::Held(pair("relays-key", "relays-secret")))).await
    }

    /// Asks it to stop and waits until it has.
    pub(crate) async fn stop(self) -> Result<(), StartError> {
        drop(self.stop);
        self.running.await.unwrap()
    }
}

/// Settings of a relay in front of `service`, with times that let a test be quick.
pub(crate) fn pass_through(service: &Service, keys: Keys) -> Settings {
    let engine = EngineSettings::Fusionbrain {
        upstream: Base::new(&service.url()).unwrap(),
        styles: format!("{}/static/styles/key", service.url()),
        keys,
    };
    let mut settings = Settings::new(engine);
    settings.limits.connect = Duration::from_secs(2);
    settings.limits.headers = Duration::from_millis(500);
    settings
}

/// A simulator whose pictures are ready at once.
pub(crate) fn quick_simulator() -> Settings {
    Settings::new(EngineSettings::Simulator(quick_config()))
}

pub(crate) fn quick_config() -> simulator::Config {
    simulator::Config { generation_ms: 0, ..simulator::Config::default() }
}

pub(crate) fn pair(key: &str, secret: &str) -> Credentials {
    Credentials { key: Key::new(key).unwrap(), secret: Secret::new(secret).unwrap() }
}

/// Settings of a relay in front of a server with `POST /images/generations`.
pub(crate) fn before_images(url: &str) -> OpenAiSettings {
    OpenAiSettings { patience: Duration::from_secs(20), ..OpenAiSettings::new(Base::new(url).unwrap()) }
}

/// The form of a run, as the app sends it.
pub(crate) fn run_form(pipeline: &str, params: &(impl Display + ?Sized)) -> String {
    format!(
        "--edge\r\nContent-Disposition: form-data; name=\"pipeline_id\"\r\n\r\n{pipeline}\r\n\
         --edge\r\nContent-Disposition: form-data; name=\"params\"; filename=\"blob\"\r\n\
         Content-Type: application/json\r\n\r\n{params}\r\n--edge--\r\n"
    )
}

/// Asserts the service's own (Spring) shape of an error, and returns its message.
#[track_caller]
pub(crate) fn spring(answer: &Answer, status: u16, path: &str) -> String {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let body = answer.json();
    assert_eq!(body["status"], status);
    assert_eq!(body["path"], path);
    let timestamp = body["timestamp"].as_str().unwrap();
    assert!(timestamp.ends_with("+00:00") && timestamp.as_bytes()[10] == b'T', "{timestamp}");
    assert!(!body["error"].as_str().unwrap().is_empty());
    body["message"].as_str().unwrap().to_owned()
}

/// The type and the body of the form of a small picture.
pub(crate) fn small_run(pipeline: &str, prompt: &str) -> (&'static str, String) {
    (people::FORM.1, people::form(pipeline, prompt))
}
