//! Tools for the prompt: history, templates, own styles, lists, marks, and batches.

use anyhow::{Result, ensure};
use komposition_tests::{Script, Service, Stage, Wasm, tests, wait};
use serde_json::Value;
use thirtyfour::Key;

tests![
    alternatives_and_lists_are_shown_and_sent_exactly,
    marks_sent_before_the_tools_are_there_are_marks,
    an_odd_brace_stays_and_there_is_a_hint,
    an_explosion_of_combinations_is_counted_and_not_sent,
    some_of_the_texts_by_chance,
    the_history_outlives_reload_and_pictures,
    the_history_has_search_favourites_and_a_way_back,
    a_template_takes_the_prompt_and_can_be_undone,
    an_own_style_adds_its_words,
    a_batch_is_styles_by_shapes_by_variations,
    many_runs_are_asked_about_first,
    the_draft_is_there_after_a_reload,
    the_draft_does_not_overwrite_what_was_typed_before_the_app,
    what_was_cleared_comes_back,
    the_history_by_the_keyboard_alone,
    three_samples_fill_the_prompt_on_a_first_visit,
];

async fn begun(stage: &Stage) -> Result<Service> {
    let service = stage.service(Script::default()).await?;
    stage.open(&service.origin).await?;
    Ok(service)
}

/// Waits until so many runs came in, and gives their prompts in the order of the alphabet.
async fn prompts(service: &Service, count: usize) -> Result<Vec<String>> {
    wait::until(&format!("{count} runs"), wait::PATIENCE, async || match service.runs().len() {
        seen if seen == count => Ok(()),
        seen => Err(format!("{seen} came")),
    })
    .await?;
    let runs = service.runs();
    let mut prompts: Vec<String> = Vec::new();
    for run in &runs {
        let params = run.params()?;
        prompts.push(params["generateParams"]["query"].as_str().unwrap_or_default().to_owned());
    }
    prompts.sort();
    Ok(prompts)
}

const PREVIEW: &str = "[...document.querySelectorAll('#preview .exact')].map((e) => e.textContent)";
const LABEL: &str = "document.querySelector('#create').textContent.trim()";
const COUNTER: &str = "document.querySelector('#prompt-counter').textContent.trim()";
const HISTORY: &str = "[...document.querySelectorAll('#history-list .kept-text')].map((e) => e.textContent)";
const PROMPT: &str = "document.querySelector('#prompt').value";

async fn shows(stage: &Stage, what: &str, expression: &str, wanted: &str) -> Result<()> {
    stage.until_value(what, expression, |seen: &String| seen == wanted).await.map(drop)
}

async fn lists(stage: &Stage, what: &str, expression: &str, wanted: &[&str]) -> Result<()> {
    stage.until_value(what, expression, |seen: &Vec<String>| seen == wanted).await.map(drop)
}

/// Writes a template, an own style or a list.
async fn preset(stage: &Stage, kind: &str, name: &str, text: &str) -> Result<()> {
    if !stage.is_shown("#presets-panel").await? {
        // The tools come when somebody begins to type.
        stage.type_into("#prompt", "х").await?;
    }
    stage.keep_preset(kind, name, text).await
}

async fn alternatives_and_lists_are_shown_and_sent_exactly(stage: &Stage) -> Result<()> {
    let service = begun(stage).await?;
    preset(stage, "list", "время", "утром\nлунной ночью").await?;
    stage.fill("#prompt", "  {рыжий|серый} кот __время__ ").await?;
    let texts = ["рыжий кот утром", "рыжий кот лунной ночью", "серый кот утром", "серый кот лунной ночью"];
    lists(stage, "the exact texts", PREVIEW, &texts).await?;
    let title = stage.text("#preview-title").await?;
    ensure!(title.starts_with("4 текста, 4 запуска"), "how many: {title}");
    shows(stage, "what it costs", LABEL, "Создать 4").await?;
    // «рыжий кот лунной ночью» is the longest of them.
    shows(stage, "the longest", COUNTER, "22/1000").await?;
    stage.click("#create").await?;
    let mut wanted = texts.map(str::to_owned);
    wanted.sort();
    let sent = prompts(&service, 4).await?;
    ensure!(sent == wanted, "the service received {sent:?}");
    // And what is remembered is what was typed.
    stage.click("#history").await?;
    lists(stage, "the history", HISTORY, &["{рыжий|серый} кот __время__"]).await
}

