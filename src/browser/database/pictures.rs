//! Pictures: metadata in `images`, bytes in `blobs`, small ones in `thumbs`. Lists never touch the bytes.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use serde_json::Value;
use studio::Ms;
use wasm_bindgen::{JsCast, JsValue};

use super::{Database, Durability, Fault, JobRow, Rows, Step, Written};
use crate::browser::js;

const IMAGES: &str = "images";
const BLOBS: &str = "blobs";
const THUMBS: &str = "thumbs";

/// So many pictures are changed in one transaction at most: more at once would hold up the page.
pub const CHUNK: usize = 200;

/// What [`Database::purge`] found.
#[cfg_attr(test, derive(Debug, PartialEq))]
pub struct Purged {
    /// Pictures that are gone now.
    pub deleted: u32,
    /// Rows that are in no list, because they are damaged.
    pub damaged: u32,
}

/// What is known of a stored picture.
#[cfg_attr(test, derive(Debug, Clone, PartialEq))]
pub struct PictureRow {
    /// The id of the job that made it, or an own one.
    pub id: String,
    /// When it was made.
    pub created: Ms,
    /// Marked as one.
    pub favourite: bool,
    /// The prompt, as sent.
    pub prompt: String,
    /// The negative prompt, as sent.
    pub negative: String,
    /// The style's name; empty for none.
    pub style: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// `png`, `jpeg`, `webp` or `gif`, by its first bytes.
    pub kind: String,
    /// How many bytes it has.
    pub size: u32,
    /// The service's task; empty for an import.
    pub task: String,
    /// The model; empty when unknown.
    pub pipeline: String,
    /// How long the service drew.
    pub seconds: Option<f64>,
    /// SHA-256 of the bytes in hexadecimal; empty when not reckoned yet.
    pub hash: String,
}

/// How many of each there are.
#[cfg(test)]
#[derive(Debug, PartialEq)]
pub struct Counts {
    /// Pictures in the library.
    pub pictures: u32,
    /// Jobs, over or not.
    pub jobs: u32,
    /// Letters nobody has read.
    pub letters: u32,
}

/// A picture to be filed; see [`PictureRow`] for what the parts are.
pub struct NewPicture<'a> {
    pub id: &'a str,
    pub created: Ms,
    pub prompt: &'a str,
    pub negative: &'a str,
    pub style: &'a str,
    pub width: u32,
    pub height: u32,
    pub kind: &'a str,
    pub task: &'a str,
    pub pipeline: &'a str,
    pub seconds: Option<f64>,
    pub hash: &'a str,
}

impl NewPicture<'_> {
    fn to_row(&self, size: u32) -> JsValue {
        let row = js::object(&[
            ("created", (self.created as f64).into()),
            ("favourite", 0.into()),
            ("width", self.width.into()),
            ("height", self.height.into()),
            ("size", size.into()),
            ("seconds", self.seconds.map_or(JsValue::NULL, JsValue::from_f64)),
        ]);
        let texts = [
            ("id", self.id),
            ("prompt", self.prompt),
            ("negative", self.negative),
            ("style", self.style),
            ("kind", self.kind),
            ("task", self.task),
            ("pipeline", self.pipeline),
            ("hash", self.hash),
        ];
        for (name, text) in texts {
            js::set(&row, name, &text.into());
        }
        row
    }
}

impl PictureRow {
    /// Thousands of rows cross to this side as one text: property by property would take several times as long.
    fn read_all(found: &Array) -> Rows<Self> {
        let text = js_sys::JSON::stringify(found).ok().and_then(|text| text.as_string());
        let Some(Value::Array(all)) = text.and_then(|text| serde_json::from_str(&text).ok()) else {
            // There are values that no JSON has.
            return Rows::read(found, Self::read);
        };
        let mut rows = Rows { rows: Vec::with_capacity(all.len()), damaged: 0 };
        for (place, row) in all.into_iter().enumerate() {
            match Self::from_value(row) {
                Some(row) => rows.rows.push(row),
                // Deleted since its key was read.
                None if found.get(place as u32).is_undefined() => {}
                None => rows.damaged += 1,
            }
        }
        rows
    }

