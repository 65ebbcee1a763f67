//! The first program of the page: prompt, queue and stage.

use komposition::queue::Queue;

// What the queue works with becomes a file of its own (docs/decisions/0012-what-is-loaded-later.md). Here and not in the
// library: the split's export would keep all of it in the second program as well.
#[cfg(feature = "split")]
#[leptos::wasm_split::wasm_split(works, wasm_split_path = leptos::wasm_split, fallible)]
fn works(queue: Queue) -> Result<(), leptos::wasm_split::SplitLoaderError> {
    queue.begin();
    Ok(())
}

// As Trunk alone builds it: one file.
#[cfg(not(feature = "split"))]
#[expect(clippy::unused_async, reason = "the split one has to wait")]
async fn works(queue: Queue) -> Result<(), ()> {
    queue.begin();
    Ok(())
}

fn main() {
    komposition::app::start(|queue| Box::pin(async move { works(queue).await.is_ok() }));
}
