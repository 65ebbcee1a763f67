//! How much room the browser gives, and whether it promises to keep what is stored.

use wasm_bindgen::JsValue;

use super::js;

async fn asked(question: &str) -> Option<JsValue> {
    let answer = js::call(&js::navigator("storage"), question, &[]).ok()?;
    js::settled(answer).await.ok()
}

/// Asks the browser never to clear our data by itself. Some ask the person: call it from a click.
/// None where the page cannot ask.
pub async fn persist() -> Option<bool> {
    asked("persist").await?.as_bool()
}

/// Whether it has promised that.
pub async fn is_persisted() -> Option<bool> {
    asked("persisted").await?.as_bool()
}

/// Bytes used and bytes to be had in all, as the browser reckons them.
pub async fn estimate() -> Option<(u64, u64)> {
    let estimate = asked("estimate").await?;
    Some((js::number(&estimate, "usage")? as u64, js::number(&estimate, "quota")? as u64))
}

/// Whether this is a small device: its memory is little, or fingers are the way to point.
pub fn is_small_device() -> bool {
    js::navigator("deviceMemory").as_f64().is_some_and(|gigabytes| gigabytes <= 2.0)
        || super::page::is_touched()
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::*;

    use super::*;

    #[wasm_bindgen_test]
    async fn the_browser_says_how_much_room_there_is() {
        let (used, quota) = estimate().await.unwrap();
        assert!(quota > used && quota > 1_000_000);
        assert!(is_persisted().await.is_some());
    }
}