async fn marks_sent_before_the_tools_are_there_are_marks(stage: &Stage) -> Result<()> {
    let service = begun(stage).await?;
    stage.fill("#prompt", "{кот|пёс}").await?;
    stage.press_ctrl_enter().await?;
    let sent = prompts(&service, 2).await?;
    ensure!(sent == ["кот", "пёс"], "the service received {sent:?}");
    Ok(())
}

async fn an_odd_brace_stays_and_there_is_a_hint(stage: &Stage) -> Result<()> {
    let service = begun(stage).await?;
    stage.fill("#prompt", "кот {в шляпе __нет__").await?;
    stage.until_value("two hints", "document.querySelectorAll('.hint').length", |&n: &u32| n == 2).await?;
    ensure!(stage.property("#prompt", "value").await? == "кот {в шляпе __нет__", "the text stays");
    lists(stage, "the exact text", PREVIEW, &["кот {в шляпе __нет__"]).await?;
    shows(stage, "one run", LABEL, "Создать").await?;
    stage.click("#create").await?;
    ensure!(prompts(&service, 1).await? == ["кот {в шляпе __нет__"], "sent as it is");
    Ok(())
}

async fn an_explosion_of_combinations_is_counted_and_not_sent(stage: &Stage) -> Result<()> {
    let service = begun(stage).await?;
    stage.fill("#prompt", &"{a|b|c|d}".repeat(900)).await?;
    let reason = "document.querySelector('#create-reason').textContent";
    stage.until_value("the reason", reason, |said: &String| said.contains("не больше 200")).await?;
    ensure!(stage.property("#create", "disabled").await? == true, "it cannot be sent");
    stage.press_ctrl_enter().await?;
    // The page is alive, and the counter counts the text that would be sent and not the marks.
    shows(stage, "the units of one", COUNTER, "900/1000").await?;
    stage.fill("#prompt", "{1|2|3}{1|2|3}{1|2|3}{1|2|3}{1|2|3}").await?;
    stage.until_value("the number", reason, |said: &String| said.contains("243 запуска")).await?;
    ensure!(service.runs().is_empty(), "nothing was sent");
    Ok(())
}

async fn some_of_the_texts_by_chance(stage: &Stage) -> Result<()> {
    let service = begun(stage).await?;
    stage.fill("#prompt", "{1|2|3|4|5|6|7|8|9}{1|2|3|4|5|6|7|8|9}{1|2|3|4|5|6|7|8|9}").await?;
    stage.click("#batch summary").await?;
    stage.fill("#some", "3").await?;
    let shown: Vec<String> =
        stage.until_value("three", PREVIEW, |texts: &Vec<String>| texts.len() == 3).await?;
    stage.click("#shuffle").await?;
    let mut other = stage.until_value("others", PREVIEW, |texts: &Vec<String>| *texts != shown).await?;
    stage.click("#create").await?;
    other.sort();
    let sent = prompts(&service, 3).await?;
    ensure!(sent == other, "shown {other:?}, sent {sent:?}");
    Ok(())
}

/// Sends a prompt and waits until its picture is stored.
async fn made(stage: &Stage, prompt: &str) -> Result<()> {
    stage.create(prompt).await?;
    stage.picture(prompt).await?;
    Ok(())
}

async fn the_history_outlives_reload_and_pictures(stage: &Stage) -> Result<()> {
    let _service = begun(stage).await?;
    made(stage, "Ёлка в снегу").await?;
    made(stage, "Кот на окне").await?;
    stage.reload().await?;
    let clear = "new Promise((done, fail) => {
        const open = indexedDB.open('komposition');
        open.onerror = fail;
        open.onsuccess = () => {
            const stores = ['images', 'blobs', 'thumbs', 'jobs'];
            const all = open.result.transaction(stores, 'readwrite');
            stores.forEach((name) => all.objectStore(name).clear());
            all.oncomplete = () => (open.result.close(), done(true));
        };
    })";
    ensure!(stage.look_later::<bool>(clear).await?, "all pictures are gone");
    stage.reload().await?;
    stage.click("#history").await?;
    lists(stage, "the history", HISTORY, &["Кот на окне", "Ёлка в снегу"]).await?;
    stage.click("#history-list li:nth-child(2) .kept-text").await?;
    shows(stage, "the prompt", PROMPT, "Ёлка в снегу").await?;
    ensure!(stage.look::<String>("document.activeElement.id").await? == "prompt", "one goes on writing it");
    // What stood there comes back.
    stage.click("#undo-clear").await?;
    shows(stage, "the prompt before", PROMPT, "Кот на окне").await
}

