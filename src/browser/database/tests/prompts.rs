//! What is kept beside pictures.

use studio::prompt::{Kept, KeptKind};
use wasm_bindgen_test::*;

use super::*;

fn used(text: &str, favourite: bool) -> Kept {
    Kept { kind: KeptKind::Used, name: String::new(), text: text.into(), at: 1_763_838_000_123, favourite }
}

#[wasm_bindgen_test]
async fn a_prompt_is_kept_once_and_a_damaged_row_hides_no_other() {
    let database = fresh("komposition-test-prompts").await;
    let list = Kept { kind: KeptKind::List, name: "кот".into(), ..used("рыжий\nсерый", false) };
    for kept in [&used("кот", false), &list, &used("пёс", false), &used("кот", true)] {
        database.keep(Some(kept), &[]).await.unwrap();
    }
    let of_later = js::object(&[("id", "chord:1".into()), ("kind", "chord".into()), ("text", "x".into())]);
    database.write(vec![Step::put("prompts", of_later)], Durability::Relaxed).await.unwrap();
    let found = database.kept().await.unwrap();
    assert_eq!(found.damaged, 1);
    assert_eq!(found.rows, [list.clone(), used("кот", true), used("пёс", false)]);
    database.keep(None, &[used("кот", true).id(), list.id()]).await.unwrap();
    assert_eq!(database.kept().await.unwrap().rows, [used("пёс", false)]);
}
