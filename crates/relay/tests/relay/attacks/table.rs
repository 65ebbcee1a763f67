//! The table: bytes on a socket, and which statuses come back.

use crate::support::people::{FORM, RUN, bearer, form, id, secret};
use crate::support::run_form;
use std::net::SocketAddr;

const PIPELINES: &str = "/key/api/v1/pipelines";

/// One attack, and what has to come of it.
pub(super) struct Attack {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    /// The statuses of all answers that come, in order; none is a connection that is closed without a word.
    pub(super) expected: Vec<u16>,
    /// From which byte on they are sent one by one, with waits between them, and for ever.
    pub(super) dripped: Option<usize>,
}

/// All that an attack needs to know.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) token: String,
    pub(super) other: String,
    pub(super) revoked: String,
    pub(super) expired: String,
    /// Where the victim's picture is asked for.
    pub(super) victims: String,
    pub(super) address: SocketAddr,
}

#[derive(Default)]
pub(super) struct Table(pub(super) Vec<Attack>);

impl Table {
    pub(super) fn add(&mut self, name: &str, expected: &[u16], bytes: impl Into<Vec<u8>>) {
        let (name, bytes) = (name.to_owned(), bytes.into());
        self.0.push(Attack { name, bytes, expected: expected.to_vec(), dripped: None });
    }

    /// A request with a line and headers of its own; a host and a good token come along.
    pub(super) fn ask(&mut self, name: &str, status: u16, known: &Known, line: &str, headers: &str) {
        let good = format!("Host: a\r\nAuthorization: {}\r\n", bearer(&known.token));
        self.add(name, &[status], format!("{line}\r\n{good}{headers}Connection: close\r\n\r\n"));
    }

    /// GET of a path, with a good token.
    fn path(&mut self, status: u16, known: &Known, path: &str) {
        self.ask(&format!("path {path:.60}"), status, known, &format!("GET {path} HTTP/1.1"), "");
    }

    /// A GET with these headers and no others.
    pub(super) fn bare(&mut self, name: &str, status: u16, path: &str, headers: &str) {
        self.add(name, &[status], format!("GET {path} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n"));
    }

    /// A run with a good token, framed by `headers`, and these bytes after the head.
    fn body(&mut self, name: &str, expected: &[u16], known: &Known, headers: &str, body: &[u8]) {
        let head = format!(
            "POST {RUN} HTTP/1.1\r\nHost: a\r\nAuthorization: {}\r\n{}: {}\r\n{headers}\r\n",
            bearer(&known.token),
            FORM.0,
            FORM.1
        );
        self.add(name, expected, [head.as_bytes(), body].concat());
    }

    /// The last one more slowly: whole up to these bytes, and then byte by byte.
    fn dripped_after(&mut self, start: &str) {
        let last = self.0.last_mut().unwrap();
        let at = last.bytes.windows(start.len()).position(|bytes| bytes == start.as_bytes()).unwrap();
        last.dripped = Some(at + start.len());
    }
}

fn addressed_elsewhere(table: &mut Table, known: &Known) {
    for target in [
        "http://evil.example/",
        "http://evil.example/key/api/v1/pipelines",
        "https://evil.example:443/",
        "ftp://evil.example/x",
        "http://169.254.169.254/latest/meta-data/",
        "HTTP://EVIL.EXAMPLE/healthz",
        "http://user:pass@evil.example/",
    ] {
        table.ask(&format!("absolute {target}"), 400, known, &format!("GET {target} HTTP/1.1"), "");
    }
    let own = format!("GET http://{}{PIPELINES} HTTP/1.1", known.address);
    table.ask("absolute form of its own address", 400, known, &own, "");
    for target in ["evil.example:443", "127.0.0.1:22", "[::1]:6379"] {
        table.ask(&format!("CONNECT {target}"), 400, known, &format!("CONNECT {target} HTTP/1.1"), "");
    }
    table.ask("CONNECT of a path", 400, known, &format!("CONNECT {PIPELINES} HTTP/1.1"), "");
    table.ask("OPTIONS *", 400, known, "OPTIONS * HTTP/1.1", "");
    table.ask("GET *", 400, known, "GET * HTTP/1.1", "");
    table.ask("no slash", 400, known, "GET key/api/v1/pipelines HTTP/1.1", "");
}

