//! What the service offers: pipelines and styles.

use serde_json::{Value, json};

use crate::form::Offered;

/// A model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PipelineEntry {
    pub(crate) id: &'static str,
    pub(crate) kind: &'static str,
    name: &'static str,
    description: &'static str,
    description_en: &'static str,
    version: f64,
    day: &'static str,
}

/// What a run needs.
pub(crate) const TEXT2IMAGE: &str = "TEXT2IMAGE";

/// Ids that stay the same over restarts: clients remember the chosen pipeline.
pub(crate) const PIPELINES: [PipelineEntry; 3] = [
    PipelineEntry {
        id: "99cc61bd-3a62-4c5b-9a3f-5e1f0b7d31a1",
        kind: TEXT2IMAGE,
        name: "Kandinsky",
        description: "Рисует по описанию (симулятор)",
        description_en: "Paints what you describe (simulated)",
        version: 3.1,
        day: "2025-03-12T10:00:00",
    },
    PipelineEntry {
        id: "4a7d2c90-58be-4f16-8b0d-0c6a9be27f30",
        kind: TEXT2IMAGE,
        name: "Kandinsky",
        description: "Прежняя версия (симулятор)",
        description_en: "The version before (simulated)",
        version: 3.0,
        day: "2024-05-20T10:00:00",
    },
    PipelineEntry {
        id: "d1f0c3e7-91a4-4b6e-a2c8-7e55f4a8b902",
        kind: "TEXT2VIDEO",
        name: "Kandinsky Video",
        description: "Не для картинок (симулятор)",
        description_en: "Not for pictures (simulated)",
        version: 1.0,
        day: "2025-06-02T10:00:00",
    },
];

/// The id of the model that simulators offer first.
pub const PIPELINE: &str = PIPELINES[0].id;

/// Whether pictures of this pipeline are painted by a simulator.
pub fn paints(pipeline: &str) -> bool {
    PIPELINES.iter().any(|known| known.id == pipeline)
}

/// The list of `GET pipelines`: every field of the official sample, and `id`, which reality has in place of `uuid`.
pub(crate) fn pipelines(other: bool, kind: Option<&str>) -> Value {
    offered(other)
        .filter(|pipeline| kind.is_none_or(|kind| kind.is_empty() || pipeline.kind == kind))
        .map(|pipeline| {
            json!({
                "id": pipeline.id,
                "uuid": pipeline.id,
                "name": pipeline.name,
                "nameEn": pipeline.name,
                "description": pipeline.description,
                "descriptionEn": pipeline.description_en,
                "tags": [],
                "version": pipeline.version,
                "imagePreview": null,
                "status": "ACTIVE",
                "type": pipeline.kind,
                "createdDate": pipeline.day,
                "lastModified": pipeline.day,
            })
        })
        .collect()
}

/// Finds a pipeline that this service offers: its place in [`PIPELINES`].
pub(crate) fn find(other: bool, id: &str) -> Option<usize> {
    offered(other).position(|pipeline| pipeline.id == id)
}

/// What a run of that pipeline would make.
pub(crate) fn offers(other: bool, id: &str) -> Offered {
    match find(other, id) {
        Some(pipeline) if PIPELINES[pipeline].kind == TEXT2IMAGE => Offered::Pictures,
        Some(_) => Offered::SomethingElse,
        None => Offered::No,
    }
}

fn offered(other: bool) -> impl Iterator<Item = &'static PipelineEntry> {
    PIPELINES.iter().filter(move |pipeline| other || pipeline.kind == TEXT2IMAGE)
}

/// The list of styles, as the vendor's file has it.
pub(crate) fn styles() -> Value {
    fusionbrain::built_in_styles()
        .into_iter()
        .map(|style| {
            json!({
                "name": style.name.as_str(),
                "title": style.title,
                "titleEn": style.title_en,
                "image": style.image,
            })
        })
        .collect()
}