    fn from_value(row: Value) -> Option<Self> {
        let Value::Object(mut row) = row else { return None };
        let mut text = |name| match row.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let (id, kind) = (text("id")?, text("kind")?);
        let texts = ["prompt", "negative", "style", "task", "pipeline", "hash"];
        let [prompt, negative, style, task, pipeline, hash] =
            texts.map(|name| text(name).unwrap_or_default());
        let number = |name| row.get(name).and_then(Value::as_f64);
        Some(Self {
            id,
            created: number("created")? as Ms,
            favourite: number("favourite").unwrap_or_default() != 0.0,
            prompt,
            negative,
            style,
            width: number("width").unwrap_or_default() as u32,
            height: number("height").unwrap_or_default() as u32,
            kind,
            size: number("size").unwrap_or_default() as u32,
            task,
            pipeline,
            seconds: number("seconds"),
            hash,
        })
    }

    /// Without id, time or kind it is none; anything else may be missing.
    fn read(row: &JsValue) -> Option<Self> {
        let text = |name| js::text(row, name).unwrap_or_default();
        let number = |name| js::number(row, name).unwrap_or_default();
        Some(Self {
            id: js::text(row, "id")?,
            created: js::number(row, "created")? as Ms,
            favourite: number("favourite") != 0.0,
            prompt: text("prompt"),
            negative: text("negative"),
            style: text("style"),
            width: number("width") as u32,
            height: number("height") as u32,
            kind: js::text(row, "kind")?,
            size: number("size") as u32,
            task: text("task"),
            pipeline: text("pipeline"),
            seconds: js::number(row, "seconds"),
            hash: text("hash"),
        })
    }
}

impl Database {
    /// Files a picture: it, its job's row and the end of its letter are one strict transaction. Then looks whether it is
    /// really there.
    ///
    /// # Errors
    /// [`Fault::Full`] and the others: nothing was changed then. [`Fault::Broken`] also when the look found it missing.
    pub async fn file(
        &self,
        picture: &NewPicture<'_>,
        bytes: &[u8],
        job: Option<&JobRow>,
        letter: Option<&str>,
    ) -> Result<(), Fault> {
        let id = picture.id;
        let buffer = Uint8Array::from(bytes).buffer();
        let mut steps = vec![
            Step::put(IMAGES, picture.to_row(bytes.len() as u32)),
            Step::put_at(BLOBS, id, buffer.into()),
        ];
        steps.extend(job.map(JobRow::put));
        steps.extend(letter.map(super::letters::removed));
        self.write(steps, Durability::Strict).await?;
        let key = Step::new(IMAGES, "getKey", [id.into(), JsValue::UNDEFINED]);
        let found = self.read(vec![key, Step::get(BLOBS, id.into())]).await?;
        let held = js::number(&found.get(1), "byteLength");
        if !found.get(0).is_string() || held != Some(bytes.len() as f64) {
            return Err(Fault::Broken("what was written is not there".into()));
        }
        Ok(())
    }

    /// The bytes of a picture.
    pub async fn bytes(&self, id: &str) -> Result<Option<ArrayBuffer>, Fault> {
        Ok(self.read(vec![Step::get(BLOBS, id.into())]).await?.get(0).dyn_into().ok())
    }
}

/// The library's part. The first visit has none of it.
impl Database {
    /// The ids of all pictures, oldest first. No picture's metadata is touched.
    pub async fn picture_ids(&self) -> Result<Vec<String>, Fault> {
        let keys = self.keys(IMAGES, "created", JsValue::NULL).await?;
        Ok(keys.iter().filter_map(|key| key.as_string()).collect())
    }

    /// The metadata of these pictures, as far as they are there.
    pub async fn pictures(&self, ids: &[String]) -> Result<Rows<PictureRow>, Fault> {
        let keys: Array = ids.iter().map(|id| JsValue::from_str(id)).collect();
        Ok(PictureRow::read_all(&self.rows(IMAGES, &keys).await?))
    }