fn paths(table: &mut Table, known: &Known) {
    for path in [
        "//key/api/v1/pipelines",
        "/key//api/v1/pipelines",
        "/key/api/v1/../v1/pipelines",
        "/key/api/v1/./pipelines",
        "/key/api/v1/pipeline/../pipelines",
        "/key/%2e%2e/key/api/v1/pipelines",
        "/key/.%2E/key/api/v1/pipelines",
        "/key/api/v1/pipeline/status/..%2f..%2frun",
        "/key/api/v1/pipeline/status/%2e%2e",
        "/key/api/v1/pipeline/status/a%2fb",
        "/key/api/v1/pipeline/status/a%5cb",
        "/key/api/v1/pipeline/status/a%00b",
        "/key/api/v1/pipeline/status/a%0d%0aX-Bad:%201",
        "/key/api/v1/pipeline/status/a%252fb",
        "/key/api/v1/pipeline/status/a%20b",
        "/key/api/v1/pipeline/status/%D0%BA%D0%BE%D1%82",
        "/key/api/v1/pipeline/status/a;b=c",
        "/key/api/v1/pipeline/status/a:b@c",
        "/key/api/v1/pipeline/status/",
        "/key/api/v1/pipeline/status/a/b",
        "/key/api/v1/pipeline/a/../../../admin/availability",
        "/key/api/v1/pipeline/%2e%2e%2fadmin/availability",
        "/key/api/v1/pipelines/",
        "/key/api/v1/pipelines%2f",
        "/key/api/v1/pipelines%00",
        "/key/api/v1/pipelines;x",
        "/KEY/API/V1/PIPELINES",
        "/key/api/v1/models",
        "/key/api/v1/text2image/run",
        "/static/styles/key/../../../etc/passwd",
        "/static/styles/other",
        "/etc/passwd",
        "/.git/config",
        "/.env",
        "/relay/v1/",
        "/relay/v1/config/../config",
        "/simulator/v1/log",
    ] {
        table.path(404, known, path);
    }
    table.path(404, known, &format!("/key/api/v1/pipeline/status/{}", "x".repeat(129)));
    table.path(414, known, &format!("/key/api/v1/pipeline/status/{}", "x".repeat(4_000)));
    table.path(414, known, &format!("{PIPELINES}?type={}", "x".repeat(4_000)));
    table.ask("bytes that are no text", 404, known, "GET /\u{43a}\u{43e}\u{442} HTTP/1.1", "");
    table.ask("a tab in the path", 400, known, "GET /key/api/v1/\tpipelines HTTP/1.1", "");
    table.ask("a control sign in the path", 400, known, "GET /key/api/v1/\x01pipelines HTTP/1.1", "");
    table.ask("a space in the path", 400, known, "GET /key/api/v1/ pipelines HTTP/1.1", "");
}

fn methods(table: &mut Table, known: &Known) {
    for method in ["HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "get", "JUMP"] {
        table.ask(
            &format!("{method} of a status"),
            405,
            known,
            &format!("{method} {} HTTP/1.1", known.victims),
            "",
        );
    }
    for method in ["GET", "HEAD", "PUT", "TRACE", "post"] {
        table.ask(&format!("{method} of a run"), 405, known, &format!("{method} {RUN} HTTP/1.1"), "");
    }
    let override_it = "X-HTTP-Method-Override: POST\r\nX-Method-Override: POST\r\n";
    table.ask("a method in a header", 405, known, &format!("GET {RUN} HTTP/1.1"), override_it);
    table.ask("a long method", 405, known, &format!("{} {RUN} HTTP/1.1", "X".repeat(1_000)), "");
    table.ask("a method that is none", 400, known, &format!("G(T {PIPELINES} HTTP/1.1"), "");
}

