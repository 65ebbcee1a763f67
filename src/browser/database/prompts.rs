//! What is kept beside pictures: used prompts, templates, own styles, lists. Each row holds one; none knows of a picture.

use studio::prompt::{Kept, KeptKind};
use wasm_bindgen::JsValue;

use super::{Database, Durability, Fault, Rows, Step, Written};
use crate::browser::js;

const PROMPTS: &str = "prompts";

fn to_row(kept: &Kept) -> JsValue {
    js::object(&[
        ("id", kept.id().into()),
        ("kind", kept.kind.name().into()),
        ("name", (&kept.name).into()),
        ("text", (&kept.text).into()),
        ("at", (kept.at as f64).into()),
        ("favourite", u32::from(kept.favourite).into()),
    ])
}

fn read(row: &JsValue) -> Option<Kept> {
    Some(Kept {
        kind: KeptKind::named(&js::text(row, "kind")?)?,
        name: js::text(row, "name").unwrap_or_default(),
        text: js::text(row, "text")?,
        at: js::number(row, "at").unwrap_or_default() as studio::Ms,
        favourite: js::number(row, "favourite").is_some_and(|n| n != 0.0),
    })
}

impl Database {
    /// All that is kept, in no order.
    pub async fn kept(&self) -> Result<Rows<Kept>, Fault> {
        let keys = self.keys(PROMPTS, "", JsValue::NULL).await?;
        Ok(Rows::read(&self.rows(PROMPTS, &keys).await?, read))
    }

    /// Keeps something, instead of what had its id, and forgets others.
    pub fn keep(&self, kept: Option<&Kept>, forgotten: &[String]) -> Written {
        let put = kept.map(|kept| Step::put(PROMPTS, to_row(kept)));
        let steps = put.into_iter().chain(forgotten.iter().map(|id| Step::delete(PROMPTS, id)));
        self.write(steps.collect(), Durability::Strict)
    }
}