    /// How many pictures are listed.
    pub async fn picture_count(&self) -> Result<u32, Fault> {
        Ok(self.counts_of([(IMAGES, "created")]).await?[0])
    }

    async fn counts_of<const N: usize>(
        &self,
        stores: [(&'static str, &'static str); N],
    ) -> Result<[u32; N], Fault> {
        let count = |(store, index)| Step { store, index, method: "count", arguments: Default::default() };
        let counts = self.read(stores.map(count).into()).await?;
        let mut place = 0;
        Ok([(); N].map(|()| {
            place += 1;
            counts.get(place - 1).as_f64().unwrap_or_default() as u32
        }))
    }

    /// The newest pictures, in the order of their making. Costs the same however many there are in all.
    pub async fn newest(&self, count: u32) -> Result<Rows<PictureRow>, Fault> {
        let first = self.0.key_from_end(IMAGES, "created", count).await?;
        self.pictures_in(first, count).await
    }

    /// The next pictures in the order of their making, after the one of this time and id, or from the first on: the
    /// quick way through all of them. When a chunk cannot be read at once, read its part of [`Self::picture_ids`].
    pub async fn pictures_after(
        &self,
        last: Option<(Ms, &str)>,
        count: u32,
    ) -> Result<Rows<PictureRow>, Fault> {
        let range = match last {
            None => JsValue::NULL,
            Some((created, id)) => {
                let key = Array::of2(&(created as f64).into(), &id.into());
                js::call(&js::global("IDBKeyRange"), "lowerBound", &[&key, &JsValue::TRUE])
                    .map_err(|thrown| Fault::of(&thrown))?
            }
        };
        self.pictures_in(range, count).await
    }

    async fn pictures_in(&self, range: JsValue, count: u32) -> Result<Rows<PictureRow>, Fault> {
        let step =
            Step { store: IMAGES, index: "created", method: "getAll", arguments: [range, count.into()] };
        let found = self.read(vec![step]).await?.get(0).dyn_into();
        let found: Array = found.map_err(|_| Fault::Broken("a row cannot be read".into()))?;
        Ok(PictureRow::read_all(&found))
    }

    /// The small picture of a picture: its type and bytes.
    pub async fn thumb(&self, id: &str) -> Result<Option<(String, ArrayBuffer)>, Fault> {
        let row = self.read(vec![Step::get(THUMBS, id.into())]).await?.get(0);
        let bytes = js::get(&row, "bytes").dyn_into().ok();
        Ok(js::text(&row, "type").zip(bytes))
    }

    /// Keeps a small picture, as the thumbnail worker does.
    #[cfg(test)]
    pub fn put_thumb(&self, id: &str, kind: &str, bytes: &ArrayBuffer) -> Written {
        let row = js::object(&[("type", kind.into()), ("bytes", bytes.into())]);
        self.write(vec![Step::put_at(THUMBS, id, row)], Durability::Relaxed)
    }

    /// Pictures with these very bytes.
    #[cfg(test)]
    pub async fn ids_by_hash(&self, hash: &str) -> Result<Vec<String>, Fault> {
        let keys = self.keys(IMAGES, "hash", hash.into()).await?;
        Ok(keys.iter().filter_map(|key| key.as_string()).collect())
    }

    /// Notes the hash of a picture's bytes.
    pub async fn set_hash(&self, id: &str, hash: &str) -> Result<(), Fault> {
        self.set(&[id.to_owned()], "hash", &hash.into()).await
    }

    /// Marks pictures, or takes the mark away.
    pub async fn set_favourites(&self, ids: &[String], favourite: bool) -> Result<(), Fault> {
        self.set(ids, "favourite", &u32::from(favourite).into()).await
    }

    async fn set(&self, ids: &[String], name: &str, value: &JsValue) -> Result<(), Fault> {
        // Anything in the row that this version does not know stays. Taken out meanwhile: left alone.
        self.rewrite(ids, &|row| {
            js::text(&row, "kind")?;
            js::set(&row, name, value);
            Some(row)
        })
        .await
    }

