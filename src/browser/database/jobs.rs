//! Jobs as rows: the app's own text, with what the database has to find them by.

use studio::Ms;
use wasm_bindgen::JsValue;

use super::{Database, Durability, Fault, Rows, Step, Written};
use crate::browser::js;

const JOBS: &str = "jobs";

/// A job as stored.
#[cfg_attr(test, derive(Debug, PartialEq))]
pub struct JobRow {
    /// The job's id.
    pub id: String,
    /// Whether it is to be gone on with after a start.
    pub active: bool,
    /// When the job was made.
    pub created: Ms,
    /// The job itself, as its own text format.
    pub row: String,
}

impl JobRow {
    fn to_row(&self) -> JsValue {
        js::object(&[
            ("id", (&self.id).into()),
            // Booleans are no keys.
            ("active", u32::from(self.active).into()),
            ("created", (self.created as f64).into()),
            ("row", (&self.row).into()),
        ])
    }

    fn read(row: &JsValue) -> Option<Self> {
        Some(Self {
            id: js::text(row, "id")?,
            active: js::number(row, "active")? != 0.0,
            created: js::number(row, "created")? as Ms,
            row: js::text(row, "row")?,
        })
    }

    pub(super) fn put(&self) -> Step {
        Step::put(JOBS, self.to_row())
    }
}

impl Database {
    /// Stores a job. With the task of a letter that it has read, the letter is gone in the same transaction.
    pub fn put_job(&self, job: &JobRow, durability: Durability, letter: Option<&str>) -> Written {
        let mut steps = vec![job.put()];
        steps.extend(letter.map(super::letters::removed));
        self.write(steps, durability)
    }

    /// A job by its id; a damaged row is no job.
    pub async fn job(&self, id: &str) -> Result<Option<JobRow>, Fault> {
        Ok(JobRow::read(&self.read(vec![Step::get(JOBS, id.into())]).await?.get(0)))
    }

    /// Jobs to go on with, oldest first.
    pub async fn active_jobs(&self) -> Result<Rows<JobRow>, Fault> {
        let keys = self.keys(JOBS, "active", 1.into()).await?;
        let mut jobs = Rows::read(&self.rows(JOBS, &keys).await?, JobRow::read);
        // A handful of rows: the standard library's sort would be a kilobyte of the app.
        for i in 1..jobs.rows.len() {
            let mut j = i;
            while j > 0 && jobs.rows[j - 1].created > jobs.rows[j].created {
                jobs.rows.swap(j - 1, j);
                j -= 1;
            }
        }
        Ok(jobs)
    }

    /// The latest jobs, over or not, newest first.
    pub async fn recent_jobs(&self, limit: u32) -> Result<Rows<JobRow>, Fault> {
        let keys = self.keys(JOBS, "created", JsValue::NULL).await?.reverse();
        Ok(Rows::read(&self.rows(JOBS, &keys.slice(0, limit)).await?, JobRow::read))
    }
}
