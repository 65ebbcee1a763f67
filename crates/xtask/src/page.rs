//! What is written into the built page: its Content-Security-Policy, and what its later files have to be
//! (docs/decisions/0023-what-the-page-may-do.md).

use crate::size;
use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Whom the page may talk to. Without a word of the builder a person may enter any address, so that all are allowed.
#[derive(clap::Args, Debug, Default)]
pub(crate) struct Sources {
    /// Only these addresses may be asked for pictures, beside the page's own: as https://relay.example, several with
    /// commas between; `self` for no others. Without it, whatever a person enters.
    #[arg(long, value_name = "ORIGINS", value_delimiter = ',', value_parser = origin)]
    connect_src: Vec<String>,
    /// From these addresses pictures may be shown that a service only links to and that no page may read. Without it,
    /// such a picture is a link.
    #[arg(long, value_name = "ORIGINS", value_delimiter = ',', value_parser = origin)]
    img_src: Vec<String>,
    /// Where the page is going to be, as https://studio.example. In a frame without an origin (`memory` in
    /// docs/embedding) Safari takes "the page's own" for nobody: there the page works when its address is named.
    #[arg(long, value_name = "ORIGINS", value_delimiter = ',', value_parser = origin)]
    origin: Vec<String>,
}

/// The service worker answers here, so that it counts as asked: a host that never exists (src/worker/service-worker.js).
const POLL: &str = "https://komposition.invalid";

/// The page's own origin.
const SELF: &str = "'self'";

/// What the page has made itself: that leads nowhere.
const MADE: &str = "data: blob:";

/// Scripts that are loaded by some pages only, under their plain names.
const SCRIPTS: [&str; 3] = ["poll.js", "claims.js", "demo-door.js"];

/// What the files have to be that the page loads later.
const LATER: &str = "later.json";

/// `self`, or an origin as a policy takes it. What is let through here stands in the page as it is.
fn origin(text: &str) -> Result<String, &'static str> {
    if text == "self" {
        return Ok(SELF.to_owned());
    }
    let wrong = "write each as https://host or http://host:port, without a path, or the word self";
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or(wrong)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]*".contains(&byte);
    if host.is_empty() || host == "*" || !host.bytes().all(plain) { Err(wrong) } else { Ok(text.to_owned()) }
}

impl Sources {
    /// The page's policy.
    pub(crate) fn policy(&self) -> String {
        let own = [SELF].into_iter().chain(named(&self.origin)).collect::<Vec<_>>().join(" ");
        let connect = if self.connect_src.is_empty() {
            // On a page of https the browser itself lets nobody talk to plain http, but for this very machine.
            vec!["https:", "http:"]
        } else {
            [POLL].into_iter().chain(named(&self.connect_src)).collect()
        };
        let images: String = named(&self.img_src).flat_map(|source| [" ", source]).collect();
        [
            "default-src 'none'",
            &format!("script-src {own} 'wasm-unsafe-eval'"),
            &format!("style-src {own}"),
            &format!("img-src {own} {MADE}{images}"),
            &format!("connect-src {own} {MADE} {}", connect.join(" ")),
            &format!("worker-src {own}"),
            &format!("manifest-src {own}"),
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types default",
        ]
        .join("; ")
    }
}

/// All but the page's own, which is allowed anyway.
fn named(sources: &[String]) -> impl Iterator<Item = &str> {
    sources.iter().map(String::as_str).filter(|source| *source != SELF)
}

/// Writes both into `dist/index.html`.
pub(crate) fn finish(dist: &Path, sources: &Sources) -> Result<()> {
    let mut known = BTreeMap::new();
    for name in size::UNHASHED.iter().chain(&SCRIPTS) {
        if let Ok(bytes) = fs::read(dist.join(name)) {
            known.insert(*name, integrity(&bytes));
        }
    }
    let path = dist.join("index.html");
    let page = fs::read_to_string(&path).context("cannot read dist/index.html")?;
    let later = serde_json::to_vec(&known)?;
    let finished = finished(&page, &sources.policy(), &integrity(&later))?;
    fs::write(dist.join(LATER), later).context("cannot write into dist/")?;
    fs::write(path, finished).context("cannot write dist/index.html")
}

