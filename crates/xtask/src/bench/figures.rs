//! From samples to figures: what each round comes to, the median of that, and what it has to be.

use anyhow::{Context, Result};
use serde_json::Value;
use std::fmt::Write as _;

/// What the samples of one round come to.
#[derive(Clone, Copy)]
enum Sum {
    /// The value in the middle.
    Median,
    /// The value that 98 of 100 do not exceed.
    Most98,
    /// The highest.
    Highest,
    /// How many exceed a number.
    Over(f64),
}

/// What a figure has to be.
#[derive(Clone, Copy)]
enum Bound {
    /// With many pictures at most so much more than with few.
    More(f64),
    /// With many pictures at most so much.
    Most(f64),
    /// Nothing: it explains the others.
    Free,
}

/// A line of the table: its words, which samples, what is made of them, what it has to be.
type Line = (&'static str, &'static str, Sum, Bound);

/// A frame longer than this is seen as a jerk; a keystroke that takes longer is felt. Milliseconds.
const FELT: f64 = 50.0;

const LINES: [Line; 31] = [
    ("open: first tiles, ms", "warm-tiles", Sum::Median, Bound::More(300.0)),
    ("open: first ten with their pictures, ms", "warm-drawn", Sum::Median, Bound::More(300.0)),
    ("open: everything read, ms", "warm-read", Sum::Median, Bound::Free),
    ("cold open: first tiles, ms", "cold-tiles", Sum::Median, Bound::More(300.0)),
    ("cold open: first ten with their pictures, ms", "cold-drawn", Sum::Median, Bound::More(300.0)),
    ("cold open: everything read, ms", "cold-read", Sum::Median, Bound::Free),
    ("wheel: frame, median, ms", "wheel-frames", Sum::Median, Bound::Free),
    ("wheel: longest frame, ms", "wheel-frames", Sum::Highest, Bound::Most(FELT)),
    ("wheel: frames over 50 ms", "wheel-frames", Sum::Over(FELT), Bound::Free),
    ("wheel: processor time a frame, mean, ms", "wheel-work", Sum::Median, Bound::Free),
    ("    of it scripts", "wheel-script", Sum::Median, Bound::Free),
    ("    of it styles", "wheel-style", Sum::Median, Bound::Free),
    ("    of it layout", "wheel-layout", Sum::Median, Bound::Free),
    ("wheel: longest task of the page, ms", "wheel-tasks", Sum::Highest, Bound::Free),
    ("whole grid: frame, median, ms", "whole-frames", Sum::Median, Bound::Free),
    ("whole grid: longest frame, ms", "whole-frames", Sum::Highest, Bound::Most(FELT)),
    ("whole grid: frames over 50 ms", "whole-frames", Sum::Over(FELT), Bound::Free),
    ("whole grid: processor time a frame, mean, ms", "whole-work", Sum::Median, Bound::Free),
    ("    of it scripts", "whole-script", Sum::Median, Bound::Free),
    ("    of it styles", "whole-style", Sum::Median, Bound::Free),
    ("    of it layout", "whole-layout", Sum::Median, Bound::Free),
    ("whole grid: longest task of the page, ms", "whole-tasks", Sum::Highest, Bound::Free),
    ("jump to a far place: longest frame, median, ms", "jump", Sum::Median, Bound::Free),
    ("jump to a far place: longest frame, ms", "jump", Sum::Highest, Bound::Most(FELT)),
    ("heap growth, opened, MB", "heap-opened", Sum::Median, Bound::Free),
    ("heap growth, scrolled through, MB", "heap-scrolled", Sum::Median, Bound::Most(60.0)),
    ("addresses of pictures held, scrolled through", "urls", Sum::Median, Bound::Free),
    ("search: keystroke to paint, median, ms", "search", Sum::Median, Bound::Free),
    ("search: keystroke to paint, p98, ms", "search", Sum::Most98, Bound::Most(FELT)),
    ("prompt: keystroke to paint, p98, ms", "prompt", Sum::Most98, Bound::Most(FELT)),
    ("prompt while the library is read, p98, ms", "prompt-reading", Sum::Most98, Bound::Most(FELT)),
];

/// A line's figures.
pub(crate) struct Figure {
    line: Line,
    few: Option<f64>,
    many: Option<f64>,
}

impl Figure {
    /// Whether a bound is missed. What was not measured misses none.
    pub(crate) fn is_missed(&self) -> bool {
        match (self.line.3, self.few, self.many) {
            (Bound::More(most), Some(few), Some(many)) => many - few > most,
            (Bound::Most(most), _, Some(many)) => many > most,
            _ => false,
        }
    }
}

/// The figures of an engine, from samples in JSON, one a line.
pub(crate) fn of(samples: &str, engine: &str) -> Result<Vec<Figure>> {
    let samples: Vec<Value> = samples
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("this is no sample: {line}")))
        .collect::<Result<_>>()?;
    let rounds = |what: &str, few: bool| -> Vec<Vec<f64>> {
        let of_it = |sample: &&Value| {
            sample["engine"] == engine && sample["what"] == what && sample["few"] == Value::Bool(few)
        };
        let values = |sample: &Value| -> Vec<f64> {
            sample["values"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
        };
        samples.iter().filter(of_it).map(values).collect()
    };
    let figure = |line: Line| {
        let one = |few| over_rounds(&rounds(line.1, few), line.2);
        Figure { line, few: one(true), many: one(false) }
    };
    Ok(LINES.map(figure).into())
}