    /// Takes pictures out of the library. Their bytes stay until [`Self::purge`], so that [`Self::put_back`] can undo it
    /// after a reload and from another tab too.
    pub async fn take_out(&self, ids: &[String], now: Ms) -> Result<(), Fault> {
        let now = JsValue::from_f64(now as f64);
        self.rewrite(ids, &|row| {
            js::text(&row, "kind")?;
            let id = js::get(&row, "id");
            // Without `created` and `hash` of its own no index has it.
            Some(js::object(&[("id", id), ("out", now.clone()), ("picture", row)]))
        })
        .await
    }

    /// Undoes [`Self::take_out`], as far as the pictures are still there.
    pub async fn put_back(&self, ids: &[String]) -> Result<(), Fault> {
        self.rewrite(ids, &|row| Some(js::get(&row, "picture")).filter(JsValue::is_object)).await
    }

    async fn rewrite(&self, ids: &[String], anew: &dyn Fn(JsValue) -> Option<JsValue>) -> Result<(), Fault> {
        let keys = ids.iter().map(|id| JsValue::from_str(id)).collect();
        let steps = |rows: &Array| rows.iter().filter_map(anew).map(|row| Step::put(IMAGES, row)).collect();
        self.0.revise(IMAGES, &keys, &steps).await
    }

    /// Deletes pictures that were taken out, with their bytes. Those that have been put back stay.
    pub async fn delete_for_good(&self, ids: &[String]) -> Result<(), Fault> {
        let keys = ids.iter().map(|id| JsValue::from_str(id)).collect();
        let steps = |rows: &Array| {
            let gone = rows.iter().filter(|row| js::number(row, "out").is_some());
            let gone = gone.filter_map(|row| js::text(&row, "id"));
            gone.flat_map(|id| [IMAGES, BLOBS, THUMBS].map(|store| Step::delete(store, &id))).collect()
        };
        self.0.revise(IMAGES, &keys, &steps).await
    }

    /// Deletes what was taken out before this time: whoever could have undone it is gone. Looks at the same time at all
    /// rows that no list finds.
    pub async fn purge(&self, taken_out_before: Ms) -> Result<Purged, Fault> {
        let mut purged = Purged { deleted: 0, damaged: 0 };
        // Nearly always nothing was taken out, and two counts say so.
        let [listed, all] = self.counts_of([(IMAGES, "created"), (IMAGES, "")]).await?;
        if listed == all {
            return Ok(purged);
        }
        let listed = self.keys(IMAGES, "created", JsValue::NULL).await?;
        let all = self.keys(IMAGES, "", JsValue::NULL).await?;
        let listed: std::collections::HashSet<String> =
            listed.iter().filter_map(|key| key.as_string()).collect();
        let out: Array =
            all.iter().filter(|key| key.as_string().is_some_and(|id| !listed.contains(&id))).collect();
        let mut old = vec![];
        for row in self.rows(IMAGES, &out).await?.iter().filter(|row| !row.is_undefined()) {
            match (js::text(&row, "id"), js::number(&row, "out")) {
                (Some(id), Some(at)) if at < taken_out_before as f64 => old.push(id),
                (Some(_), Some(_)) => {}
                _ => purged.damaged += 1,
            }
        }
        purged.deleted = old.len() as u32;
        for ids in old.chunks(CHUNK) {
            self.delete_for_good(ids).await?;
        }
        Ok(purged)
    }

    /// How many of each there are.
    #[cfg(test)]
    pub async fn counts(&self) -> Result<Counts, Fault> {
        let stores = [(IMAGES, "created"), ("jobs", ""), ("inbox", "")];
        let [pictures, jobs, letters] = self.counts_of(stores).await?;
        Ok(Counts { pictures, jobs, letters })
    }

    /// Empties every store, in one transaction. Tabs that have jobs running write them again: stop those first.
    pub fn forget_everything(&self) -> Written {
        let stores = ["jobs", IMAGES, BLOBS, THUMBS, "inbox", "prompts", "settings", "log"];
        let steps = stores.map(|store| Step::new(store, "clear", Default::default()));
        self.write(steps.into(), Durability::Strict)
    }
}
