//! What is tried at a relay that holds: to read, to wait for, and above all to acknowledge somebody else's picture, which
//! would take it from them for ever.

use super::table::{Attack, Known, Table, wrong_tokens};
use crate::support::people::bearer;

/// A request of somebody else's who may come in, or of nobody's.
fn request(method: &str, path: &str, headers: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: a\r\n{headers}Connection: close\r\n\r\n")
}

fn others(known: &Known) -> String {
    format!("Authorization: {}\r\n", bearer(&known.other))
}

/// Where the victim's picture is acknowledged.
fn result(known: &Known) -> String {
    known.victims.replace("/key/api/v1/pipeline/status/", "/relay/v1/results/")
}

fn acknowledged_by_others(table: &mut Table, known: &Known) {
    let (result, other) = (result(known), others(known));
    for (name, header) in wrong_tokens(known) {
        let name = format!("token: {name}, to acknowledge");
        table.add(&name, &[401], request("DELETE", &result, &header));
    }
    let mut refused = |name: &str, status: u16, path: &str, headers: &str| {
        table.add(name, &[status], request("DELETE", path, &format!("{other}{headers}")));
    };
    refused("another's acknowledgement", 404, &result, "");
    refused("another's, with a query", 404, &format!("{result}?owner=Anna&wait=1"), "");
    refused(
        "another's, by the name of its owner",
        404,
        &result,
        "X-Forwarded-User: Anna\r\nX-User: Anna\r\n",
    );
    refused("another's, as its owner's key", 404, &result, &format!("X-Secret: {}\r\n", known.token));
    refused("another's, whatever it is by now", 404, &result, "If-Match: *\r\nIf-None-Match: x\r\n");
    refused("another's, with a body", 404, &result, "Content-Length: 0\r\n");
    let (folder, task) = result.rsplit_once('/').unwrap();
    let escaped = format!("{folder}/%{:02x}{}", task.as_bytes()[0], &task[1..]);
    refused("another's, escaped", 404, &escaped, "");
    for (name, origin) in [("foreign", "https://evil.example"), ("none", "null")] {
        refused(&format!("an acknowledgement from {name}"), 403, &result, &format!("Origin: {origin}\r\n"));
    }
    refused("an acknowledgement by a foreign picture", 403, &result, "Sec-Fetch-Site: cross-site\r\n");
    let preflight = "Origin: https://evil.example\r\nAccess-Control-Request-Method: DELETE\r\n";
    table.add("a foreign preflight for it", &[403], request("OPTIONS", &result, preflight));
    // One after the other on one connection: the first must not have opened the second.
    let head = format!("Host: a\r\n{other}");
    let both = format!(
        "DELETE {result} HTTP/1.1\r\n{head}\r\nGET {} HTTP/1.1\r\n{head}Connection: close\r\n\r\n",
        known.victims
    );
    table.add("another's, and then to read it", &[404, 404], both);
    let hidden = format!(
        "DELETE {folder}/nothing HTTP/1.1\r\n{head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\
         DELETE {result} HTTP/1.1\r\nHost: a\r\nAuthorization: {}\r\n\r\n",
        bearer(&known.token)
    );
    // The first is answered by its chunks, and nothing that follows is read.
    table.add("the owner's acknowledgement, hidden behind another", &[404], hidden);
}

fn by_its_owner_and_yet_not(table: &mut Table, known: &Known) {
    let result = result(known);
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "TRACE", "OPTIONS", "delete", "JUMP"] {
        table.ask(
            &format!("{method} of a result"),
            405,
            known,
            &format!("{method} {result} HTTP/1.1"),
            "X-HTTP-Method-Override: DELETE\r\n",
        );
        let nobodys = request(method, &result, "");
        table.add(&format!("{method} of a result by nobody"), &[401], nobodys);
        let anothers = request(method, &result, &others(known));
        table.add(&format!("{method} of a result by another"), &[405], anothers);
    }
    let (folder, task) = result.rsplit_once('/').unwrap();
    for name in [
        "nothing",
        "*",
        "%2a",
        "aaaabbbb*",
        "..",
        ".",
        "%2e%2e",
        "..%2fresults",
        "a%2fb",
        "a%5cb",
        "a%00",
        "a%0d%0aDEL%20x",
        "a%20b",
        "a:b",
        "task:a",
        "[a-z]*",
        "%D0%BA%D0%BE%D1%82",
        "",
        "a/b",
    ] {
        let line = format!("DELETE {folder}/{name} HTTP/1.1");
        table.ask(&format!("acknowledged {name}"), 404, known, &line, "");
    }
    for (status, path) in [
        (404, format!("{folder}/{}", task.to_uppercase())),
        (404, format!("{folder}/{}", &task[..task.len() - 1])),
        (404, format!("{folder}/{task}%00")),
        (404, format!("{folder}/{task}/")),
        (404, format!("/{folder}/{task}")),
        (404, format!("{}/{task}", folder.to_uppercase())),
        (404, folder.to_owned()),
        (404, format!("{folder}/{}", "x".repeat(129))),
        (414, format!("{folder}/{}", "x".repeat(4_000))),
    ] {
        table.ask(&format!("acknowledged {path:.60}"), status, known, &format!("DELETE {path} HTTP/1.1"), "");
    }
}

/// A stranger is told at once, however long they want to wait. That an attack ends sooner than the longest wait is looked
/// at by who runs it.
fn waited_for(table: &mut Table, known: &Known) {
    let (headers, unknown) = (format!("Host: a\r\n{}", others(known)), "/key/api/v1/pipeline/status/nothing");
    for wait in
        ["25", "600", "-1", "0", "", "NaN", "inf", "1e308", "9e99", "0x10", "1,5", "25&wait=25", "%32%35"]
    {
        table.bare(
            &format!("another's, in {wait} s"),
            404,
            &format!("{}?wait={wait}", known.victims),
            &headers,
        );
        table.bare(&format!("nothing, in {wait} s"), 404, &format!("{unknown}?wait={wait}"), &headers);
    }
    let long = "9".repeat(1_000);
    table.bare("another's, for ever", 404, &format!("{}?wait={long}", known.victims), &headers);
    table.bare("another's, by nobody", 401, &format!("{}?wait=25", known.victims), "Host: a\r\n");
}

/// What is tried at a relay that holds, and nowhere else, around one picture.
pub(super) fn at_what_is_held(known: &Known) -> Vec<Attack> {
    let mut table = Table::default();
    for part in [acknowledged_by_others, by_its_owner_and_yet_not, waited_for] {
        part(&mut table, known);
    }
    table.0
}