async fn the_history_has_search_favourites_and_a_way_back(stage: &Stage) -> Result<()> {
    let service = begun(stage).await?;
    for (n, prompt) in ["Ёлка в снегу", "Кот на окне", "Снежный кот"].into_iter().enumerate()
    {
        stage.create(prompt).await?;
        prompts(&service, n + 1).await?;
    }
    stage.click("#history").await?;
    lists(stage, "newest first", HISTORY, &["Снежный кот", "Кот на окне", "Ёлка в снегу"]).await?;
    stage.fill("#history-search", "КОТ окне").await?;
    lists(stage, "what was looked for", HISTORY, &["Кот на окне"]).await?;
    stage.click("#history-list [data-action=favourite]").await?;
    stage.shown("#history-list [data-action=favourite][aria-pressed=true]").await?;
    stage.fill("#history-search", "").await?;
    stage.click("#history-favourites").await?;
    lists(stage, "favourites", HISTORY, &["Кот на окне"]).await?;
    // It is one after a reload, too.
    stage.reload().await?;
    stage.click("#history").await?;
    stage.click("#history-favourites").await?;
    lists(stage, "favourites", HISTORY, &["Кот на окне"]).await?;
    stage.click("#history-list [data-action=delete]").await?;
    lists(stage, "none left", HISTORY, &[]).await?;
    shows(stage, "the focus", "document.activeElement.id", "kept-undo").await?;
    stage.press(Key::Enter).await?;
    lists(stage, "back", HISTORY, &["Кот на окне"]).await?;
    stage.shown("#history-list [data-action=favourite][aria-pressed=true]").await?;
    Ok(())
}

async fn a_template_takes_the_prompt_and_can_be_undone(stage: &Stage) -> Result<()> {
    let _service = begun(stage).await?;
    preset(stage, "template", "Открытка", "открытка: {prompt}, акварель").await?;
    stage.reload().await?;
    stage.fill("#prompt", "кот").await?;
    stage.click("#presets").await?;
    stage.click("[data-kind=template] [data-action=use]").await?;
    shows(stage, "the filled template", PROMPT, "открытка: кот, акварель").await?;
    stage.click("#undo-clear").await?;
    shows(stage, "the prompt", PROMPT, "кот").await?;
    // Changed under its name, and deleted.
    stage.click("#presets").await?;
    stage.click("[data-kind=template] [data-action=edit]").await?;
    stage.fill("#preset-text", "{prompt}, гравюра").await?;
    stage.click("#preset-save").await?;
    let titles = "[...document.querySelectorAll('[data-kind=template] .kept-text')].map((e) => e.title)";
    lists(stage, "one template", titles, &["{prompt}, гравюра"]).await?;
    stage.click("[data-kind=template] [data-action=delete]").await?;
    stage.click("#kept-undo").await?;
    lists(stage, "it is back", titles, &["{prompt}, гравюра"]).await
}

async fn an_own_style_adds_its_words(stage: &Stage) -> Result<()> {
    let service = begun(stage).await?;
    preset(stage, "style", "Тушь", "рисунок тушью").await?;
    stage.click("#presets").await?;
    stage.fill("#prompt", "кот").await?;
    stage.choose("input[name=style][value='own:Тушь']").await?;
    lists(stage, "the exact text", PREVIEW, &["кот, рисунок тушью"]).await?;
    shows(stage, "its length", COUNTER, "18/1000").await?;
    stage.click("#create").await?;
    ensure!(prompts(&service, 1).await? == ["кот, рисунок тушью"], "sent as shown");
    ensure!(service.runs()[0].params()?["style"] == Value::Null, "it is no style of the service");
    // It is chosen after a reload, too.
    stage.reload().await?;
    let chosen = "document.querySelector('input[name=style]:checked')?.value ?? ''";
    shows(stage, "the style", chosen, "own:Тушь").await
}

