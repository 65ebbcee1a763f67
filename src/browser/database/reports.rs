//! Answers of the service that nobody could use, kept for a report. They are in the `log`, under the id of their job.

use super::{Database, Durability, Fault, Step, Written};
use crate::browser::js;

const LOG: &str = "log";

impl Database {
    /// Keeps the answer a job failed on.
    pub fn keep_report(&self, job: &str, answer: &str) -> Written {
        let row = js::object(&[("id", job.into()), ("answer", answer.into())]);
        self.write(vec![Step::put(LOG, row)], Durability::Relaxed)
    }

    /// The answer a job failed on, if one was kept.
    pub async fn report(&self, job: &str) -> Result<Option<String>, Fault> {
        Ok(js::text(&self.read(vec![Step::get(LOG, job.into())]).await?.get(0), "answer"))
    }

    /// Forgets the answer a job failed on. There mostly is none.
    pub fn drop_report(&self, job: &str) -> Written {
        self.write(vec![Step::delete(LOG, job)], Durability::Relaxed)
    }
}
