//! People with tokens, made by the program itself.

use super::client::{Answer, get, send};
use super::run_form;
use crate::command::relay;
use std::net::SocketAddr;
use std::path::PathBuf;
use tempfile::TempDir;

pub(crate) const RUN: &str = "/key/api/v1/pipeline/run";
pub(crate) const FORM: (&str, &str) = ("Content-Type", "multipart/form-data; boundary=edge");

/// A people's file of a test's own.
pub(crate) struct Register {
    dir: TempDir,
}

impl Register {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.dir.path().join("people.toml")
    }

    /// `komposition-relay token …` on this file: whether it went well, and all it said.
    pub(crate) async fn command(&self, words: &[&str]) -> (bool, String) {
        let path = self.path();
        let line = [&["token"], words, &["--people", path.to_str().unwrap()]].concat();
        let output = relay(&line).output().await.unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).unwrap())
    }

    /// A new token for that name, with these further words.
    pub(crate) async fn token(&self, name: &str, words: &[&str]) -> String {
        let (well, said) = self.command(&[&["new", "--name", name], words].concat()).await;
        assert!(well, "{said}");
        said.trim().to_owned()
    }

    /// The file with one text in the place of another, written as an editor would.
    pub(crate) fn edit(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path()).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(self.path(), text.replace(from, to)).unwrap();
    }
}

/// The id in the middle of a token.
pub(crate) fn id(token: &str) -> &str {
    token.split('_').nth(1).unwrap()
}

/// What of a token nobody else may see. There may be such signs in it as stand between its parts.
pub(crate) fn secret(token: &str) -> &str {
    token.splitn(3, '_').nth(2).unwrap()
}

pub(crate) fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

/// The form of a small picture.
pub(crate) fn form(pipeline: &str, prompt: &str) -> String {
    let params = serde_json::json!({
        "type": "GENERATE", "numImages": 1, "width": 128, "height": 128, "generateParams": {"query": prompt}
    });
    run_form(pipeline, &params)
}

/// The first pipeline there is, asked for with these headers.
pub(crate) async fn pipeline(address: SocketAddr, headers: &[(&str, &str)]) -> String {
    let list = get(address, "/key/api/v1/pipelines", headers).await;
    assert_eq!(list.status, 200, "{list:?}");
    list.json()[0]["id"].as_str().unwrap().to_owned()
}

/// A run with this token.
pub(crate) async fn run(address: SocketAddr, token: &str, pipeline: &str, prompt: &str) -> Answer {
    let bearer = bearer(token);
    let headers = [FORM, ("Authorization", bearer.as_str())];
    send(address, "POST", RUN, &headers, form(pipeline, prompt).as_bytes()).await
}

/// Where the status of an accepted run is asked for.
pub(crate) fn status(accepted: &Answer) -> String {
    assert_eq!(accepted.status, 201, "{accepted:?}");
    format!("/key/api/v1/pipeline/status/{}", accepted.json()["uuid"].as_str().unwrap())
}

/// A GET with this token.
pub(crate) async fn get_as(address: SocketAddr, token: &str, path: &str) -> Answer {
    get(address, path, &[("Authorization", &bearer(token))]).await
}