/// What the browser compares a file with.
pub(crate) fn integrity(bytes: &[u8]) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(bytes)))
}

/// The policy stands before all that it is to rule; what the table has to be where src/shell/shell.js looks for it.
fn finished(page: &str, policy: &str, later: &str) -> Result<String> {
    let put = |page: &str, at: &str, words: &str| {
        ensure!(page.matches(at).count() == 1, "index.html has not exactly one `{at}`");
        Ok(page.replace(at, &format!("{at}{words}")))
    };
    let charset = "<meta charset=\"utf-8\" />";
    let meta = format!("\n    <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\" />");
    // Trunk has read it, and leaves it standing.
    let page = page.replace(" data-integrity=\"sha256\"", "");
    let page = put(&page, charset, &meta)?;
    put(&page, "id=\"komposition-start\"", &format!(" data-later=\"{later}\""))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sources(connect: &[&str], pictures: &[&str]) -> Sources {
        let read = |all: &[&str]| all.iter().map(|text| origin(text).unwrap()).collect();
        Sources { connect_src: read(connect), img_src: read(pictures), origin: Vec::new() }
    }

    fn directive(policy: &str, name: &str) -> String {
        let found = policy.split("; ").find_map(|directive| directive.strip_prefix(&format!("{name} ")));
        found.unwrap().to_owned()
    }

    #[test]
    fn nothing_inline_and_nothing_that_is_not_named() {
        let policy = Sources::default().policy();
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        assert_eq!(directive(&policy, "default-src"), "'none'");
        assert_eq!(directive(&policy, "script-src"), "'self' 'wasm-unsafe-eval'");
        assert_eq!(directive(&policy, "img-src"), "'self' data: blob:");
    }

    #[test]
    fn a_hardened_build_names_whom_the_page_may_talk_to() {
        let any = Sources::default().policy();
        assert_eq!(directive(&any, "connect-src"), "'self' data: blob: https: http:");
        let own = sources(&["self"], &[]).policy();
        assert_eq!(directive(&own, "connect-src"), "'self' data: blob: https://komposition.invalid");
        let one =
            sources(&["https://relay.example", "http://10.0.0.1:8787"], &["https://cdn.example"]).policy();
        assert_eq!(
            directive(&one, "connect-src"),
            "'self' data: blob: https://komposition.invalid https://relay.example http://10.0.0.1:8787"
        );
        assert_eq!(directive(&one, "img-src"), "'self' data: blob: https://cdn.example");
    }

    #[test]
    fn a_page_that_knows_where_it_is_says_so_wherever_it_says_self() {
        let policy = Sources { origin: vec!["https://studio.example".into()], ..Sources::default() }.policy();
        let own = "'self' https://studio.example";
        assert_eq!(policy.matches(own).count(), policy.matches(SELF).count(), "{policy}");
        assert_eq!(policy.replace(own, SELF), Sources::default().policy());
    }

    #[test]
    fn what_would_say_something_else_in_a_policy_is_refused() {
        for text in [
            "",
            "*",
            "https:",
            "https://",
            "https://*",
            "'unsafe-inline'",
            "relay.example",
            "https://a.example/path",
            "https://a.example; script-src *",
            "https://a.example\" /><script>",
            "https://a.example https://b.example",
            "data:",
        ] {
            assert!(origin(text).is_err(), "{text}");
        }
        assert!(origin("https://*.example.org").is_ok());
    }

    #[test]
    fn policy_and_table_stand_in_the_page_once() {
        let page = "<head>\n<meta charset=\"utf-8\" />\n<script type=\"application/json\" id=\"komposition-start\" \
            data-module=\"./a.js\"></script><link></head>";
        let done = finished(page, "default-src 'none'", "sha256-x").unwrap();
        let policy = done.find("content=\"default-src 'none'\"").unwrap();
        assert!(policy < done.find("<script").unwrap(), "it rules what comes after it: {done}");
        assert!(
            done.contains("id=\"komposition-start\" data-later=\"sha256-x\" data-module=\"./a.js\">"),
            "{done}"
        );
        assert!(finished("<head></head>", "", "").is_err());
    }
}
