//! The keyboard alone: shortcuts, the sheet of them, the command palette, and a whole session without a pointer.

use anyhow::{Context, Result, bail, ensure};
use komposition_tests::{Stage, tests};
use thirtyfour::Key;

tests![
    the_question_mark_shows_every_shortcut_and_the_focus_comes_back,
    nothing_fires_while_somebody_types,
    nothing_fires_with_foreign_modifiers,
    single_keys_lead_everywhere_and_never_lose_the_focus,
    letters_are_where_the_layout_has_them,
    single_keys_can_be_switched_off,
    the_palette_does_what_is_found_by_its_words,
    a_whole_session_by_keyboard_alone,
];

async fn held(stage: &Stage, held: Key, key: char) -> Result<()> {
    let chain = stage.driver().action_chain();
    let chain = chain.key_down(held.clone()).key_down(key).key_up(key).key_up(held);
    chain.perform().await.context("cannot press a chord")
}

async fn palette(stage: &Stage, words: &str) -> Result<()> {
    held(stage, Key::Control, 'k').await?;
    stage.shown("dialog#palette").await?;
    stage.press(words).await?;
    let found = "document.querySelectorAll('#palette-list li').length";
    stage.until_value("one thing to be found", found, |n: &u32| *n == 1).await?;
    stage.press(Key::Enter).await?;
    stage.until_true("the palette to go", "!document.querySelector('dialog[open]')").await
}

/// Out of the prompt, to a place where letters are not typed.
async fn out_of_the_field(stage: &Stage) -> Result<()> {
    stage.run("document.querySelector('nav a').focus();", &[]).await.map(drop)
}

const HASH: &str = "location.hash || '#/'";
const OPEN: &str = "!!document.querySelector('dialog[open]')";

async fn is_at(stage: &Stage, hash: &str) -> Result<()> {
    stage
        .until_value(&format!("the page to be at {hash}"), HASH, |seen: &String| seen == hash)
        .await
        .map(drop)
}

async fn the_question_mark_shows_every_shortcut_and_the_focus_comes_back(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    out_of_the_field(stage).await?;
    stage.press("?").await?;
    stage.shown("dialog#shortcuts").await?;
    let lines: usize = stage.look("document.querySelectorAll('#shortcuts dt').length").await?;
    let all: usize = studio::shortcuts::Place::ALL.iter().map(|place| place.shortcuts().len()).sum();
    ensure!(lines == all, "{lines} of {all} shortcuts");
    ensure!(stage.look::<bool>("document.querySelector('#shortcuts').matches(':modal') && document.querySelector('#shortcuts').contains(document.activeElement)").await?, "it is a dialog, and has the focus");
    // What is heard everywhere is not heard behind a dialog.
    stage.press("l").await?;
    stage.press(Key::Escape).await?;
    stage.until_true("the sheet to go", "!document.querySelector('dialog[open]')").await?;
    ensure!(stage.look::<String>(HASH).await? == "#/", "nothing happened behind it");
    ensure!(
        stage.look::<bool>("document.activeElement === document.querySelector('nav a')").await?,
        "the focus is where it was"
    );
    Ok(())
}

async fn nothing_fires_while_somebody_types(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    let theme: String = stage.look("document.documentElement.dataset.theme").await?;
    stage.run("document.querySelector('#prompt').focus();", &[]).await?;
    stage.press("?nqlbkst/").await?;
    stage
        .until_value("all of it to be typed", "document.querySelector('#prompt').value", |text: &String| {
            text == "?nqlbkst/"
        })
        .await?;
    ensure!(!stage.look::<bool>(OPEN).await? && stage.look::<String>(HASH).await? == "#/", "only typed");
    ensure!(
        stage.look::<String>("document.documentElement.dataset.theme").await? == theme,
        "in the same theme"
    );
    Ok(())
}

async fn nothing_fires_with_foreign_modifiers(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    out_of_the_field(stage).await?;
    // As a browser tells of them; drivers would open its menus.
    let script = "for (const key of ['l', 'k', '?', 't']) for (const held of ['altKey', 'metaKey']) for (const ctrlKey of [false, true]) {
        const code = key === '?' ? 'Slash' : 'Key' + key.toUpperCase();
        document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, code, [held]: true, ctrlKey, bubbles: true, cancelable: true }));
    }";
    stage.run(script, &[]).await?;
    ensure!(
        !stage.look::<bool>(OPEN).await? && stage.look::<String>(HASH).await? == "#/",
        "nothing was heard"
    );
    // The same without them is.
    stage.press("l").await?;
    is_at(stage, "#/library").await
}

