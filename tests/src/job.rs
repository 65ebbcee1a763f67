//! A job as the page shows it, and waiting for one.

use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{
    Stage,
    wait::{PATIENCE, until},
};

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

impl Stage {
    /// Writes the prompt and clicks Create.
    ///
    /// # Errors
    /// When the page does not take it.
    pub async fn create(&self, prompt: &str) -> Result<()> {
        self.fill("#prompt", prompt).await?;
        self.press_create().await
    }

    /// Presses Create, once it can be pressed and the tools above it are there: they come with the first word, and a page
    /// that is as high as what it holds (one in a frame) grows by them.
    ///
    /// # Errors
    /// When it cannot be pressed.
    pub async fn press_create(&self) -> Result<()> {
        self.until_true("the tools for the prompt", "!!document.querySelector('.part > *')").await?;
        self.until_true("Create to be usable", "!document.querySelector('#create').disabled").await?;
        self.click("#create").await
    }

    /// All jobs, newest first.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn jobs(&self) -> Result<Vec<Job>> {
        Ok(serde_json::from_value(self.run(SCRIPT, &[]).await?)?)
    }

    /// Waits until the newest job with this prompt is as `good` wants it, and gives it.
    ///
    /// # Errors
    /// When it does not become so; the message holds the jobs as they were.
    pub async fn job(&self, prompt: &str, what: &str, good: impl Fn(&Job) -> bool) -> Result<Job> {
        self.job_within(PATIENCE, prompt, what, good).await
    }

    /// As [`Self::job`], with another patience.
    ///
    /// # Errors
    /// As [`Self::job`].
    pub async fn job_within(
        &self,
        patience: Duration,
        prompt: &str,
        what: &str,
        good: impl Fn(&Job) -> bool,
    ) -> Result<Job> {
        until(&format!("the job «{prompt}» to be {what}"), patience, async || {
            let jobs = self.jobs().await.map_err(|error| format!("{error:#}"))?;
            match jobs.iter().find(|job| job.prompt == prompt) {
                Some(job) if good(job) => Ok(job.clone()),
                _ => Err(format!("{jobs:#?}")),
            }
        })
        .await
    }

    /// Waits for the picture of this prompt, and that the browser could decode it.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn picture(&self, prompt: &str) -> Result<Job> {
        self.job(prompt, "done, with a picture that decodes", |job| {
            job.phase == "done" && job.picture.as_ref().is_some_and(|picture| picture.width > 0)
        })
        .await
    }

    /// The file name that the newest such job's download link proposes, and the first bytes (up to 16) of what it leads to.
    ///
    /// # Errors
    /// When there is no link, or it leads nowhere.
    pub async fn downloaded(&self, prompt: &str) -> Result<(String, Vec<u8>)> {
        let script = "const [prompt, done] = arguments;
            const job = [...document.querySelectorAll('ol#jobs li.job')]
                .find(job => job.querySelector('.job-prompt').textContent.trim() === prompt);
            const link = job?.querySelector('a[data-action=\"download\"]');
            if (!link) done([null, []]);
            else fetch(link.href)
                .then(answer => answer.arrayBuffer())
                .then(bytes => done([link.download, [...new Uint8Array(bytes.slice(0, 16))]]))
                .catch(error => done([String(error), []]));";
        let found = self.driver().execute_async(script, vec![prompt.into()]).await?;
        let (name, bytes): (Option<String>, Vec<u8>) = serde_json::from_value(found.json().clone())?;
        Ok((name.with_context(|| format!("«{prompt}» has no download link"))?, bytes))
    }
}