/// The median over the rounds of what each comes to.
fn over_rounds(rounds: &[Vec<f64>], sum: Sum) -> Option<f64> {
    let each: Vec<f64> = rounds.iter().filter_map(|round| summed(round, sum)).collect();
    median(&each)
}

fn summed(values: &[f64], sum: Sum) -> Option<f64> {
    match sum {
        _ if values.is_empty() => None,
        Sum::Median => median(values),
        Sum::Most98 => at(values, 98),
        Sum::Highest => at(values, 100),
        Sum::Over(most) => Some(values.iter().filter(|value| **value > most).count() as f64),
    }
}

/// The least value that so many of a hundred do not exceed (nearest rank).
fn at(values: &[f64], percent: usize) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (values.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

/// The value in the middle, of an even number the mean of the two there.
fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(values.len() / 2)?;
    let lower = sorted.get(values.len().checked_sub(1)? / 2)?;
    Some(f64::midpoint(*lower, *upper))
}

/// The table for people.
pub(crate) fn table(figures: &[Figure], pictures: u32) -> String {
    let mut text =
        format!("{:46}{:>10}{:>10}{:>10}{:>8}   bound\n", "pictures", "10", pictures, "more", "times");
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"));
    for figure in figures {
        let both = figure.few.zip(figure.many);
        let times = both.filter(|(few, _)| *few > 0.0).map(|(few, many)| many / few);
        let bound = match figure.line.3 {
            Bound::More(most) => format!("{most} more"),
            Bound::Most(most) => format!("{most}"),
            Bound::Free => String::new(),
        };
        let verdict = match figure.line.3 {
            Bound::Free => "",
            _ if figure.many.is_none() => "  not measured",
            _ if figure.is_missed() => "  MISSED",
            _ => "  kept",
        };
        let _ = writeln!(
            text,
            "{:46}{:>10}{:>10}{:>10}{:>8}   {bound}{verdict}",
            figure.line.0,
            number(figure.few),
            number(figure.many),
            number(both.map(|(few, many)| many - few)),
            number(times),
        );
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[7.0]), Some(7.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[9.0, 1.0, 2.0, 4.0]), Some(3.0));
    }

    #[test]
    fn p98_is_a_value_that_was_measured() {
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(at(&hundred, 98), Some(98.0));
        assert_eq!(
            at(&hundred[..50], 98),
            Some(99.0),
            "the second worst of 50 is worse than p98: of 49 it is"
        );
        assert_eq!(at(&[3.0], 98), Some(3.0));
        assert_eq!(at(&[], 98), None);
    }

    #[test]
    fn a_round_without_values_does_not_count() {
        let rounds = [vec![10.0, 60.0, 70.0], vec![], vec![51.0, 2.0]];
        assert_eq!(over_rounds(&rounds, Sum::Over(50.0)), Some(1.5));
        assert_eq!(over_rounds(&rounds, Sum::Highest), Some(60.5));
        assert_eq!(over_rounds(&[vec![]], Sum::Highest), None);
    }

    fn sample(what: &str, few: bool, values: &str) -> String {
        format!("{{\"engine\":\"chromium\",\"what\":\"{what}\",\"few\":{few},\"values\":{values}}}\n")
    }

    fn figure<'a>(figures: &'a [Figure], words: &str) -> &'a Figure {
        figures.iter().find(|figure| figure.line.0 == words).unwrap()
    }

    #[test]
    fn a_bound_is_missed_by_the_median_of_the_rounds_alone() {
        let mut samples = String::new();
        for (few, many) in [(100, 300), (120, 900), (110, 411)] {
            samples += &sample("warm-tiles", true, &format!("[{few}]"));
            samples += &sample("warm-tiles", false, &format!("[{many}]"));
        }
        samples += &sample("search", false, "[10, 51]");
        samples += &sample("search", true, "[200]").replace("chromium", "firefox");
        let figures = of(&samples, "chromium").unwrap();
        let open = figure(&figures, "open: first tiles, ms");
        assert_eq!((open.few, open.many), (Some(110.0), Some(411.0)));
        assert!(open.is_missed(), "301 more");
        let search = figure(&figures, "search: keystroke to paint, p98, ms");
        assert_eq!((search.few, search.many), (None, Some(51.0)));
        assert!(search.is_missed());
        assert!(!figure(&figures, "heap growth, scrolled through, MB").is_missed(), "not measured");

        let text = table(&figures, 10_000);
        let line = |words: &str| text.lines().find(|line| line.starts_with(words)).unwrap().to_owned();
        assert!(
            line("open: first tiles").ends_with("110.0     411.0     301.0     3.7   300 more  MISSED"),
            "{text}"
        );
        assert!(
            line("search: keystroke to paint, p98").ends_with("-      51.0         -       -   50  MISSED")
        );
        assert!(line("heap growth, scrolled").ends_with("60  not measured"));
    }

    #[test]
    fn what_is_no_sample_is_named() {
        assert!(of("{\n", "chromium").is_err_and(|error| format!("{error:#}").contains("no sample: {")));
    }
}