async fn single_keys_lead_everywhere_and_never_lose_the_focus(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    out_of_the_field(stage).await?;
    for (key, hash, landmark) in [
        ("l", "#/library", "#library-title"),
        ("b", "#/storage", "#storage"),
        ("k", "#/connection", "form#connection"),
        ("s", "#/settings", "#settings"),
        ("q", "#/queue", "#jobs"),
    ] {
        stage.press(key).await?;
        is_at(stage, hash).await?;
        stage.until_true(landmark, &format!("!!document.querySelector('{landmark}')")).await?;
        stage.until_true("the focus to be somewhere", "document.activeElement !== document.body").await?;
    }
    stage.press("n").await?;
    stage.until_true("the focus to be in the prompt", "document.activeElement.id === 'prompt'").await
}

async fn letters_are_where_the_layout_has_them(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    out_of_the_field(stage).await?;
    let press = async |key: &str, code: &str| {
        let script = "const [key, code] = arguments;
            document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true }));";
        stage.run(script, &[key.into(), code.into()]).await
    };
    // A French keyboard has A where the English one has Q, and a Russian one has «й» there.
    press("a", "KeyQ").await?;
    ensure!(stage.look::<String>("location.hash").await? != "#/queue", "A is no Q");
    press("q", "KeyA").await?;
    is_at(stage, "#/queue").await?;
    press("д", "KeyL").await?;
    is_at(stage, "#/library").await?;
    press("й", "KeyQ").await?;
    is_at(stage, "#/queue").await
}

async fn single_keys_can_be_switched_off(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.route("#/settings").await?;
    stage.click("#single-keys").await?;
    stage.press("l").await?;
    held(stage, Key::Control, 'k').await?;
    stage.shown("dialog#palette").await?;
    ensure!(stage.look::<String>(HASH).await? == "#/settings", "L was not heard, Ctrl+K is");
    stage.press(Key::Escape).await?;
    stage.reload().await?;
    stage.route("#/settings").await?;
    ensure!(stage.property("#single-keys", "checked").await? == false, "it is kept");
    stage.click("#single-keys").await?;
    stage.press("l").await?;
    is_at(stage, "#/library").await
}

async fn the_palette_does_what_is_found_by_its_words(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.fill("#prompt", "кот").await?;
    held(stage, Key::Control, 'k').await?;
    stage.shown("dialog#palette").await?;
    stage.press(Key::Escape).await?;
    stage.until_true("the focus to be back in the prompt", "document.activeElement.id === 'prompt'").await?;
    palette(stage, "высокий").await?;
    stage.until_true("high contrast", "document.documentElement.hasAttribute('data-contrast')").await?;
    palette(stage, "english").await?;
    stage.until_true("English", "document.documentElement.lang === 'en'").await?;
    palette(stage, "go lib").await?;
    is_at(stage, "#/library").await?;
    palette(stage, "write").await?;
    stage.until_true("the focus to be in the prompt", "document.activeElement.id === 'prompt'").await?;
    palette(stage, "create").await?;
    stage.picture("кот").await?;
    Ok(())
}

/// Tab, until the focus is on such an element.
async fn tab_to(stage: &Stage, selector: &str) -> Result<()> {
    for _ in 0..60 {
        if stage.look::<bool>(&format!("document.activeElement.matches('{selector}')")).await? {
            return Ok(());
        }
        stage.press(Key::Tab).await?;
    }
    bail!("Tab does not lead to {selector}")
}

/// The prompts of the waiting rows of the queue.
const WAITING: &str = "[...document.querySelectorAll('#queue-rows > [data-phase=waiting] .queue-prompt')].map(it => it.textContent)";

async fn waits(stage: &Stage, wanted: &[&str]) -> Result<()> {
    let what = format!("the waiting rows to be {wanted:?}");
    stage.until_value(&what, WAITING, |rows: &Vec<String>| rows == wanted).await.map(drop)
}

/// Writes over what stands in the field with the focus.
async fn write_over(stage: &Stage, text: &str) -> Result<()> {
    held(stage, Key::Control, 'a').await?;
    stage.press(text).await
}

