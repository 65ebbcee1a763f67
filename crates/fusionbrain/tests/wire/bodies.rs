//! What holds for every answer: pages, emptiness, cuts, and what a status means by itself.

use crate::table::check;
use fusionbrain::{ApiError, Headers, read_availability, read_pipelines, read_run, read_status, read_styles};

/// The same answer through all five readers; they must agree on what it is.
fn by_all(status: u16, headers: &Headers, body: &[u8]) -> ApiError {
    let errors = [
        read_pipelines(status, headers, body).unwrap_err(),
        read_availability(status, headers, body).unwrap_err(),
        read_run(status, headers, body).unwrap_err(),
        read_status(status, headers, body).unwrap_err(),
        read_styles(status, headers, body).unwrap_err(),
    ];
    assert!(errors.iter().all(|error| *error == errors[0]), "{errors:?}");
    errors.into_iter().next().unwrap()
}

fn html(status: u16, text: &str) -> ApiError {
    ApiError::Html { status, text: text.into(), retry_after: None }
}

#[test]
fn every_body_and_status() {
    let plain = Headers::none();
    let page = Headers::new([("Content-Type", "text/html; charset=utf-8")]);
    let unreadable = |text: &str| ApiError::Unreadable { so_far: text.into() };
    let cut = |text: &str| ApiError::CutBody { so_far: text.into() };
    let refused = |status, text: &str| ApiError::Refused { status, text: text.into(), retry_after: None };
    let server = |status, text: &str| ApiError::Server { status, text: text.into(), retry_after: None };
    let empty = |status| ApiError::Empty { status, retry_after: None };
    check(
        vec![
            ("a page with 200", (200, &plain, "<html>DDoS</html>"), html(200, "<html>DDoS</html>")),
            ("a page after white space", (200, &plain, "\r\n <!DOCTYPE html>"), html(200, "<!DOCTYPE html>")),
            ("a page by its content type", (200, &page, "Please wait"), html(200, "Please wait")),
            ("a page with 401 says nothing about keys", (401, &page, "<html>"), html(401, "<html>")),
            ("a page with 403", (403, &page, "<html>"), html(403, "<html>")),
            ("a page with 404 says nothing about tasks", (404, &plain, "<html>"), html(404, "<html>")),
            ("a page with 502", (502, &plain, "<html>"), html(502, "<html>")),
            ("an empty 200", (200, &plain, ""), empty(200)),
            ("an empty 204 of white space", (204, &plain, " \n"), empty(204)),
            ("an empty page", (200, &page, ""), empty(200)),
            ("a BOM alone", (200, &plain, "\u{feff}"), empty(200)),
            ("an empty 403", (403, &plain, ""), empty(403)),
            ("an empty 429", (429, &plain, ""), empty(429)),
            ("an empty 500", (500, &plain, ""), empty(500)),
            (
                "an empty 400 keeps its meaning",
                (400, &plain, ""),
                ApiError::BadRequest { text: String::new() },
            ),
            (
                "an empty 401 keeps its meaning",
                (401, &plain, ""),
                ApiError::Unauthorized { text: String::new() },
            ),
            (
                "an empty 415 keeps its meaning",
                (415, &page, ""),
                ApiError::UnsupportedMediaType { text: String::new() },
            ),
            ("403", (403, &plain, "Forbidden"), refused(403, "Forbidden")),
            ("429", (429, &plain, "Too many"), refused(429, "Too many")),
            ("another 4xx", (418, &plain, "teapot"), refused(418, "teapot")),
            ("a redirect that was not followed", (302, &plain, "elsewhere"), refused(302, "elsewhere")),
            ("500 with a message", (500, &plain, r#"{"message":"Ой","error":"E"}"#), server(500, "Ой")),
            ("503 with only an error", (503, &plain, r#"{"message":null,"error":"E"}"#), server(503, "E")),
            ("599 with neither", (599, &plain, r#"{"x":1}"#), server(599, r#"{"x":1}"#)),
            (
                "an error in plain text",
                (500, &plain, " upstream\r\ndied \u{7} "),
                server(500, "upstream  died"),
            ),
            ("JSON cut short", (200, &plain, r#"{"status":"DO"#), cut(r#"{"status":"DO"#)),
            ("JSON cut short in a list", (200, &plain, r#"[{"id":"a"},"#), cut(r#"[{"id":"a"},"#)),
            ("bad JSON", (200, &plain, "{'status':'DONE'}"), unreadable("{'status':'DONE'}")),
            ("plain text", (200, &plain, "OK"), unreadable("OK")),
            ("a number", (200, &plain, "42"), unreadable("42")),
            ("JSON under a page's name is still read", (200, &page, r#"{"a":1}"#), unreadable(r#"{"a":1}"#)),
            ("a JSON error under a page's name", (500, &page, r#"{"message":"m"}"#), server(500, "m")),
        ],
        |(status, headers, body)| by_all(*status, headers, body.as_bytes()),
    );
}

#[test]
fn bytes_that_are_no_utf8_cost_only_themselves() {
    assert!(read_status(200, &Headers::none(), b"{\"status\":\"DONE\",\"x\":\"\xff\xfe\"}").is_ok());
    assert_eq!(by_all(200, &Headers::none(), b"\xff\xd8\xff").name(), "unreadable");
}

#[test]
fn endless_nesting_is_an_error_and_not_a_crash() {
    assert_eq!(by_all(200, &Headers::none(), "[".repeat(100_000).as_bytes()).name(), "unreadable");
    assert_eq!(by_all(500, &Headers::none(), "[".repeat(100_000).as_bytes()).name(), "server");
}

#[test]
fn a_long_text_is_cut_at_2000_characters_and_marked() {
    for (body, name) in [("я".repeat(2001), "unreadable"), ("<".repeat(60_000), "html")] {
        let error = by_all(200, &Headers::none(), body.as_bytes());
        assert_eq!(error.name(), name);
        assert_eq!(error.text().chars().count(), 2000);
        assert!(error.text().ends_with('…'));
    }
    let whole = "я".repeat(2000);
    assert_eq!(by_all(200, &Headers::none(), whole.as_bytes()).text(), whole);
}

#[test]
fn retry_after_in_all_its_forms() {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    let wait = |value: &str, date: Option<&str>| {
        let mut headers = vec![("retry-After", value)];
        headers.extend(date.map(|date| ("DATE", date)));
        let headers = Headers::new(headers);
        let waits = [(429, "no"), (403, "no"), (503, "no"), (503, ""), (200, ""), (200, "<p>")]
            .map(|(status, body)| by_all(status, &headers, body.as_bytes()).retry_after());
        assert!(waits.iter().all(|wait| *wait == waits[0]), "{waits:?}");
        waits[0]
    };
    check(
        vec![
            ("seconds", ("120", None), Some(120)),
            ("zero", ("0", None), Some(0)),
            ("white space", (" 7 ", None), Some(7)),
            ("more than fits", ("99999999999999999999", None), Some(u32::MAX)),
            ("a date against the answer's own", ("Sun, 06 Nov 1994 08:50:07 GMT", Some(date)), Some(30)),
            ("the old forms of a date", ("Sunday, 06-Nov-94 08:50:07 GMT", Some(date)), Some(30)),
            ("a date that has passed", ("Sun, 06 Nov 1994 08:00:00 GMT", Some(date)), Some(0)),
            ("a date without anything to count from", ("Sun, 06 Nov 1994 08:50:07 GMT", None), None),
            ("a negative number", ("-5", None), None),
            ("a fraction", ("1.5", None), None),
            ("nonsense", ("soon", Some(date)), None),
            ("nothing", ("", None), None),
        ],
        |(value, date)| wait(value, *date),
    );
    assert_eq!(by_all(429, &Headers::none(), b"no").retry_after(), None);
}

#[test]
fn which_errors_pass() {
    let at = |status: u16, body: &str| by_all_but_404(status, body);
    check(
        vec![
            ("400", at(400, "x"), ("bad-request", false)),
            ("401", at(401, "x"), ("unauthorized", false)),
            ("403", at(403, "x"), ("refused", false)),
            ("404", at(404, "x"), ("not-found", false)),
            ("408", at(408, "x"), ("refused", true)),
            ("415", at(415, "x"), ("unsupported-media-type", false)),
            ("429", at(429, "x"), ("refused", true)),
            ("500", at(500, "x"), ("server", true)),
            ("a page", at(403, "<p>"), ("html", true)),
            ("nothing", at(403, ""), ("empty", true)),
            ("bad JSON", at(200, "x"), ("unreadable", true)),
            ("a cut", at(200, "{"), ("cut-body", true)),
            ("no answer at all", ApiError::Unreachable, ("unreachable", true)),
        ],
        |error| (error.name(), error.is_passing()),
    );
}

fn by_all_but_404(status: u16, body: &str) -> ApiError {
    read_styles(status, &Headers::none(), body.as_bytes()).unwrap_err()
}

#[test]
fn an_error_shows_its_name_status_and_text() {
    assert_eq!(by_all_but_404(502, "gone").to_string(), "server (502): gone");
    assert_eq!(by_all_but_404(502, "").to_string(), "empty (502)");
    assert_eq!(ApiError::Unreachable.to_string(), "unreachable");
    let error = by_all_but_404(502, "gone");
    assert_eq!(serde_json::from_str::<ApiError>(&serde_json::to_string(&error).unwrap()).unwrap(), error);
}
