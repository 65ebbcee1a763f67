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
    let wait = seconds_of(value)?.saturating_sub(seconds_of(headers.get("date")?)?);
    Some(u32::try_from(wait).unwrap_or(u32::MAX))
}

/// The seconds from the year 0 to an HTTP date in any of its three forms (RFC 9110, 5.6.7). They differ in order and
/// punctuation only, so one reading fits all; a crate for it is six kilobytes of the app.
fn seconds_of(date: &str) -> Option<u64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let (mut month, mut time, mut numbers) = (None, None, Vec::new());
    for word in date.split([' ', ',', '-']) {
        if let Some((hours, rest)) = word.split_once(':') {
            let (minutes, seconds) = rest.split_once(':')?;
            let part = |text: &str, limit: u64| text.parse::<u64>().ok().filter(|n| *n < limit);
            // A leap second is a second too.
            time = Some(part(hours, 24)? * 3_600 + part(minutes, 60)? * 60 + part(seconds, 61)?);
        } else if let Ok(number) = word.parse::<u64>() {
            numbers.push(number);
        } else if word.len() == 3 && month.is_none() {
            month = MONTHS.find(word).filter(|at| at % 3 == 0).map(|at| at as u64 / 3);
        }
    }
    let [day @ 1..=31, year @ 0..=9999] = numbers[..] else { return None };
    let month = month?;
    let year = match year {
        0..70 => year + 2000,
        70..100 => year + 1900,
        year => year,
    };
    // March begins the year, so that the leap day ends it.
    let (y, m) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let days = y * 365 + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day;
    Some(days * 86_400 + time?)
}

#[cfg(test)]
mod tests {
    use super::seconds_of;

    #[test]
    fn the_three_forms_of_a_date_are_one_moment() {
        let moment = seconds_of("Sun, 06 Nov 1994 08:49:37 GMT").expect("a date");
        assert_eq!(seconds_of("Sunday, 06-Nov-94 08:49:37 GMT"), Some(moment));
        assert_eq!(seconds_of("Sun Nov  6 08:49:37 1994"), Some(moment));
        // 784111777 seconds after 1970, as RFC 9110's example is.
        assert_eq!(moment - seconds_of("Thu, 01 Jan 1970 00:00:00 GMT").expect("a date"), 784_111_777);
    }

    #[test]
    fn days_are_counted_over_leap_years_and_year_ends() {
        let days = |from, to| {
            let at = |day: &str| seconds_of(&format!("Mon, {day} 00:00:00 GMT")).expect("a date");
            (at(to) - at(from)) / 86_400
        };
        assert_eq!(days("28 Feb 2024", "01 Mar 2024"), 2);
        assert_eq!(days("28 Feb 2025", "01 Mar 2025"), 1);
        assert_eq!(days("31 Dec 2025", "01 Jan 2026"), 1);
        assert_eq!(days("01 Jan 2000", "01 Jan 2100"), 36_525);
    }

    #[test]
    fn what_is_no_date_is_none_and_never_a_panic() {
        for text in [
            "",
            "soon",
            "Sun, 06 Nov 1994",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Abc 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 25:49:37 GMT",
            "06 Nov 1994 8:4 GMT",
            "Jan 1 1 0 00:00:00",
            "::",
            "Sun, 06 Nov 99999 08:49:37 GMT",
        ] {
            assert_eq!(seconds_of(text), None, "{text}");
        }
    }
}