/// A batch of two prompts is made while the queue is paused; of what waits one is changed, put elsewhere, one cancelled.
async fn a_batch_in_the_queue(stage: &Stage) -> Result<()> {
    palette(stage, "к очереди").await?;
    stage.until_true("the queue to have the focus", "document.activeElement.id === 'queue-title'").await?;
    tab_to(stage, "#queue-pause").await?;
    stage.press(Key::Enter).await?;
    stage.shown("#notice [data-action='go-on']").await?;
    stage.press("n").await?;
    stage.until_true("the prompt to have the focus", "document.activeElement.id === 'prompt'").await?;
    write_over(stage, "{Маяк|Сад}").await?;
    tab_to(stage, "#batch > summary").await?;
    stage.press(Key::Enter).await?;
    tab_to(stage, "#variations").await?;
    write_over(stage, "2").await?;
    stage.until_true("four runs", "/ 4$/.test(document.querySelector('#create').textContent.trim())").await?;
    stage.press_ctrl_enter().await?;
    waits(stage, &["Маяк", "Маяк", "Сад", "Сад"]).await?;

    palette(stage, "к очереди").await?;
    tab_to(stage, "#queue-rows > :first-child [data-action=edit]").await?;
    stage.press(Key::Enter).await?;
    stage.until_true("the fields to be there", "document.activeElement.id === 'queue-edit-prompt'").await?;
    write_over(stage, "Лиса").await?;
    stage.press_ctrl_enter().await?;
    waits(stage, &["Лиса", "Маяк", "Сад", "Сад"]).await?;
    stage.until_true("the focus to be back", "document.activeElement.dataset.action === 'edit'").await?;
    let chain = stage.driver().action_chain().key_down(Key::Alt);
    chain.key_down(Key::Down).key_up(Key::Down).key_up(Key::Alt).perform().await?;
    waits(stage, &["Маяк", "Лиса", "Сад", "Сад"]).await?;
    tab_to(stage, "#queue-rows > :last-child [data-action=cancel]").await?;
    stage.press(Key::Enter).await?;
    waits(stage, &["Маяк", "Лиса", "Сад"]).await?;
    stage.until_true("the way back to have the focus", "document.activeElement.id === 'queue-undo'").await?;
    palette(stage, "к очереди").await?;
    tab_to(stage, "#queue-pause").await?;
    stage.press(Key::Enter).await?;
    for prompt in ["Маяк", "Лиса", "Сад"] {
        stage.picture(prompt).await?;
    }
    Ok(())
}

async fn a_whole_session_by_keyboard_alone(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    // The prompt has the focus from the start.
    stage.press("Кот у окна").await?;
    stage.press_ctrl_enter().await?;
    stage.picture("Кот у окна").await?;
    a_batch_in_the_queue(stage).await?;

    palette(stage, "в библиотеку").await?;
    let count = "document.querySelectorAll('.tile').length";
    stage.until_value("four pictures", count, |tiles: &usize| *tiles == 4).await?;
    tab_to(stage, ".tile .open").await?;
    stage.press("x").await?;
    stage.press(Key::Right).await?;
    stage.press("x").await?;
    stage.shown(".chosen [data-action='compare']").await?;
    stage.press("c").await?;
    stage.shown("dialog.compare .compare-slider").await?;
    tab_to(stage, ".compare-slider").await?;
    stage.press(Key::Left).await?;
    stage
        .until_true("the line to be pushed", "document.querySelector('.compare-slider').value === '49'")
        .await?;
    stage.press(Key::Escape).await?;
    stage.until_true("comparing to end", "!document.querySelector('dialog[open], .compare-parts')").await?;
    stage.press(Key::Escape).await?;
    stage.until_true("nothing to be chosen", "!document.querySelector('.tile[data-chosen=true]')").await?;

    stage.press(Key::Enter).await?;
    stage.shown("dialog.viewer").await?;
    stage.press("f").await?;
    stage
        .until_true(
            "a favourite",
            "document.querySelector('.viewer [data-action=mark]').getAttribute('aria-pressed') === 'true'",
        )
        .await?;
    stage.press(Key::Delete).await?;
    // The viewer goes on with the next one.
    stage
        .until_true(
            "the next one",
            "document.querySelector('.viewer [data-action=mark]').getAttribute('aria-pressed') === 'false'",
        )
        .await?;
    stage.press(Key::Escape).await?;
    stage.until_true("the viewer to go", "!document.querySelector('dialog[open]')").await?;
    stage.until_value("three pictures", count, |tiles: &usize| *tiles == 3).await?;
    stage.until_true("the focus to be on a picture", "document.activeElement.matches('.tile .open')").await?;
    held(stage, Key::Control, 'z').await?;
    stage.shown(".tile[data-favourite=true]").await?;
    palette(stage, "копиям").await?;
    stage.shown("#make-backup").await?;
    stage.until_true("it to be usable", "!document.querySelector('#make-backup').disabled").await?;
    tab_to(stage, "#make-backup").await?;
    stage.run("window.saved = []; HTMLAnchorElement.prototype.click = function () { saved.push(this.download); }; addEventListener('click', (event) => { const link = event.target.closest?.('a[download]'); if (link) { saved.push(link.download); event.preventDefault(); } }, true);", &[]).await?;
    stage.press(Key::Enter).await?;
    stage.shown("#save-part").await?;
    tab_to(stage, "#save-part").await?;
    stage.press(Key::Enter).await?;
    stage
        .until_value("the backup to be saved", "window.saved", |saved: &Vec<String>| {
            saved.iter().any(|name| name.ends_with(".zip"))
        })
        .await?;
    Ok(())
}
