//! How long a picture usually takes, learned from one's own last pictures.

/// How many generations are remembered.
const KEPT: usize = 20;

/// The generation times of the last 20 pictures, in seconds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Learned {
    last: Vec<f64>,
}

impl Learned {
    /// What was remembered earlier; what is no sensible duration is dropped.
    #[must_use]
    pub fn restore(seconds: impl IntoIterator<Item = f64>) -> Self {
        let mut learned = Self::default();
        seconds.into_iter().for_each(|s| learned.add(s));
        learned
    }

    /// Takes one more generation time in seconds.
    pub fn add(&mut self, seconds: f64) {
        if !(seconds.is_finite() && (0.0..3_600.0).contains(&seconds)) {
            return;
        }
        if self.last.len() == KEPT {
            self.last.remove(0);
        }
        self.last.push(seconds);
    }

    /// The remembered times, oldest first, in seconds.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.last
    }

    /// The median in seconds; `None` before the first picture.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        let mut sorted = Vec::with_capacity(KEPT);
        // Twenty numbers need no sorting algorithm, which would be five kilobytes of the app.
        for s in &self.last {
            sorted.insert(sorted.partition_point(|have| have < s), *s);
        }
        let middle = sorted.len() / 2;
        match sorted.len() {
            0 => None,
            n if n % 2 == 1 => Some(sorted[middle]),
            _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_known_before_the_first_picture() {
        assert_eq!(Learned::default().median(), None);
    }

    #[test]
    fn one_slow_picture_does_not_spoil_the_estimate() {
        assert_eq!(Learned::restore([12.0, 13.0, 300.0]).median(), Some(13.0));
        assert_eq!(Learned::restore([12.0, 14.0]).median(), Some(13.0));
    }

    #[test]
    fn only_the_last_twenty_count() {
        let learned = Learned::restore((0..40).map(f64::from));
        assert_eq!(learned.times().len(), 20);
        assert_eq!(learned.times()[0], 20.0);
    }

    #[test]
    fn what_is_no_duration_is_dropped() {
        assert_eq!(Learned::restore([f64::NAN, -1.0, f64::INFINITY, 1e9]).median(), None);
    }
}
