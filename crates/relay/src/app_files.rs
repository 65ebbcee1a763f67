//! The files of the built app.

use crate::origin::Ancestor;
use crate::refusal::Refusal;
use crate::settings::StartError;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::path::{Path, PathBuf};
use tower_http::services::ServeDir;

/// For files whose name changes when their content does.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// May be kept, but must be asked about each time (`ETag` and `Last-Modified` make that cheap).
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// A folder with an `index.html` in it. `.br` and `.gz` siblings of a file are sent in its place to who takes them.
#[derive(Clone)]
pub(crate) struct AppFiles {
    files: ServeDir,
    page: PathBuf,
    /// `frame-ancestors …`: the only part of a policy that a page cannot carry itself.
    frames: String,
}

impl AppFiles {
    /// Pages of these addresses, and of the relay's own, may show the app in a frame.
    pub(crate) fn new(dir: &Path, ancestors: &[Ancestor]) -> Result<Self, StartError> {
        if !dir.join("index.html").is_file() {
            return Err(StartError::NoApp(dir.to_owned()));
        }
        // No index of a folder, and with it no redirect to one: the app has exactly one page.
        let files = ServeDir::new(dir)
            .append_index_html_on_directories(false)
            .precompressed_br()
            .precompressed_gzip();
        let mut frames = "frame-ancestors 'self'".to_owned();
        for ancestor in ancestors {
            frames = frames + " " + ancestor.as_str();
        }
        Ok(Self { files, page: dir.join("index.html"), frames })
    }

    pub(crate) async fn answer(mut self, mut request: Request) -> Response {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Refusal::not_found().into_response();
        }
        let from_nowhere = request.headers().get(header::ORIGIN).is_some_and(|origin| origin == "null");
        if request.uri().path() == "/" {
            *request.uri_mut() = Uri::from_static("/index.html");
        }
        let name = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        // A name with a dot in front is never part of an app, but may well lie in a folder.
        if request.uri().path().split('/').any(|part| part.starts_with('.') || part.starts_with("%2e")) {
            return Refusal::not_found().into_response();
        }
        let is_page = request.uri().path() == "/index.html";
        let answer = match self.files.try_call(request).await {
            Ok(answer) => answer.map(Body::new),
            Err(_) => return Refusal::not_found().into_response(),
        };
        match answer.status() {
            StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED => {}
            StatusCode::PRECONDITION_FAILED | StatusCode::RANGE_NOT_SATISFIABLE => return answer,
            _ => return Refusal::not_found().into_response(),
        }
        let mut answer = answer;
        let headers = answer.headers_mut();
        // In a sandboxed frame the app has no origin, and its own files are foreign to it. They are nobody's secret.
        if from_nowhere {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        headers.insert(header::CACHE_CONTROL, if is_hashed(&name) { FOR_EVER } else { ASK_AGAIN });
        let text = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if let Some(kind) = text.filter(|kind| kind.starts_with("text/") && !kind.contains("charset"))
            && let Ok(kind) = HeaderValue::try_from(format!("{kind}; charset=utf-8"))
        {
            headers.insert(header::CONTENT_TYPE, kind);
        }
        if let Ok(policy) = HeaderValue::try_from(self.policy(is_page).await) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        answer
    }

    /// The page's own policy, as it stands there right now: another build may have another one. Of the other files the
    /// workers need it. They begin their scripts by name, which no browser lets pass as trusted without a policy of theirs.
    async fn policy(&self, is_page: bool) -> String {
        let page = tokio::fs::read_to_string(&self.page).await.unwrap_or_default();
        let own = own_policy(&page).unwrap_or_default();
        let directives = own
            .split(';')
            .map(str::trim)
            .filter(|directive| !directive.is_empty() && (is_page || !directive.contains("trusted-types")));
        directives.chain([self.frames.as_str()]).collect::<Vec<_>>().join("; ")
    }
}

/// What the page says in its `meta`, as `cargo xtask build` writes it.
fn own_policy(page: &str) -> Option<&str> {
    page.split_once("http-equiv=\"Content-Security-Policy\" content=\"")?
        .1
        .split_once('"')
        .map(|(policy, _)| policy)
}

/// Whether a file's name holds a hash of its content, as the builder of the app writes it: `name-0123456789abcdef.js`,
/// `name-0123456789abcdef_bg.wasm`. The hash is a number in hexadecimal, so that leading zeros may be missing.
fn is_hashed(name: &str) -> bool {
    let Some((stem, _)) = name.split_once('.') else { return false };
    let stem = stem.strip_suffix("_bg").unwrap_or(stem);
    let Some((_, hash)) = stem.rsplit_once('-') else { return false };
    (12..=64).contains(&hash.len())
        && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && hash.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_hashed;

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        for name in [
            "komposition-1f0c5a7be2d94c11.js",
            "komposition-1f0c5a7be2d94c11_bg.wasm",
            "style-00f5a7be2d94c1.css",
            "loader-1f0c5a7be2d94c11.js.map",
        ] {
            assert!(is_hashed(name), "{name}");
        }
        for name in [
            "index.html",
            "komposition.js",
            "a-b.js",
            "x-deadbeefdead.js",
            "fonts-123.woff2",
            "v-2026112212.js",
        ] {
            assert!(!is_hashed(name), "{name}");
        }
    }
}
