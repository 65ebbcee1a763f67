//! Numbers as people read them.

/// A number with up to three decimals and no zeros at its end. The standard library's exact writer costs the app more
/// than ten kilobytes, for digits that no version and no duration of this service has.
///
/// What lies beyond ±9·10¹⁵ is written as that bound, and what is no number as 0.
#[must_use]
pub fn decimal(number: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "saturates, as is said above")]
    let thousandths =
        ((number * 1_000.0).round() as i64).clamp(-9_000_000_000_000_000_000, 9_000_000_000_000_000_000);
    let sign = if thousandths < 0 { "-" } else { "" };
    let (whole, rest) = (thousandths.unsigned_abs() / 1_000, thousandths.unsigned_abs() % 1_000);
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    format!("{sign}{whole}.{rest:03}").trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn a_number_is_written_with_the_decimals_it_needs_and_at_most_three() {
        for (number, text) in [
            (0.0, "0"),
            (3.1, "3.1"),
            (13.0, "13"),
            (4.25, "4.25"),
            (0.001, "0.001"),
            (1.0 / 3.0, "0.333"),
            (2.9996, "3"),
            (-0.5, "-0.5"),
            (-2.0, "-2"),
            (0.1 + 0.2, "0.3"),
        ] {
            assert_eq!(decimal(number), text);
        }
    }

    #[test]
    fn what_cannot_be_written_so_does_not_panic() {
        assert_eq!(decimal(f64::NAN), "0");
        assert_eq!(decimal(f64::INFINITY), "9000000000000000");
        assert_eq!(decimal(-1e300), "-9000000000000000");
    }
}