async fn a_batch_is_styles_by_shapes_by_variations(stage: &Stage) -> Result<()> {
    let service = begun(stage).await?;
    stage.fill("#prompt", "кот").await?;
    stage.click("#batch summary").await?;
    stage.choose("#batch-styles input[value=ANIME]").await?;
    shows(stage, "two styles", LABEL, "Создать 2").await?;
    stage.choose("#batch-shapes input[value='16:9']").await?;
    shows(stage, "by two shapes", LABEL, "Создать 4").await?;
    stage.fill("#variations", "3").await?;
    shows(stage, "three of each", LABEL, "Создать 12").await?;
    let title = stage.text("#preview-title").await?;
    ensure!(title.starts_with("1 текст, 12 запусков"), "how many: {title}");
    stage.fill("#variations", "1").await?;
    stage.click("#create").await?;
    prompts(&service, 4).await?;
    let mut looks = Vec::new();
    for run in service.runs() {
        let params = run.params()?;
        looks.push(format!("{} {}", params["style"], params["width"]));
    }
    looks.sort();
    ensure!(
        looks == ["\"ANIME\" 1024", "\"ANIME\" 1024", "null 1024", "null 1024"],
        "the service received {looks:?}"
    );
    let heights = service.runs().iter().filter(|run| run.params().is_ok_and(|p| p["height"] == 576)).count();
    ensure!(heights == 2, "two are 16:9, not {heights}");
    stage.click("#batch-reset").await?;
    shows(stage, "one again", LABEL, "Создать").await
}

async fn many_runs_are_asked_about_first(stage: &Stage) -> Result<()> {
    let service = begun(stage).await?;
    stage.fill("#prompt", "кот").await?;
    stage.click("#batch summary").await?;
    stage.fill("#variations", "21").await?;
    shows(stage, "the number", LABEL, "Создать 21").await?;
    stage.click("#create").await?;
    shows(stage, "the focus on the question", "document.activeElement.id", "ask-yes").await?;
    let words = stage.text("#ask-words").await?;
    ensure!(words.contains("21 запуск?"), "it says how many: {words}");
    stage.click("#ask-no").await?;
    stage.until_true("the question to go", "!document.querySelector('#ask-words')").await?;
    ensure!(service.runs().is_empty(), "nothing was sent unasked");
    // Another number is stored, and what changes meanwhile takes the question away.
    stage.fill("#variations", "4").await?;
    stage.fill("#ask-above", "3").await?;
    stage.press(Key::Tab).await?;
    stage.click("#create").await?;
    stage.shown("#ask-yes").await?;
    stage.fill("#variations", "5").await?;
    stage.until_true("the question to go", "!document.querySelector('#ask-words')").await?;
    stage.click("#create").await?;
    shows(stage, "the focus on the question", "document.activeElement.id", "ask-yes").await?;
    stage.press(Key::Enter).await?;
    prompts(&service, 5).await?;
    stage.reload().await?;
    shows(stage, "the stored number", "document.querySelector('#ask-above')?.value ?? ''", "3").await
}

const STORED: &str = "(() => { const d = JSON.parse(localStorage.getItem('komposition.draft') ?? '{}');
    return [d.prompt ?? '', d.negative ?? '', d.style ?? '', `${d.width}x${d.height}`]; })()";

async fn the_draft_is_there_after_a_reload(stage: &Stage) -> Result<()> {
    let _service = begun(stage).await?;
    stage.fill("#prompt", "кот {в").await?;
    stage.click("#negative-fold summary").await?;
    stage.fill("#negative", "надписи").await?;
    stage.choose("input[name=style][value=ANIME]").await?;
    stage.choose("input[name=shape][value='16:9']").await?;
    let draft = ["кот {в", "надписи", "ANIME", "1024x576"];
    lists(stage, "the stored draft", STORED, &draft).await?;
    stage.reload().await?;
    shows(stage, "the prompt", PROMPT, "кот {в").await?;
    let rest = "[document.querySelector('#negative').value,
        ...['style', 'shape'].map((name) => document.querySelector(`input[name=${name}]:checked`).value)]";
    lists(stage, "the rest", rest, &["надписи", "ANIME", "16:9"]).await?;
    ensure!(!stage.is_shown("#undo-clear").await?, "nothing was replaced");
    Ok(())
}

