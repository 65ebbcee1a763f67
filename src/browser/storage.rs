//! localStorage, which may be forbidden, full or empty: none of that is an error here.
//!
//! All project pages of one GitHub account share one origin, so every name carries our prefix.

const PREFIX: &str = "komposition.";

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// What is stored under the name.
pub fn read(name: &str) -> Option<String> {
    storage()?.get_item(&format!("{PREFIX}{name}")).ok()?
}

/// Stores the text; says whether it is really there.
pub fn write(name: &str, text: &str) -> bool {
    let Some(storage) = storage() else { return false };
    let name = format!("{PREFIX}{name}");
    storage.set_item(&name, text).is_ok() && storage.get_item(&name).ok().flatten().as_deref() == Some(text)
}
