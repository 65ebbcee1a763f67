//! A job as the page shows it.

use serde::Deserialize;

/// One `li.job` of the page: what a person sees of it, and the marks the tests go by.
#[derive(Debug, Clone, Deserialize)]
pub struct Job {
    /// `data-phase`.
    pub phase: String,
    /// `data-task`, once there is one.
    pub task: Option<String>,
    /// `data-failure`, when something went wrong.
    pub failure: Option<String>,
    /// The prompt it shows.
    pub prompt: String,
    /// The words for its phase.
    pub words: String,
    /// The sentence about its failure, as far as it is visible.
    pub sentence: String,
    /// What its visible, usable buttons and links do: `data-action`, or else their text.
    pub steps: Vec<String>,
    /// The picture, when there is one.
    pub picture: Option<Picture>,
    /// The download link, when there is one.
    pub download: Option<Download>,
}

/// The `img` of a job.
#[derive(Debug, Clone, Deserialize)]
pub struct Picture {
    /// Its alternative text.
    pub alt: String,
    /// How its address starts.
    pub source: String,
    /// The pixels the browser decoded; 0 as long as it has not, or could not.
    pub width: u32,
    /// As `width`.
    pub height: u32,
}

/// The download link of a job.
#[derive(Debug, Clone, Deserialize)]
pub struct Download {
    /// The file name it proposes.
    pub name: String,
    /// How its address starts.
    pub address: String,
}

/// Gives all jobs, newest first. Long addresses are cut: a picture is megabytes of base64.
pub(crate) const SCRIPT: &str = r#"
const text = e => (e?.textContent ?? '').trim();
const visible = e => !!e && e.checkVisibility({ visibilityProperty: true });
return [...document.querySelectorAll('ol#jobs li.job')].map(job => {
    const one = selector => job.querySelector(selector);
    const picture = one('img.picture');
    const link = one('a[data-action="download"]');
    const sentence = one('.job-sentence');
    return {
        phase: job.dataset.phase ?? '',
        task: job.dataset.task || null,
        failure: job.dataset.failure || null,
        prompt: text(one('.job-prompt')),
        words: text(one('.job-phase')),
        sentence: visible(sentence) ? text(sentence) : '',
        steps: [...job.querySelectorAll('button:enabled, a[href]')].filter(visible).map(e => e.dataset.action ?? text(e)),
        picture: picture && {
            alt: picture.alt,
            source: picture.src.slice(0, 40),
            width: picture.complete ? picture.naturalWidth : 0,
            height: picture.complete ? picture.naturalHeight : 0,
        },
        download: link && { name: link.download, address: link.href.slice(0, 40) },
    };
});
"#;
