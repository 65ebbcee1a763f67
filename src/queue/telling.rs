//! Telling somebody who does not look at the page that their jobs have ended.

use studio::{
    Job, Ms,
    news::{Bundle, End, Standing},
};

use super::Queue;
use crate::{browser::notifications, i18n::works::t, notify, ui::spawn};

/// So many letters of the prompts are shown.
const LETTERS: usize = 160;

impl Queue {
    /// A job has ended in this tab's hands, or goes no further by itself.
    pub(super) fn note_end(self, standing: Standing, job: &Job) {
        let prompt = job.request.prompt.as_str().to_owned();
        self.works().news.quietly(|news| news.note(End { created: job.created, prompt, standing }));
    }

    /// Tells what is to be told now. Who looks at the page sees it, and is told nothing.
    pub(super) fn tell_news(self) {
        if notifications::is_looked_at() {
            return self.works().news.quietly(studio::news::News::forget);
        }
        let going_on: Vec<Ms> = self.entries.peek(|all| {
            let going_on = all.iter().filter(|entry| entry.job.peek(Job::goes_on));
            going_on.map(|entry| entry.job.peek(|job| job.created)).collect()
        });
        let is_stuck = self.pause.peek(Option::is_some);
        let mut due = None;
        self.works().news.quietly(|news| due = news.due(&going_on, is_stuck));
        if let Some(bundle) = due {
            tell(&bundle);
        }
    }
}

fn tell(bundle: &Bundle) {
    if notify::wants_sound() {
        notifications::sound(bundle.failed + bundle.asking == 0);
    }
    if notify::wants_notifications() {
        let title = (t().told)(bundle.done, bundle.failed, bundle.asking);
        let body: String = bundle.prompts.join("\n").chars().take(LETTERS).collect();
        // Another batch is other news: it does not replace this one.
        let tag = format!("komposition-{}", crate::browser::clock::now());
        spawn(async move { notifications::show(&title, &body, &tag).await });
    }
}
