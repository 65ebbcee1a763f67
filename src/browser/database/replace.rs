//! Changes that depend on what is stored: looked at and made in one transaction, so that nobody comes between.

use studio::Ms;
use wasm_bindgen::JsValue;

use super::{Database, Durability, Fault, Inner, JobRow, Step, js, letters};

impl Database {
    /// Stores a job if the stored row's text is still this one (none: if there is no row). Says whether it did.
    ///
    /// # Errors
    /// What the database said; nothing was changed then.
    pub async fn replace_job(
        &self,
        job: &JobRow,
        instead_of: Option<&str>,
        durability: Durability,
    ) -> Result<bool, Fault> {
        let look = Step::get("jobs", (&job.id).into());
        self.0.change(look, &|stored| is_row(stored, instead_of), job.put(), durability).await
    }

    /// Forgets a job; with a text, only if the stored row's text is this one. Says whether it is gone.
    ///
    /// # Errors
    /// As [`Self::replace_job`].
    pub async fn erase_job(&self, id: &str, row: Option<&str>) -> Result<bool, Fault> {
        let look = Step::get("jobs", id.into());
        let holds = |stored: &JsValue| row.is_none_or(|row| is_row(stored, Some(row)));
        self.0.change(look, &holds, Step::delete("jobs", id), Durability::Relaxed).await
    }

    /// Takes a letter that came at this time out of the inbox: it was read, and said nothing final. The next one, which
    /// may be there already, stays. Says whether it is gone.
    ///
    /// # Errors
    /// As [`Self::replace_job`].
    pub async fn drop_letter(&self, task: &str, at: Ms) -> Result<bool, Fault> {
        let holds = |stored: &JsValue| js::number(stored, "at") == Some(at as f64);
        self.0.change(letters::found(task), &holds, letters::removed(task), Durability::Relaxed).await
    }
}

/// Whether this is what is stored of a job. A damaged row is in nobody's way.
fn is_row(stored: &JsValue, text: Option<&str>) -> bool {
    js::text(stored, "row").as_deref() == text
}

impl Inner {
    async fn change(
        &self,
        look: Step,
        holds: &dyn Fn(&JsValue) -> bool,
        step: Step,
        durability: Durability,
    ) -> Result<bool, Fault> {
        let steps = [look, step];
        let transaction = self.transaction(&steps, Some(durability)).await?;
        let [look, step] = &steps;
        let found = self.asked(look, &transaction)?;
        if !js::either(&found, "onsuccess", "onerror").await {
            return Err(Fault::of(&js::get(&found, "error")));
        }
        let holds = holds(&js::get(&found, "result"));
        if holds {
            self.asked(step, &transaction)?;
        }
        Self::completed(&transaction).await?;
        Ok(holds)
    }

    /// Looks at rows and makes what comes of them, in one transaction. Rows that are not there are undefined.
    pub(super) async fn revise(
        &self,
        store: &'static str,
        keys: &js_sys::Array,
        steps: &dyn Fn(&js_sys::Array) -> Vec<Step>,
    ) -> Result<(), Fault> {
        let looks: Vec<Step> = keys.iter().map(|key| Step::get(store, key)).collect();
        let stores = ["images", "blobs", "thumbs"].map(|store| Step::get(store, JsValue::NULL));
        let transaction = self.transaction(&stores, Some(Durability::Strict)).await?;
        let mut asked = vec![];
        for look in &looks {
            asked.push(self.asked(look, &transaction)?);
        }
        // They are answered in their order: the last one's answer is the last.
        if let Some(last) = asked.last()
            && !js::either(last, "onsuccess", "onerror").await
        {
            return Err(Fault::of(&js::get(last, "error")));
        }
        for step in steps(&asked.iter().map(|request| js::get(request, "result")).collect()) {
            self.asked(&step, &transaction)?;
        }
        Self::completed(&transaction).await
    }

    /// All keys of an index from the one on that has so many behind it and itself (null: all of them). Asked of a cursor,
    /// which leaps: the keys themselves are not looked at.
    pub(super) async fn key_from_end(
        &self,
        store: &'static str,
        index: &'static str,
        count: u32,
    ) -> Result<JsValue, Fault> {
        let arguments = [JsValue::NULL, "prev".into()];
        let steps = [Step { store, index, method: "openKeyCursor", arguments }];
        let transaction = self.transaction(&steps, None).await?;
        let request = self.asked(&steps[0], &transaction)?;
        let mut cursor = JsValue::NULL;
        for leap in [0, count.saturating_sub(1)] {
            if leap > 0 {
                js::call(&cursor, "advance", &[&leap.into()]).map_err(|thrown| Fault::of(&thrown))?;
            } else if !cursor.is_null() {
                break;
            }
            if !js::either(&request, "onsuccess", "onerror").await {
                return Err(Fault::of(&js::get(&request, "error")));
            }
            cursor = js::get(&request, "result");
            if !cursor.is_object() {
                return Ok(JsValue::NULL);
            }
        }
        let key = js::get(&cursor, "key");
        js::call(&js::global("IDBKeyRange"), "lowerBound", &[&key]).map_err(|thrown| Fault::of(&thrown))
    }
}
