//! What backups, imports and the storage page need: all pictures as entries, a picture from outside, what was taken out.

use js_sys::{Array, Uint8Array};
use studio::{
    Ms,
    library::{PictureEntry, kind_named},
};
use wasm_bindgen::JsValue;

use super::{
    Database, Durability, Fault, Inner, Step,
    pictures::{CHUNK, PictureRow},
};
use crate::browser::js;

const IMAGES: &str = "images";
const BLOBS: &str = "blobs";
const JOBS: &str = "jobs";

impl From<PictureRow> for PictureEntry {
    fn from(row: PictureRow) -> Self {
        Self {
            favourite: row.favourite,
            kind: kind_named(&row.kind).unwrap_or(fusionbrain::PictureKind::Png),
            prompt: row.prompt,
            negative: row.negative,
            style: row.style,
            width: row.width,
            height: row.height,
            size: row.size.into(),
            seconds: row.seconds,
            task: row.task,
            pipeline: row.pipeline,
            hash: row.hash,
            ..Self::new(&row.id, row.created)
        }
    }
}

/// Pictures that were taken out of the library and are still on the disk.
#[derive(Default, Clone, PartialEq)]
pub struct TakenOut {
    /// Their ids.
    pub ids: Vec<String>,
    /// How many bytes they have together.
    pub bytes: u64,
}

impl Database {
    /// What is known of all pictures, oldest first. Damaged rows are left out.
    pub async fn all_entries(&self) -> Result<Vec<PictureEntry>, Fault> {
        let ids = self.picture_ids().await?;
        let mut entries = Vec::with_capacity(ids.len());
        for ids in ids.chunks(CHUNK) {
            entries.extend(self.pictures(ids).await?.rows.into_iter().map(PictureEntry::from));
        }
        Ok(entries)
    }

    /// How many pictures were made after this time.
    pub async fn count_since(&self, time: Ms) -> Result<u32, Fault> {
        let from = Array::of2(&((time + 1) as f64).into(), &"".into());
        let range = js::call(&js::global("IDBKeyRange"), "lowerBound", &[&from])
            .map_err(|thrown| Fault::of(&thrown))?;
        let count =
            Step { store: IMAGES, index: "created", method: "count", arguments: [range, JsValue::UNDEFINED] };
        Ok(self.read(vec![count]).await?.get(0).as_f64().unwrap_or_default() as u32)
    }

    /// Takes a picture from outside in, in one strict transaction: its row and its bytes. Not if one with its hash is
    /// here; if only its id is taken it gets the spare one. Says whether it was taken.
    ///
    /// # Errors
    /// What the database said; nothing was changed then.
    pub async fn take_in(&self, entry: &PictureEntry, bytes: &[u8], spare_id: &str) -> Result<bool, Fault> {
        let look = |index: &'static str, key: &str| Step {
            store: IMAGES,
            index,
            method: "getKey",
            arguments: [key.into(), JsValue::UNDEFINED],
        };
        let looks = [look("hash", &entry.hash), look("", &entry.id), Step::delete(BLOBS, "")];
        let transaction = self.0.transaction(&looks, Some(Durability::Strict)).await?;
        let by_hash = self.0.asked(&looks[0], &transaction)?;
        let by_id = self.0.asked(&looks[1], &transaction)?;
        // Asked last, answered last.
        if !js::either(&by_id, "onsuccess", "onerror").await {
            return Err(Fault::of(&js::get(&by_id, "error")));
        }
        let is_there = |request| !js::get(request, "result").is_undefined();
        let is_new = !is_there(&by_hash);
        if is_new {
            let id = if is_there(&by_id) { spare_id } else { &entry.id };
            let row = PictureEntry { id: id.to_owned(), ..entry.clone() }.to_json().to_string();
            let row = js::call(&js::global("JSON"), "parse", &[&row.into()]).unwrap_or_default();
            let buffer = Uint8Array::from(bytes).buffer();
            for step in [Step::put(IMAGES, row), Step::put_at(BLOBS, id, buffer.into())] {
                self.0.asked(&step, &transaction)?;
            }
        }
        Inner::completed(&transaction).await?;
        Ok(is_new)
    }

    /// What was taken out before this time, and can still be put back.
    pub async fn taken_out(&self, before: Ms) -> Result<TakenOut, Fault> {
        let listed = self.keys(IMAGES, "created", JsValue::NULL).await?;
        let all = self.keys(IMAGES, "", JsValue::NULL).await?;
        let mut out = TakenOut::default();
        // Nearly always nothing was, and two counts say so.
        if listed.length() == all.length() {
            return Ok(out);
        }
        let texts = |keys: Array| keys.iter().filter_map(|key| key.as_string()).collect::<Vec<_>>();
        let listed: std::collections::HashSet<String> = texts(listed).into_iter().collect();
        let hidden: Vec<String> = texts(all).into_iter().filter(|id| !listed.contains(id)).collect();
        for ids in hidden.chunks(CHUNK) {
            for row in self.rows(IMAGES, &keys(ids)).await?.iter() {
                if let (Some(id), Some(at)) = (js::text(&row, "id"), js::number(&row, "out"))
                    && at < before as f64
                {
                    out.ids.push(id);
                    out.bytes += js::number(&js::get(&row, "picture"), "size").unwrap_or_default() as u64;
                }
            }
        }
        Ok(out)
    }

    /// Deletes pictures for good that were taken out, as [`Self::delete_for_good`], and the jobs that made them, so that the
    /// stage does not miss their bytes.
    pub async fn free(&self, ids: &[String]) -> Result<(), Fault> {
        for ids in ids.chunks(CHUNK) {
            self.delete_for_good(ids).await?;
            let (rows, jobs) = (self.rows(IMAGES, &keys(ids)).await?, self.rows(JOBS, &keys(ids)).await?);
            let over = rows.iter().zip(jobs.iter()).filter(|(row, job)| {
                // What was put back meanwhile stays, with its job.
                row.is_undefined() && js::number(job, "active") == Some(0.0)
            });
            let steps = over.filter_map(|(_, job)| js::text(&job, "id")).map(|id| Step::delete(JOBS, &id));
            let steps: Vec<Step> = steps.collect();
            if !steps.is_empty() {
                self.write(steps, Durability::Relaxed).await?;
            }
        }
        Ok(())
    }
}

fn keys(ids: &[String]) -> Array {
    ids.iter().map(|id| JsValue::from_str(id)).collect()
}