fn lengths(table: &mut Table, known: &Known) {
    let next = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    table.body(
        "a length and chunks",
        &[400],
        known,
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        next,
    );
    table.body(
        "chunks and a length",
        &[400],
        known,
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        next,
    );
    table.body("chunks and what follows", &[400], known, "Transfer-Encoding: chunked\r\n", next);
    for (name, headers) in [
        ("two lengths", "Content-Length: 4\r\nContent-Length: 5\r\n"),
        ("a length twice", "Content-Length: 4\r\nContent-Length: 4\r\n"),
        ("a list of lengths", "Content-Length: 4, 5\r\n"),
        ("a length with a plus", "Content-Length: +4\r\n"),
        ("a negative length", "Content-Length: -1\r\n"),
        ("a hexadecimal length", "Content-Length: 0x4\r\n"),
        ("no length in a length", "Content-Length: \r\n"),
        ("a length beyond all numbers", "Content-Length: 99999999999999999999999\r\n"),
        ("identity", "Transfer-Encoding: identity\r\n"),
        ("gzip in chunks", "Transfer-Encoding: gzip, chunked\r\n"),
        ("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        ("chunked, chunked", "Transfer-Encoding: chunked, chunked\r\n"),
        ("chunked and more", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
        ("xchunked", "Transfer-Encoding: xchunked\r\n"),
        ("chunked with a sign", "Transfer-Encoding: \u{b}chunked\r\n"),
        ("a space before the colon", "Content-Length : 4\r\n"),
        ("a folded line", "Transfer-Encoding:\r\n chunked\r\n"),
    ] {
        table.body(name, &[400], known, headers, b"abcd");
    }
    let chunked = "Transfer-Encoding: chunked\r\n";
    table.body("a chunk's size that is none", &[400], known, chunked, b"zz\r\nab\r\n0\r\n\r\n");
    table.body(
        "a chunk beyond all numbers",
        &[400],
        known,
        chunked,
        b"fffffffffffffffffff\r\nab\r\n0\r\n\r\n",
    );
    table.body("a negative chunk", &[400], known, chunked, b"-1\r\nab\r\n0\r\n\r\n");
    table.body("a chunk without its end", &[400], known, chunked, b"2\r\nabXX0\r\n\r\n");
    let flood = [b"1;".to_vec(), vec![b'x'; 100_000], b"\r\na\r\n0\r\n\r\n".to_vec()].concat();
    table.body("a flood of words beside a chunk", &[400], known, chunked, &flood);
    table.add(
        "chunks in HTTP/1.0",
        &[400],
        format!("POST {RUN} HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    );
}

fn heads(table: &mut Table, known: &Known) {
    let many = |count: usize| (0..count).map(|n| format!("X-{n}: 1\r\n")).collect::<String>();
    let get = format!("GET {PIPELINES} HTTP/1.1");
    table.ask("150 headers", 431, known, &get, &many(150));
    table.ask("10000 headers", 431, known, &get, &many(10_000));
    table.ask("a header of 200 KB", 431, known, &get, &format!("X: {}\r\n", "x".repeat(200_000)));
    table.ask("a name of 70 KB", 431, known, &get, &format!("{}: x\r\n", "x".repeat(70_000)));
    table.ask("no colon", 400, known, &get, "nonsense\r\n");
    table.ask("a space in a name", 400, known, &get, "X Y: 1\r\n");
    table.ask("no name", 400, known, &get, ": 1\r\n");
    table.ask("a zero in a value", 400, known, &get, "X: a\0b\r\n");
    table.ask("a bare CR", 400, known, &get, "X: a\rY: b\r\n");
    table.ask("a folded header", 400, known, &get, "X: a\r\n b\r\n");
    table.ask("h2c", 400, known, &get, "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n");
    let token = format!("Authorization: {}\r\n", bearer(&known.token));
    for (name, hosts) in [
        ("no host", ""),
        ("two hosts", "Host: a\r\nHost: b\r\n"),
        ("an empty host", "Host: \r\n"),
        ("a host with a user", "Host: a@evil.example\r\n"),
        ("a host with a path", "Host: evil.example/x\r\n"),
        ("a host with a space", "Host: a b\r\n"),
    ] {
        table.bare(name, 400, PIPELINES, &format!("{hosts}{token}"));
    }
    for (name, bytes) in [
        ("HTTP/0.9", &b"GET /healthz\r\n\r\n"[..]),
        ("HTTP/3", b"GET /healthz HTTP/3.0\r\nHost: a\r\n\r\n"),
        ("HTTP/1.9", b"GET /healthz HTTP/1.9\r\nHost: a\r\n\r\n"),
        ("TLS", b"\x16\x03\x01\x00\xb5\x01\x00\x00\xb1\x03\x03\x00\x00\r\n\r\n"),
        ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        ("a mail", b"EHLO evil.example\r\nMAIL FROM:<a@b>\r\n\r\n"),
        ("redis", b"*1\r\n$4\r\nPING\r\n\r\n"),
        ("zeros", &[0; 4_096]),
    ] {
        table.add(name, &[400], bytes);
    }
    table.add("a head that never ends", &[], b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ".to_vec());
    table.add("HTTP/2's preface", &[], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec());
    table.add("nothing at all", &[], b"".to_vec());
    table.add("a head byte by byte", &[], b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ".to_vec());
    table.dripped_after("GET");
}

fn pages(table: &mut Table, known: &Known) {
    let get = format!("GET {} HTTP/1.1", known.victims);
    let post = format!("POST {RUN} HTTP/1.1");
    for origin in [
        "https://evil.example",
        "null",
        "http://127.0.0.1:1",
        "http://a.evil.example",
        "https://a:443",
        "file://",
        "",
    ] {
        for line in [&get, &post] {
            table.ask(
                &format!("{:.4} from {origin:?}", line),
                403,
                known,
                line,
                &format!("Origin: {origin}\r\n"),
            );
        }
    }
    for site in ["cross-site", "same-site"] {
        for line in [&get, &post] {
            let headers = format!("Sec-Fetch-Site: {site}\r\nSec-Fetch-Mode: no-cors\r\n");
            table.ask(&format!("{:.4} from {site}", line), 403, known, line, &headers);
        }
    }
    // Of the relay's own name, but on plain http, of another scheme, or of a site that nobody has heard of.
    for (origin, site) in [("http://a", "cross-site"), ("capacitor://a", ""), ("https://a", "elsewhere")] {
        for line in [&get, &post] {
            let headers = format!("Origin: {origin}\r\nSec-Fetch-Site: {site}\r\n");
            table.ask(&format!("{:.4} from {origin} {site}", line), 403, known, line, &headers);
        }
    }
    let preflight = "Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n";
    table.ask("a foreign preflight", 403, known, &format!("OPTIONS {RUN} HTTP/1.1"), preflight);
}

/// Headers that are meant to pass for a token and do not.
pub(super) fn wrong_tokens(known: &Known) -> Vec<(&'static str, String)> {
    let (token, secret) = (&known.token, secret(&known.token));
    let flipped = |at: usize| {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    let first = token.len() - secret.len();
    vec![
        ("no token", String::new()),
        ("an empty token", "Authorization: Bearer \r\n".to_owned()),
        ("an empty header", "Authorization:\r\n".to_owned()),
        ("the scheme alone", "Authorization: Bearer\r\n".to_owned()),
        ("another scheme", format!("Authorization: Basic {token}\r\n")),
        ("no scheme", format!("Authorization: {token}\r\n")),
        ("the first sign wrong", format!("Authorization: Bearer {}\r\n", flipped(first))),
        ("a middle sign wrong", format!("Authorization: Bearer {}\r\n", flipped(first + 20))),
        ("the last sign wrong", format!("Authorization: Bearer {}\r\n", flipped(token.len() - 1))),
        ("another's id", format!("Authorization: Bearer kmp_{}_{secret}\r\n", id(&known.other))),
        ("an id that is nobody's", format!("Authorization: Bearer kmp_0000000000_{secret}\r\n")),
        ("no id", format!("Authorization: Bearer kmp__{secret}\r\n")),
        ("cut short", format!("Authorization: Bearer {}\r\n", &token[..token.len() - 1])),
        ("the id alone", format!("Authorization: Bearer kmp_{}_\r\n", id(token))),
        ("a sign too many", format!("Authorization: Bearer {token}A\r\n")),
        ("in small letters", format!("Authorization: Bearer {}\r\n", token.to_lowercase())),
        ("in quotes", format!("Authorization: Bearer \"{token}\"\r\n")),
        (
            "a wrong one before a right one",
            format!("Authorization: Bearer x\r\nAuthorization: Bearer {token}\r\n"),
        ),
        ("two in one", format!("Authorization: Bearer x, Bearer {token}\r\n")),
        (
            "a wrong one, and a right one as the secret",
            format!("Authorization: Bearer x\r\nX-Secret: {token}\r\n"),
        ),
        ("a revoked one", format!("Authorization: Bearer {}\r\n", known.revoked)),
        ("an expired one", format!("Authorization: Bearer {}\r\n", known.expired)),
        ("as a cookie", format!("Cookie: token={token}\r\n")),
        ("as a key", format!("X-Key: Key {token}\r\n")),
        ("as a proxy's", format!("Proxy-Authorization: Bearer {token}\r\n")),
        ("the hash of nothing", format!("Authorization: Bearer sha256:{}\r\n", "0".repeat(64))),
        ("a name from a proxy", "X-Forwarded-User: Anna\r\nX-User: Anna\r\nRemote-User: Anna\r\n".to_owned()),
        ("a name's id", "X-Forwarded-For: 127.0.0.1\r\nForwarded: for=127.0.0.1\r\n".to_owned()),
        ("bytes that are no text", "Authorization: Bearer \u{43a}\u{43e}\u{442}\r\n".to_owned()),
        ("a long one", format!("Authorization: Bearer kmp_a_{}\r\n", "x".repeat(5_000))),
    ]
}

fn tokens(table: &mut Table, known: &Known) {
    let token = &known.token;
    for (name, header) in wrong_tokens(known) {
        table.bare(&format!("token: {name}"), 401, &known.victims, &format!("Host: a\r\n{header}"));
    }
    table.bare(
        "token: in the query",
        401,
        &format!("{PIPELINES}?token={token}&access_token={token}"),
        "Host: a\r\n",
    );
    table.bare(
        "token: tried at the config",
        401,
        "/relay/v1/config",
        "Host: a\r\nAuthorization: Bearer kmp_a_b\r\n",
    );
    table.bare("token: not for the numbers", 404, "/metrics", "Host: a\r\nX-Forwarded-For: 192.0.2.1\r\n");
}

fn somebody_elses(table: &mut Table, known: &Known) {
    let other = format!("Host: a\r\nAuthorization: {}\r\n", bearer(&known.other));
    let task = known.victims.rsplit('/').next().unwrap();
    table.bare("another's task", 404, &known.victims, &other);
    table.bare("another's task, with a query", 404, &format!("{}?owner=Anna", known.victims), &other);
    table.bare(
        "another's task in capitals",
        404,
        &known.victims.to_uppercase().replace("/KEY/API/V1/PIPELINE/STATUS", "/key/api/v1/pipeline/status"),
        &other,
    );
    let escaped = known.victims.replace(task, &format!("%{:02x}{}", task.as_bytes()[0], &task[1..]));
    table.bare("another's task, escaped", 404, &escaped, &other);
    table.bare("another's task, in part", 404, &known.victims, &format!("{other}Range: bytes=0-10\r\n"));
    table.bare("another's task, for a while", 404, &format!("{}?wait=1", known.victims), &other);
    table.bare(
        "another's task, by the key of its owner",
        404,
        &known.victims,
        &format!("{other}X-Secret: {}\r\n", known.token),
    );
    let head = format!("HEAD {} HTTP/1.1\r\n{other}Connection: close\r\n\r\n", known.victims);
    table.add("another's task by HEAD", &[405], head);
}

fn bodies(table: &mut Table, known: &Known) {
    let sized = |body: &str| format!("Content-Length: {}\r\nConnection: close\r\n", body.len());
    table.body("64 KiB and one byte", &[413], known, "Content-Length: 65537\r\nConnection: close\r\n", b"x");
    table.body("ten gigabytes", &[413], known, "Content-Length: 10737418240\r\n", b"x");
    table.body(
        "a body it waits to be asked for",
        &[413],
        known,
        "Content-Length: 99999999\r\nExpect: 100-continue\r\n",
        b"",
    );
    let part = "--edge\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n";
    let many = [
        format!("{:x}\r\n{part}\r\n", part.len()).into_bytes(),
        [b"1000\r\n".to_vec(), vec![b'x'; 4_096], b"\r\n".to_vec()].concat().repeat(40),
    ]
    .concat();
    table.body("160 KiB in chunks", &[413], known, "Transfer-Encoding: chunked\r\n", &many);
    table.body("a body that never comes", &[408], known, "Content-Length: 1000\r\n", b"");
    table.body("a body byte by byte", &[408], known, "Content-Length: 1000\r\n", part.as_bytes());
    table.dripped_after("\r\n\r\n");
    table.body("a chunk that never comes", &[408], known, "Transfer-Encoding: chunked\r\n", b"10\r\n--edge");
    let good = form("p", "кот");
    let params = |params: &str| run_form("p", params);
    for (name, status, body) in [
        ("no form in the form", 400, "x".to_owned()),
        ("a form without its end", 400, good[..good.len() - 10].to_owned()),
        (
            "a form of many parts",
            400,
            "--edge\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n".repeat(900),
        ),
        (
            "a part with many headers",
            400,
            format!("--edge\r\n{}\r\n1\r\n--edge--\r\n", "X: 1\r\n".repeat(5_000)),
        ),
        ("params that are deep", 400, params(&"{\"a\":".repeat(5_000))),
        ("params that are a number", 400, params("1e999")),
        ("params that are no text", 400, params("\u{0}")),
        ("a prompt of 1001", 400, form("p", &"x".repeat(1_001))),
        (
            "a size of a gigapixel",
            400,
            params("{\"type\":\"GENERATE\",\"width\":1000000000,\"generateParams\":{\"query\":\"x\"}}"),
        ),
        (
            "a hundred pictures",
            400,
            params("{\"type\":\"GENERATE\",\"numImages\":100,\"generateParams\":{\"query\":\"x\"}}"),
        ),
        ("a pipeline with a line break", 400, form("p\r\nX-Evil: 1", "кот")),
        (
            "a pipeline twice",
            400,
            format!("--edge\r\nContent-Disposition: form-data; name=\"pipeline_id\"\r\n\r\nq\r\n{good}"),
        ),
    ] {
        table.body(name, &[status], known, &sized(&body), body.as_bytes());
    }
    for kind in [
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/mixed; boundary=edge",
    ] {
        let headers = format!("Content-Type: {kind}\r\nContent-Length: 2\r\n");
        table.ask(&format!("a run as {kind}"), 415, known, &format!("POST {RUN} HTTP/1.1"), &headers);
        table.0.last_mut().unwrap().bytes.extend_from_slice(b"{}");
    }
    let headers = "Content-Type: multipart/form-data\r\nContent-Length: 2\r\n";
    table.ask("a form without a boundary", 400, known, &format!("POST {RUN} HTTP/1.1"), headers);
    table.0.last_mut().unwrap().bytes.extend_from_slice(b"{}");
}

/// Everything that is tried at any relay.
pub(super) fn everything(known: &Known) -> Vec<Attack> {
    let mut table = Table::default();
    for part in [addressed_elsewhere, paths, methods, lengths, heads, pages, tokens, somebody_elses, bodies] {
        part(&mut table, known);
    }
    table.0
}

/// What of it is tried at one picture.
pub(super) fn at_a_picture(known: &Known) -> Vec<Attack> {
    let mut table = Table::default();
    for part in [methods, pages, tokens, somebody_elses] {
        part(&mut table, known);
    }
    table.0
}
