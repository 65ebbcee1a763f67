//! A moment as people write it, without a clock and without a crate of time zones.

use crate::Ms;

/// A moment in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) year: u64,
    pub(crate) month: u8,
    pub(crate) day: u8,
    pub(crate) hour: u8,
    pub(crate) minute: u8,
    pub(crate) second: u8,
}

impl Moment {
    /// From milliseconds since 1970.
    pub(crate) fn of(moment: Ms) -> Self {
        let seconds = moment / 1000;
        let small = |number: u64| u8::try_from(number).unwrap_or(0);
        // Days since 1 March of the year 0, in eras of 400 years: with February last, a leap day ends the year
        // (Howard Hinnant, "chrono-compatible low-level date algorithms").
        let days = seconds / 86_400 + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march = (5 * day_of_year + 2) / 153;
        let month = if march < 10 { march + 3 } else { march - 9 };
        Self {
            year: era * 400 + year_of_era + u64::from(month <= 2),
            month: small(month),
            day: small(day_of_year - (153 * march + 2) / 5 + 1),
            hour: small(seconds / 3600 % 24),
            minute: small(seconds / 60 % 60),
            second: small(seconds % 60),
        }
    }

    /// Milliseconds since 1970. Of what no calendar has, something near.
    pub(crate) fn ms(self) -> Ms {
        let month = u64::from(self.month);
        let year = self.year.clamp(1970, 9999) - u64::from(month <= 2);
        let march = if month > 2 { month.min(12) - 3 } else { month + 9 };
        let (era, year_of_era) = (year / 400, year % 400);
        let day_of_year = (153 * march + 2) / 5 + u64::from(self.day.max(1)) - 1;
        let days =
            era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
        (days * 86_400 + u64::from(self.hour) * 3600 + u64::from(self.minute) * 60 + u64::from(self.second))
            * 1000
    }

    /// `2026-11-22`.
    pub(crate) fn date(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// `20261122-190833`, in which letters' order is time's order.
    pub(crate) fn stamp(self) -> String {
        format!(
            "{:04}{:02}{:02}-{:02}{:02}{:02}",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn moments_are_written_as_calendars_have_them() {
        for (moment, stamp) in [
            (0, "19700101-000000"),
            (951_782_399_000, "20000228-235959"),
            (951_782_400_000, "20000229-000000"),
            (951_868_800_000, "20000301-000000"),
            (1_735_689_599_999, "20241231-235959"),
            (1_795_374_513_000, "20261122-190833"),
            (4_107_542_400_000, "21000301-000000"),
            (8_640_000_000_000_000, "2757600913-000000"),
        ] {
            assert_eq!(Moment::of(moment).stamp(), stamp);
            if moment < 8_000_000_000_000_000 {
                assert_eq!(Moment::of(moment).ms(), moment / 1000 * 1000, "{stamp}, there and back");
            }
        }
        assert_eq!(Moment::of(1_795_374_513_000).date(), "2026-11-22");
        let _ = Moment::of(u64::MAX).date();
    }
}
