//! `cargo xtask bench page`: what Lighthouse says of the built app, served by the real relay, with its default throttling.

use anyhow::{Context, Result};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// What is judged, and the least that will do.
const CATEGORIES: [(&str, f64); 4] =
    [("performance", 95.0), ("accessibility", 100.0), ("best-practices", 100.0), ("seo", 100.0)];

/// What is measured beside: its name in Lighthouse's report.
const MEASURED: [(&str, &str); 6] = [
    ("first-contentful-paint", "first paint, ms"),
    ("largest-contentful-paint", "largest paint, ms"),
    ("speed-index", "speed index, ms"),
    ("interactive", "time to usable, ms"),
    ("total-blocking-time", "blocked, ms"),
    ("cumulative-layout-shift", "layout shift"),
];

/// A relay that ends with this value.
pub(super) struct Served {
    relay: Child,
    /// Its address.
    pub(super) address: String,
}

impl Served {
    /// Serves the app with the simulator behind it.
    pub(super) fn start(relay: &Path, app: &Path) -> Result<Self> {
        let mut command = Command::new(relay);
        command
            .args(["--listen", "127.0.0.1:0", "--app"])
            .arg(app)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut relay = command.spawn().context("the relay does not start")?;
        let mut line = String::new();
        BufReader::new(relay.stdout.take().context("the relay has no output")?).read_line(&mut line)?;
        let start = line.find("http://").with_context(|| format!("the relay named no address: {line}"))?;
        let address = line[start..].split_whitespace().next().unwrap_or_default().to_owned();
        Ok(Self { relay, address })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.relay.kill();
        let _ = self.relay.wait();
    }
}

/// One run of Lighthouse.
pub(super) fn judge(lighthouse: &Path, chromium: &Path, address: &str, report: &Path) -> Result<Value> {
    let mut command = Command::new("node");
    command
        .arg(lighthouse)
        .arg(address)
        .args(["--quiet", "--output=json", "--output-path"])
        .arg(report)
        .arg("--only-categories=performance,accessibility,best-practices,seo")
        .arg("--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run")
        .env("CHROME_PATH", chromium);
    crate::process::run(&mut command)?;
    let text =
        std::fs::read_to_string(report).with_context(|| format!("cannot read {}", report.display()))?;
    serde_json::from_str(&text).context("Lighthouse's report is not JSON")
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The table for people, beside an empty Leptos app; what is complained of; and whether all will do.
pub(super) fn table(reports: &[Value], empty: &[Value]) -> (String, bool) {
    let mut text = String::new();
    let mut good = true;
    let mut line = |words: &str, value: String, verdict: &str| {
        text.push_str(&format!("{words:28}{value:>10}   {verdict}\n"));
    };
    for (name, least) in CATEGORIES {
        let score = median(
            reports
                .iter()
                .map(|report| report["categories"][name]["score"].as_f64().unwrap_or(f64::NAN) * 100.0),
        );
        // Not a number is no score.
        let kept = score >= least;
        good &= kept;
        line(
            name,
            format!("{score:.0}"),
            &format!("at least {least}  {}", if kept { "kept" } else { "MISSED" }),
        );
    }
    for (name, words) in MEASURED {
        let value = |reports: &[Value]| {
            let value =
                median(reports.iter().filter_map(|report| report["audits"][name]["numericValue"].as_f64()));
            if value < 10.0 { format!("{value:.3}") } else { format!("{value:.0}") }
        };
        line(words, value(reports), &format!("an empty Leptos app: {}", value(empty)));
    }
    for audit in complaints(reports) {
        text.push_str(&format!("    {audit}\n"));
    }
    (text, good)
}

/// What counts in a category and is not perfect, in any of the reports.
fn complaints(reports: &[Value]) -> Vec<String> {
    let mut all = vec![];
    for report in reports {
        for (category, _) in CATEGORIES {
            for part in report["categories"][category]["auditRefs"].as_array().into_iter().flatten() {
                let (id, weight) =
                    (part["id"].as_str().unwrap_or_default(), part["weight"].as_f64().unwrap_or(0.0));
                let audit = &report["audits"][id];
                if weight > 0.0 && audit["score"].as_f64().is_some_and(|score| score < 0.9) {
                    all.push(format!("{category}: {}", audit["title"].as_str().unwrap_or(id)));
                }
            }
        }
    }
    all.sort();
    all.dedup();
    all
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn report(performance: f64, paint: f64) -> Value {
        json!({
            "categories": {
                "performance": { "score": performance, "auditRefs": [{ "id": "slow", "weight": 1 }, { "id": "idle", "weight": 0 }] },
                "accessibility": { "score": 1 }, "best-practices": { "score": 1 }, "seo": { "score": 1 },
            },
            "audits": {
                "first-contentful-paint": { "numericValue": paint },
                "slow": { "title": "Be quicker", "score": performance - 0.5 },
                "idle": { "title": "Nobody counts this", "score": 0 },
            },
        })
    }

    #[test]
    fn the_median_of_the_runs_is_judged_and_what_is_not_perfect_named() {
        let (text, good) =
            table(&[report(0.94, 1200.0), report(0.99, 800.0), report(0.96, 900.0)], &[report(1.0, 300.0)]);
        assert!(good, "{text}");
        assert!(
            text.contains("96   at least 95  kept") && text.contains("       900   an empty Leptos app: 300"),
            "{text}"
        );
        assert!(text.contains("performance: Be quicker") && !text.contains("Nobody"), "{text}");
        assert!(!table(&[report(0.94, 1.0)], &[]).1);
        assert!(!table(&[], &[]).1, "no report is no good report");
    }
}
