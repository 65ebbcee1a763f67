//! Files that are dropped on the page. One picture that says what it was made from, dropped on the studio, is put back into
//! the form; everything else is imported.

use serde_json::json;
use studio::{
    backup::PICTURE_BYTES,
    metadata::{self, Parameters},
};

use super::import::Import;
use crate::{
    app::Route,
    browser::{
        doors, page,
        picked::{self, DROP, PickedFile},
    },
    ui::spawn,
};

/// The door of the first program that puts parameters into the form.
const REUSE: &str = "reuse";

/// Takes what was dropped already, and what will be.
pub(super) fn welcome(import: Import) {
    let take = move || {
        let files = picked::dropped();
        if !files.is_empty() {
            spawn(async move { arrive(files, import).await });
        }
    };
    take();
    page::on_window(&[DROP], take);
}

async fn arrive(files: Vec<PickedFile>, import: Import) {
    let in_studio = Route::of(&page::hash()).is_studio();
    if in_studio
        && let [file] = &*files
        && let Some(parameters) = parameters(file).await
    {
        doors::ask(REUSE, &text(&parameters));
        page::focus("prompt");
        return;
    }
    import.start(files);
    if in_studio {
        // What comes of it is seen there.
        page::go(Route::Library.hash());
    }
}

async fn parameters(file: &PickedFile) -> Option<Parameters> {
    if file.size() > PICTURE_BYTES {
        return None;
    }
    let parameters = metadata::read(&file.whole().await?)?;
    Some(parameters).filter(|parameters| !parameters.prompt.is_empty())
}

fn text(of: &Parameters) -> String {
    let (width, height) = (of.width, of.height);
    json!({"prompt": of.prompt, "negative": of.negative, "style": of.style, "width": width, "height": height})
        .to_string()
}
