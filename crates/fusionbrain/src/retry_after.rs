//! How long the service asks to be left alone.

use crate::Headers;

/// `Retry-After` in seconds: a number, or a date counted against the answer's own `Date` (this crate has no clock,
/// and the client's may be wrong). A date that has passed is 0. `None` when it is missing or cannot be understood.
pub(crate) fn retry_after(headers: &Headers) -> Option<u32> {
    let value = headers.get("retry-after")?;
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // Too many digits mean "very long", not "unknown".
        return Some(value.parse().unwrap_or(u32::MAX));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let now = httpdate::parse_http_date(headers.get("date")?).ok()?;
    let wait = until.duration_since(now).unwrap_or_default();
    Some(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX))
}