async fn the_draft_does_not_overwrite_what_was_typed_before_the_app(stage: &Stage) -> Result<()> {
    let service = stage.service(Script { wasm: Wasm::Held, ..Script::default() }).await?;
    stage.go(&service.origin).await?;
    let draft = serde_json::json!({ "prompt": "старый", "negative": "надписи", "style": "UHD" }).to_string();
    stage.run("localStorage.setItem('komposition.draft', arguments[0]);", &[draft.into()]).await?;
    stage.click("#prompt").await?;
    stage.press("новый").await?;
    service.let_wasm_through();
    stage.ready().await?;
    shows(stage, "what was typed", PROMPT, "новый").await?;
    ensure!(stage.property("#negative", "value").await? == "надписи", "the rest is the draft's");
    stage.click("#undo-clear").await?;
    shows(stage, "the draft", PROMPT, "старый").await
}

async fn what_was_cleared_comes_back(stage: &Stage) -> Result<()> {
    let _service = begun(stage).await?;
    stage.fill("#prompt", "кот").await?;
    stage.click("#clear").await?;
    shows(stage, "nothing", PROMPT, "").await?;
    stage.click("#undo-clear").await?;
    shows(stage, "the prompt", PROMPT, "кот").await
}

async fn the_history_by_the_keyboard_alone(stage: &Stage) -> Result<()> {
    let service = begun(stage).await?;
    for (n, prompt) in ["первый", "второй"].into_iter().enumerate() {
        stage.create(prompt).await?;
        prompts(&service, n + 1).await?;
    }
    stage.run("document.querySelector('#prompt').focus();", &[]).await?;
    stage.shown("#history").await?;
    let active = "document.activeElement.id || document.activeElement.dataset.action || ''";
    stage.press(Key::Tab).await?;
    shows(stage, "the history's button", active, "history").await?;
    stage.press(Key::Enter).await?;
    shows(stage, "the search", active, "history-search").await?;
    // Enter in the search is no Create.
    stage.press("перв").await?;
    lists(stage, "the found one", HISTORY, &["первый"]).await?;
    stage.press(Key::Enter).await?;
    stage.press(Key::Escape).await?;
    shows(stage, "the button again", active, "history").await?;
    stage.press(Key::Enter).await?;
    shows(stage, "the search", active, "history-search").await?;
    stage.press(Key::Tab).await?;
    stage.press(Key::Tab).await?;
    shows(stage, "the row", active, "use").await?;
    stage.press(Key::Enter).await?;
    shows(stage, "the prompt", PROMPT, "первый").await?;
    shows(stage, "the focus", active, "prompt").await?;
    ensure!(service.runs().len() == 2, "nothing was sent by the way");
    Ok(())
}

async fn three_samples_fill_the_prompt_on_a_first_visit(stage: &Stage) -> Result<()> {
    let service = begun(stage).await?;
    let samples = "[...document.querySelectorAll('.sample')].map((e) => e.textContent)";
    let russian: Vec<String> = stage.look(samples).await?;
    ensure!(russian.len() == 3, "{russian:?}");
    let words = |text: &String| text.chars().any(|letter| matches!(letter, 'а'..='я'));
    ensure!(russian.iter().all(words), "in the language of the page: {russian:?}");
    for (n, sample) in russian.iter().enumerate() {
        stage.click(&format!(".sample:nth-of-type({})", n + 1)).await?;
        shows(stage, "the sample", PROMPT, sample).await?;
        shows(stage, "the focus", "document.activeElement.id", "prompt").await?;
    }
    // The one before comes back, as with anything that replaces a prompt.
    stage.click("#undo-clear").await?;
    shows(stage, "the sample before", PROMPT, &russian[1]).await?;
    stage.click("#language").await?;
    let others = |now: &Vec<String>| now.len() == 3 && !now.iter().any(words);
    stage.until_value("English ones", samples, others).await?;
    stage.click("#create").await?;
    stage.picture(&russian[1]).await?;
    ensure!(!stage.is_shown(".sample").await?, "they are for a stage without pictures");
    drop(service);
    Ok(())
}
