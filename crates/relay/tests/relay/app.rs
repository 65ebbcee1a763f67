//! The built app: its page, its files, how long they may be kept, and nothing else of the disk.

use crate::support::{Answer, Relay, get, quick_simulator, send, spring};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const WASM: &str = "komposition-1f0c5a7be2d94c11_bg.wasm";

/// A folder beside something that must never be served.
fn built() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("outside.txt", "outside");
    fs::create_dir_all(dir.path().join("app/snippets")).unwrap();
    write("app/index.html", "<!doctype html><title>page</title>");
    write(&format!("app/{WASM}"), "wasm as it is");
    write(&format!("app/{WASM}.br"), "wasm in brotli");
    write(&format!("app/{WASM}.gz"), "wasm in gzip");
    write("app/komposition-1f0c5a7be2d94c11.js", "js");
    write("app/style-00a7be2d94c11b.css", "css");
    write("app/icon.svg", "<svg/>");
    write("app/site.webmanifest", "{}");
    write("app/worker.js", "worker");
    write("app/snippets/inline0.js", "snippet");
    write("app/.hidden", "hidden");
    dir
}

async fn relay(dir: &Path) -> Relay {
    let mut settings = quick_simulator();
    settings.app = Some(dir.join("app"));
    Relay::start(settings).await
}

fn cache(answer: &Answer) -> &str {
    answer.header("cache-control").unwrap()
}

#[tokio::test]
async fn the_page_is_at_the_root() {
    let dir = built();
    let relay = relay(dir.path()).await;
    for path in ["/", "/index.html", "/?lang=ru"] {
        let answer = get(relay.address, path, &[]).await;
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (200, "<!doctype html><title>page</title>"),
            "{path}"
        );
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(cache(&answer), "no-cache");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
    let head = send(relay.address, "HEAD", "/", &[], b"").await;
    assert_eq!((head.status, head.header("content-length")), (200, Some("34")));
}

#[tokio::test]
async fn the_pages_policy_is_a_header_too_and_says_who_may_frame_it() {
    let dir = built();
    let write = |policy: &str| {
        let page = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\" />");
        fs::write(dir.path().join("app/index.html"), page).unwrap();
    };
    write("default-src 'none'; require-trusted-types-for 'script'; trusted-types default");
    let mut settings = quick_simulator();
    settings.app = Some(dir.path().join("app"));
    settings.frame_ancestors = vec!["https://pages.example".parse().unwrap()];
    let framed = Relay::start(settings).await;
    let policy = async |relay: &Relay, path: &str| {
        get(relay.address, path, &[]).await.header("content-security-policy").map(ToOwned::to_owned)
    };
    let frames = "frame-ancestors 'self' https://pages.example";
    for path in ["/", "/index.html"] {
        let expected = format!(
            "default-src 'none'; require-trusted-types-for 'script'; trusted-types default; {frames}"
        );
        assert_eq!(policy(&framed, path).await, Some(expected), "{path}");
    }
    // Workers are ruled by their own file's.
    assert_eq!(policy(&framed, "/worker.js").await, Some(format!("default-src 'none'; {frames}")));
    // Nobody said anything: only the relay's own pages.
    let alone = relay(dir.path()).await;
    write("img-src 'self'");
    assert_eq!(policy(&alone, "/").await.as_deref(), Some("img-src 'self'; frame-ancestors 'self'"));
    fs::write(dir.path().join("app/index.html"), "a page without").unwrap();
    assert_eq!(policy(&alone, "/").await.as_deref(), Some("frame-ancestors 'self'"));
}

#[tokio::test]
async fn every_file_has_its_type() {
    let dir = built();
    let relay = relay(dir.path()).await;
    for (path, kind) in [
        (format!("/{WASM}"), "application/wasm"),
        ("/komposition-1f0c5a7be2d94c11.js".to_owned(), "text/javascript; charset=utf-8"),
        ("/style-00a7be2d94c11b.css".to_owned(), "text/css; charset=utf-8"),
        ("/icon.svg".to_owned(), "image/svg+xml"),
        ("/site.webmanifest".to_owned(), "application/manifest+json"),
        ("/snippets/inline0.js".to_owned(), "text/javascript; charset=utf-8"),
    ] {
        let answer = get(relay.address, &path, &[]).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind)), "{path}");
    }
}

#[tokio::test]
async fn names_with_a_hash_are_kept_for_ever_and_others_asked_about() {
    let dir = built();
    let relay = relay(dir.path()).await;
    for (path, expected) in [
        (format!("/{WASM}"), "public, max-age=31536000, immutable"),
        ("/komposition-1f0c5a7be2d94c11.js".to_owned(), "public, max-age=31536000, immutable"),
        ("/style-00a7be2d94c11b.css".to_owned(), "public, max-age=31536000, immutable"),
        ("/worker.js".to_owned(), "no-cache"),
        ("/icon.svg".to_owned(), "no-cache"),
    ] {
        assert_eq!(cache(&get(relay.address, &path, &[]).await), expected, "{path}");
    }
    // Nobody may keep for ever that a file is not there yet.
    let missing = get(relay.address, "/komposition-2222222222222222.js", &[]).await;
    assert_eq!((missing.status, cache(&missing)), (404, "no-store"));
}

