//! Errors as the real service words them: the JSON of Spring, the framework it is built with.

use serde_json::json;

use crate::reply::{Reply, ReplyBody};
use crate::request::Request;

/// What the service says about a model that is not there.
pub(crate) const NO_PIPELINE: &str = "Модель не найдена";
/// What it says about a task that is not there (any more).
pub(crate) const NO_TASK: &str = "Задание не найдено";

/// An error reply: `{timestamp, status, error, message, path}`.
pub(crate) fn error(request: &Request<'_>, status: u16, message: &str, now_ms: u64) -> Reply {
    let body = json!({
        "timestamp": timestamp(now_ms),
        "status": status,
        "error": reason(status),
        "message": message,
        "path": request.path,
    });
    Reply::json(status, &body)
}

/// An error that a `sim:` word asked for; 429 and 503 come with a `Retry-After`, as limiters send it.
pub(crate) fn asked_for(request: &Request<'_>, status: u16, missing: &str, now_ms: u64) -> Reply {
    let message = match status {
        400 => "Текстовое описание слишком длинное",
        401 => UNAUTHORIZED,
        403 => "Access Denied",
        404 => missing,
        415 => "Content-Type 'application/octet-stream' is not supported.",
        429 => "Слишком много запросов",
        500 => "Внутренняя ошибка сервера",
        503 => "Сервис временно недоступен",
        other => reason(other),
    };
    let reply = error(request, status, message, now_ms);
    if matches!(status, 429 | 503) { reply.with_header("Retry-After", "2".to_owned()) } else { reply }
}

pub(crate) const UNAUTHORIZED: &str = "Full authentication is required to access this resource";

/// The page of an anti-DDoS front in place of an answer.
pub(crate) fn html_page() -> Reply {
    let page = "<!DOCTYPE html>\n<html><head><title>Checking your browser</title></head>\n\
                <body><h1>One moment, please</h1><p>We are checking your browser before you go on. \
                This page is simulated (sim:html).</p></body></html>\n";
    let reply = Reply::of(200, ReplyBody::Bytes(page.as_bytes().to_vec()));
    Reply { content_type: "text/html; charset=utf-8", ..reply }
}

fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        413 => "Payload Too Large",
        415 => "Unsupported Media Type",
        418 => "I'm a teapot",
        422 => "Unprocessable Entity",
        423 => "Locked",
        429 => "Too Many Requests",
        451 => "Unavailable For Legal Reasons",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Error",
    }
}

/// Milliseconds since 1970 as Spring writes them: `2025-08-14T09:30:00.123+00:00`.
fn timestamp(now_ms: u64) -> String {
    // Year 9999 is the last the format has room for.
    let now_ms = now_ms.min(253_402_300_799_999);
    let (days, ms) = (now_ms / 86_400_000, now_ms % 86_400_000);
    // Civil date from days (Howard Hinnant): years begin in March, so that the leap day comes last.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}+00:00", ms % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_dates() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000+00:00"),
            (951_782_400_001, "2000-02-29T00:00:00.001+00:00"),
            (1_755_163_800_123, "2025-08-14T09:30:00.123+00:00"),
            (1_798_761_599_999, "2026-12-31T23:59:59.999+00:00"),
            (u64::MAX, "9999-12-31T23:59:59.999+00:00"),
        ] {
            assert_eq!(timestamp(ms), text);
        }
    }
}