#[tokio::test]
async fn compressed_siblings_go_to_who_takes_them() {
    let dir = built();
    let relay = relay(dir.path()).await;
    let path = format!("/{WASM}");
    for (accepts, encoding, body) in [
        ("gzip, deflate, br, zstd", Some("br"), "wasm in brotli"),
        ("gzip", Some("gzip"), "wasm in gzip"),
        ("identity", None, "wasm as it is"),
    ] {
        let answer = get(relay.address, &path, &[("Accept-Encoding", accepts)]).await;
        assert_eq!((answer.header("content-encoding"), answer.text().as_str()), (encoding, body));
        assert_eq!(answer.header("content-type"), Some("application/wasm"), "the type of what is inside");
        assert_eq!(cache(&answer), "public, max-age=31536000, immutable");
        assert!(answer.all("vary").contains("accept-encoding"));
    }
    let plain = get(relay.address, "/icon.svg", &[("Accept-Encoding", "br, gzip")]).await;
    assert_eq!((plain.header("content-encoding"), plain.text().as_str()), (None, "<svg/>"));
}

#[tokio::test]
async fn an_unchanged_file_is_not_sent_again() {
    let dir = built();
    let relay = relay(dir.path()).await;
    let first = get(relay.address, "/", &[]).await;
    let modified = first.header("last-modified").unwrap().to_owned();
    let again = get(relay.address, "/", &[("If-Modified-Since", &modified)]).await;
    assert_eq!((again.status, cache(&again)), (304, "no-cache"));
    let tag = first.header("etag").unwrap().to_owned();
    assert_eq!(get(relay.address, "/", &[("If-None-Match", &tag)]).await.status, 304);

    fs::write(dir.path().join("app/index.html"), "another page").unwrap();
    let changed = get(relay.address, "/", &[("If-None-Match", &tag)]).await;
    assert_eq!((changed.status, changed.text().as_str()), (200, "another page"));
}

#[tokio::test]
async fn nothing_outside_the_folder_and_no_folder_is_shown() {
    let dir = built();
    let relay = relay(dir.path()).await;
    for path in [
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/..%2foutside.txt",
        "/snippets/../../outside.txt",
        "/snippets/%2e%2e/%2e%2e/outside.txt",
        "/..\\outside.txt",
        "/%2fetc%2fpasswd",
        "//etc/passwd",
        "/snippets",
        "/snippets/",
        "/.hidden",
        "/%2ehidden",
        "/nowhere",
        "/create",
    ] {
        spring(&get(relay.address, path, &[]).await, 404, path);
    }
    spring(&send(relay.address, "POST", "/index.html", &[], b"x").await, 404, "/index.html");
}

#[tokio::test]
async fn files_may_be_read_by_allowed_pages_and_both_reasons_to_vary_are_named() {
    let dir = built();
    let mut settings = quick_simulator();
    settings.app = Some(dir.path().join("app"));
    settings.allow_origins = vec!["https://pictures.example".parse().unwrap()];
    let relay = Relay::start(settings).await;
    let headers = [("Origin", "https://pictures.example"), ("Accept-Encoding", "br")];
    let answer = get(relay.address, &format!("/{WASM}"), &headers).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://pictures.example"));
    let vary = answer.all("vary");
    assert!(vary.contains("origin") && vary.contains("accept-encoding"), "{vary}");
}

#[tokio::test]
async fn files_may_be_read_by_the_app_itself_in_a_frame_without_an_origin_and_by_no_other_page() {
    let dir = built();
    let mut settings = quick_simulator();
    settings.app = Some(dir.path().join("app"));
    let relay = Relay::start(settings).await;
    for (origin, allowed) in [("null", Some("*")), ("https://elsewhere.example", None)] {
        let answer = get(relay.address, &format!("/{WASM}"), &[("Origin", origin)]).await;
        assert_eq!(answer.header("access-control-allow-origin"), allowed, "{origin}");
        assert!(answer.all("vary").contains("origin"));
    }
    // What costs something is not for whoever is nowhere.
    let sandboxed = [("Origin", "null"), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(get(relay.address, "/key/api/v1/pipelines", &sandboxed).await.status, 403);
}

#[tokio::test]
async fn a_folder_without_a_page_is_refused_at_the_start() {
    let dir = built();
    let mut settings = quick_simulator();
    settings.app = Some(dir.path().join("app/snippets"));
    let error = Relay::start(settings).await.stop().await.unwrap_err().to_string();
    assert!(error.contains("no index.html in"), "{error}");
}
