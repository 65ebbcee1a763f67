//! Text is text: what people, services, files and backups say is shown as it is, wherever it is shown, and is never markup.

use anyhow::{Context, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use komposition_tests::{Host, Script, Service, Stage, StaticHost, tests};
use serde_json::json;
use std::io::Cursor;
use studio::{
    backup::{About, DEFAULT_PART_BYTES, Writer},
    library::PictureEntry,
    metadata,
};

use thirtyfour::Key;
use zip::ZipArchive;

use crate::embed::{enter, leave, listing, policy, ready, told};
use crate::keeping::{choose, drop_files, imported, picture, storage_page};
use crate::queue::{in_row, paused, waits};

tests![
    in_the_form_the_queue_and_the_library,
    in_what_a_service_says,
    half_a_character_in_an_answer_is_told_and_breaks_nothing,
    in_the_connections_fields,
    in_the_name_of_a_connection_and_in_a_token,
    in_the_history_and_the_presets,
    in_what_is_looked_for,
    in_the_owners_file,
    in_the_name_of_a_person,
    in_what_a_host_page_presets,
    in_a_notification,
    in_an_imported_backup,
    in_a_dropped_picture_and_its_name,
    in_what_is_compared,
    in_a_waiting_row_and_its_editor,
    in_a_list_of_words,
    on_the_crash_page,
    in_what_a_backup_shows_without_the_app,
];

/// Markup that would run, in every quoting; a script's address; templates; a text that turns around what follows; a word
/// without an end. It begins with what a service's text is recognised by, and has no white space at its ends.
const HOSTILE: &str = "<img src=x onerror=window.ran=1>\"><script>window.ran=2</script>'><svg/onload=window.ran=3>\
    javascript:window.ran=4//{{7*7}}${7*7}<!--]]>&lt;b&gt; \u{202e}gnp.exe\u{202c} \u{200b}\u{feff}\
    WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW";

/// The part of it that is looked for where it is shown.
const MARK: &str = "<img src=x onerror=window.ran=1>";

/// Nothing of it became an element or ran, and nothing sticks out of the page, at a desk and on a phone.
async fn is_text(stage: &Stage, place: &str) -> Result<()> {
    is_text_beside(stage, place, 0).await
}

/// The same on a page that has so many scripts of its own in its markup.
async fn is_text_beside(stage: &Stage, place: &str, own: usize) -> Result<()> {
    let elements = "[...document.querySelectorAll('img[src=x], [onerror], [onload], iframe, object, a[href^=\"javascript:\" i]')]
        .concat([...document.scripts].filter((script) => script.type !== 'application/json' && !script.src).slice(OWN))
        .map((element) => element.outerHTML.slice(0, 200))";
    let made: Vec<String> = stage.look(&elements.replace("OWN", &own.to_string())).await?;
    ensure!(made.is_empty(), "{place}: it became {made:?}");
    let ran: Option<u32> = stage.look("window.ran ?? null").await?;
    ensure!(ran.is_none(), "{place}: it ran: {ran:?}");
    for width in [480, 1440] {
        stage.driver().set_window_rect(0, 0, width, 1100).await?;
        let over = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        stage
            .until_value(&format!("{place} to fit into {width} pixels"), over, |over: &i32| *over <= 0)
            .await?;
    }
    Ok(())
}

/// Some element shows it, as text.
async fn is_shown_in(stage: &Stage, selector: &str) -> Result<()> {
    let script = format!(
        "[...document.querySelectorAll({selector:?})].some((it) => it.textContent.includes({MARK:?}))"
    );
    stage.until_true(&format!("it to be shown in {selector}"), &script).await
}

async fn service(stage: &Stage) -> Result<Service> {
    let service = stage.service(Script { words: Some(HOSTILE), ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    Ok(service)
}

async fn in_the_form_the_queue_and_the_library(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.click("#negative-fold summary").await?;
    stage.fill("#negative", HOSTILE).await?;
    stage.fill("#prompt", HOSTILE).await?;
    is_text(stage, "the form").await?;
    stage.create(HOSTILE).await?;
    let job = stage.picture(HOSTILE).await?;
    let alt = job.picture.context("a picture")?.alt;
    ensure!(alt.contains(MARK), "its prompt is its other text: {alt:?}");
    let name = job.download.context("a link")?.name;
    let plain = |c: char| {
        !r#"<>:"/\|?*&'"#.contains(c) && !c.is_control() && !"\u{202e}\u{202c}\u{200b}\u{feff}".contains(c)
    };
    ensure!(name.chars().all(plain) && name.ends_with(".png"), "a plain file name: {name:?}");
    is_text(stage, "the queue").await?;
    stage.reload().await?;
    stage.picture(HOSTILE).await?;
    is_text(stage, "the queue after a reload").await?;

    in_the_library(stage).await
}

/// The newest picture of the library has it as its prompt and its negative prompt.
async fn in_the_library(stage: &Stage) -> Result<()> {
    stage.route("#/library").await?;
    stage.shown("#rooms li.tile button.open").await?;
    stage
        .until_true(
            "its tile to tell of it",
            &format!("[...document.querySelectorAll('#rooms li.tile *')].some((it) => [it.alt, it.title, it.ariaLabel].some((text) => text?.includes({MARK:?})))"),
        )
        .await?;
    is_text(stage, "the library").await?;
    stage.click("#rooms li.tile button.open").await?;
    stage.shown("dialog.viewer[open]").await?;
    stage.press("i").await?;
    for fact in ["prompt", "negative"] {
        is_shown_in(stage, &format!(".viewer-info [data-fact={fact}] dd")).await?;
    }
    is_text(stage, "the viewer").await
}

async fn in_what_a_service_says(stage: &Stage) -> Result<()> {
    let _service = service(stage).await?;
    is_shown_in(stage, "form.compose .fields").await.context("the name of a style or a model")?;
    is_text(stage, "styles and models").await?;
    for (prompt, shown) in [("refused кот", true), ("failed кот", true), ("censored кот", false)] {
        stage.create(prompt).await?;
        let told = stage.job(prompt, "told", |job| job.failure.is_some() && !job.sentence.is_empty()).await?;
        ensure!(!shown || told.sentence.contains(MARK), "in the service's words: {told:?}");
        is_text(stage, prompt).await?;
    }
    Ok(())
}

async fn half_a_character_in_an_answer_is_told_and_breaks_nothing(stage: &Stage) -> Result<()> {
    let words = "HALF \u{0}\u{7}\u{1b}[31m <b>";
    let service = stage.service(Script { words: Some(words), ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    // What no JSON is cannot be used: then the page says so, and the studio still stands.
    stage.shown("#create").await?;
    is_text(stage, "half a character").await?;
    stage.fill("#prompt", "кот\u{7}\u{1b}[31m").await?;
    is_text(stage, "control characters").await
}

async fn in_the_connections_fields(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.route("#/connection").await?;
    stage.choose("form#connection input[name=source][value=relay]").await?;
    let address = "#relay-address";
    for text in [HOSTILE, "javascript:window.ran=5", "https://x\"><img src=x onerror=window.ran=6>"] {
        stage.fill(address, text).await?;
        stage.click("#test").await?;
        stage
            .until_true("it to be told", "document.querySelector('#test-result')?.dataset.result === 'fail'")
            .await?;
        is_text(stage, text).await?;
    }
    stage.choose("form#connection input[name=source][value=direct]").await?;
    for field in ["#base-address", "#key", "#secret"] {
        stage.fill(field, HOSTILE).await?;
    }
    stage.choose("input[name=keeping][value=vault]").await?;
    stage.fill("#passphrase", HOSTILE).await?;
    stage.click("#test").await?;
    stage
        .until_true("it to be told", "document.querySelector('#test-result')?.dataset.result === 'fail'")
        .await?;
    is_text(stage, "the keys").await
}

async fn in_the_name_of_a_connection_and_in_a_token(stage: &Stage) -> Result<()> {
    let service = stage.service(Script { needs_token: true, ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    stage.route("#/connection").await?;
    stage.click("#test").await?;
    stage.fill("#token", HOSTILE).await?;
    stage.click("#test").await?;
    let told = "document.querySelector('#test-result')?.dataset.result === 'fail'";
    stage.until_true("it to be told", told).await?;
    is_text(stage, "the token").await?;
    stage.click("#add-connection").await?;
    // No longer than sixty characters.
    stage.fill("#connection-name", MARK).await?;
    stage.press(Key::Tab).await?;
    is_shown_in(stage, "#connections strong").await?;
    is_text(stage, "the name").await?;
    stage.fill("#base-address", &service.origin).await?;
    stage.fill("#key", "K-12345678").await?;
    stage.fill("#secret", "S-12345678").await?;
    stage.use_connection().await?;
    stage.reload().await?;
    is_text(stage, "the page with that name in use").await?;
    stage.route("#/connection").await?;
    is_shown_in(stage, "#connections strong").await?;
    is_text(stage, "the name after a reload").await
}

async fn in_the_history_and_the_presets(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.create(HOSTILE).await?;
    stage.picture(HOSTILE).await?;
    stage.click("#history").await?;
    stage.fill("#history-search", HOSTILE).await?;
    is_shown_in(stage, "#history-list .kept-text").await?;
    is_text(stage, "the history").await?;
    stage.click("#history-list [data-action=delete]").await?;
    is_shown_in(stage, "#history-panel [role=status]").await?;
    is_text(stage, "what was deleted").await?;
    stage.click("#presets").await?;
    for kind in ["template", "style"] {
        let choose = "const e = document.querySelector('#preset-kind'); e.value = arguments[0];
            e.dispatchEvent(new Event('change', { bubbles: true }));";
        stage.run(choose, &[kind.into()]).await?;
        // A name is no longer than sixty characters.
        stage.fill("#preset-name", MARK).await?;
        stage.fill("#preset-text", HOSTILE).await?;
        stage.click("#preset-save").await?;
        is_shown_in(stage, &format!("#presets-panel [data-kind={kind}] .kept-text")).await?;
        is_text(stage, kind).await?;
    }
    stage.click("[data-kind=style] [data-action=use]").await?;
    is_shown_in(stage, "form.compose label").await?;
    is_text(stage, "an own style in use").await
}

async fn in_what_is_looked_for(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.create("тихая гавань").await?;
    stage.picture("тихая гавань").await?;
    stage.route("#/library").await?;
    stage.shown("#rooms li.tile").await?;
    stage.fill("#library-search", HOSTILE).await?;
    stage.until_true("nothing to be found", "!document.querySelector('#rooms li.tile')").await?;
    is_text(stage, "the library's search").await?;
    let held = stage.driver().action_chain().key_down(Key::Control).key_down('k').key_up('k');
    held.key_up(Key::Control).perform().await?;
    stage.fill("#palette-field", HOSTILE).await?;
    is_text(stage, "the palette").await?;
    stage.press(Key::Escape).await?;
    stage.run("location.hash = '#/embed';", &[]).await?;
    for text in [HOSTILE, "https://x.example/\"><img src=x onerror=window.ran=8>"] {
        stage.fill("#embed-host", text).await?;
        let wrong = stage.attribute("#embed-host", "aria-invalid").await?;
        ensure!(wrong.as_deref() == Some("true"), "{text} is taken for an origin");
        is_text(stage, "the address of a host page").await?;
    }
    Ok(())
}

async fn in_the_owners_file(stage: &Stage) -> Result<()> {
    let host = StaticHost::start(stage.settings()).await?;
    let config = json!({
        "title": HOSTILE, "language": HOSTILE, "theme": HOSTILE, "relays": [HOSTILE, "https://relay.example"],
        "connection": { "kind": "relay", "address": HOSTILE }, "embed": { "origins": [HOSTILE] }, HOSTILE: 1,
    });
    host.configure(&config.to_string());
    stage.open(&host.address).await?;
    is_shown_in(stage, ".brand-name").await?;
    stage.shown("#notice[data-failure=config]").await?;
    is_text(stage, "the page with that title").await?;
    stage.route("#/connection").await?;
    stage.choose("input[name=source][value=relay]").await?;
    stage.shown("#allowed").await?;
    is_text(stage, "the relays that are allowed").await
}

async fn in_the_name_of_a_person(stage: &Stage) -> Result<()> {
    let people = stage.people()?;
    let token = people.token(MARK, &[])?;
    let relay = stage.relay_with(&["--people", people.file()?])?;
    stage.open(&relay.origin).await?;
    let kept = json!({ "choice": "here", "token": token }).to_string();
    stage.run("localStorage.setItem('komposition.connection', arguments[0]);", &[kept.into()]).await?;
    stage.reload().await?;
    is_shown_in(stage, "#person").await?;
    is_text(stage, "who is there").await
}

async fn in_what_a_host_page_presets(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    let relay = listing(stage, &[&host.origin], &[])?;
    let body = format!(
        "<script src=\"{}/embed.js\" defer></script><komposition-studio id=\"a\"></komposition-studio>",
        relay.origin
    );
    host.put("/", &body, &policy(&relay.origin));
    stage.go(&host.origin).await?;
    ready(stage).await?;
    let preset = "const [prompt] = arguments;
        const studio = document.querySelector('#a');
        studio.preset({ prompt, negative: prompt, style: prompt });
        for (const name of ['language', 'theme', 'connection', 'label']) studio.setAttribute(name, prompt);";
    stage.run(preset, &[HOSTILE.into()]).await?;
    enter(stage, 0).await?;
    let value = "document.querySelector('#prompt').value";
    stage.until_value("the preset", value, |text: &String| text.contains(MARK)).await?;
    is_text(stage, "the form").await?;
    // By keys: the frame is higher than the window.
    stage.click("#prompt").await?;
    stage.press_ctrl_enter().await?;
    let prompt: String = stage.look(value).await?;
    stage.picture(&prompt).await?;
    is_text(stage, "the picture").await?;
    leave(stage).await?;
    told(stage, "the result", |told| told.event == "done" && told.prompt.contains(MARK)).await?;
    let made: usize = stage.look("document.querySelectorAll('img, svg, [onerror]').length").await?;
    ensure!(made == 0, "on the page around it became markup");
    ensure!(stage.look::<bool>("!window.ran").await?, "and nothing ran");
    Ok(())
}

async fn in_a_notification(stage: &Stage) -> Result<()> {
    let stub = "window.told = [];
        window.Notification = class {
            static permission = 'default';
            static async requestPermission() { return (window.Notification.permission = 'granted'); }
            constructor(title, options) { window.told.push(title + ': ' + options.body); }
        };
        Document.prototype.hasFocus = () => !window.away;";
    let script = Script { lacking: Some(stub), status_time: Some(1), ..Script::default() };
    let service = stage.service(script).await?;
    stage.open(&service.origin).await?;
    stage.create(HOSTILE).await?;
    stage.click("[data-action='tell-me']").await?;
    stage.until_true("it to be on", "localStorage.getItem('komposition.notify') === 'on'").await?;
    stage.picture(HOSTILE).await?;
    stage.run("window.away = true;", &[]).await?;
    stage.create(HOSTILE).await?;
    let told: Vec<String> =
        stage.until_value("the notification", "told", |told: &Vec<String>| !told.is_empty()).await?;
    // The system shows it, not the page; it is a text there as well, and not a long one.
    ensure!(told[0].chars().count() < 400, "{told:?}");
    is_text(stage, "the title and the queue").await
}

/// A picture as another app, or somebody with bad intentions, describes it.
fn hostile_picture() -> Result<(PictureEntry, Vec<u8>)> {
    let (entry, bytes) = picture(1)?;
    let hostile = || HOSTILE.to_owned();
    Ok((PictureEntry { prompt: hostile(), negative: hostile(), style: hostile(), ..entry }, bytes))
}

fn hostile_backup() -> Result<Vec<u8>> {
    let (entry, bytes) = hostile_picture()?;
    let about = About { made: 1_795_374_513_000, app: HOSTILE.into() };
    let mut writer = Writer::new(about, DEFAULT_PART_BYTES, Vec::new());
    writer.add(&entry, &bytes)?;
    Ok(writer.finish()?.0)
}

async fn in_an_imported_backup(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    let file = hostile_backup()?;
    storage_page(stage, 0).await?;
    choose(stage, &[("<img src=x onerror=window.ran=7>.zip", &file)]).await?;
    imported(stage, "1 0 0").await?;
    is_text(stage, "the import").await?;
    in_the_library(stage).await?;
    is_shown_in(stage, ".viewer-info [data-fact=style] dd").await
}

async fn in_a_dropped_picture_and_its_name(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    let (entry, bytes) = hostile_picture()?;
    let file = metadata::embed(&bytes, &(&entry).into())?;
    drop_files(stage, &[("x.png", &file)]).await?;
    let prompt = format!("document.querySelector('#prompt').value.includes({MARK:?})");
    stage.until_true("the form to be filled", &prompt).await?;
    is_text(stage, "the form from a picture").await?;
    storage_page(stage, 0).await?;
    let name = format!("{}.png", HOSTILE.replace('/', "|"));
    choose(stage, &[(&name, b"no picture"), ("\u{202e}gnp.exe", &STANDARD.decode("AAAA")?)]).await?;
    imported(stage, "0 0 2").await?;
    is_shown_in(stage, "#import-panel *").await?;
    is_text(stage, "the names of files").await
}

async fn in_what_is_compared(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    let other = format!("кот {HOSTILE}");
    for prompt in [HOSTILE, &other] {
        stage.create(prompt).await?;
        stage.picture(prompt).await?;
    }
    for tile in [2, 1] {
        stage.click(&format!("li.job:nth-child({tile}) [data-action='compare']")).await?;
    }
    stage.shown("dialog.compare[open]").await?;
    is_shown_in(stage, "dialog.compare [data-parameter=prompt] *").await?;
    let alts = "[...document.querySelectorAll('.compare-pane img')].map((image) => image.alt)";
    let alts: Vec<String> = stage.look(alts).await?;
    ensure!(alts.len() == 2 && alts.iter().all(|alt| alt.contains(MARK)), "their other texts: {alts:?}");
    is_text(stage, "what is compared").await
}

async fn in_a_waiting_row_and_its_editor(stage: &Stage) -> Result<()> {
    let _service = paused(stage, &["кот"]).await?;
    stage.click(&in_row(stage, "кот", "[data-action='edit']").await?).await?;
    stage.fill("#queue-edit-prompt", HOSTILE).await?;
    stage.fill("#queue-edit-negative", HOSTILE).await?;
    is_text(stage, "the editor").await?;
    stage.click(".queue-editor [data-action='save']").await?;
    waits(stage, &[HOSTILE]).await?;
    is_text(stage, "the row").await?;
    stage.click("#queue-rows > [data-test='кот'] [data-action='cancel']").await?;
    stage.shown("#queue-undo").await?;
    is_text(stage, "what was cancelled").await
}

async fn in_a_list_of_words(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.type_into("#prompt", "х").await?;
    // Marks in a list would be marks.
    let lines = format!("{}\nнаше", HOSTILE.replace(['{', '}', '|'], ""));
    stage.keep_preset("list", "чужое", &lines).await?;
    let title = stage.attribute("#presets-panel [data-kind=list] .kept-text", "title").await?;
    ensure!(title.as_deref().is_some_and(|title| title.contains(MARK)), "its words are told: {title:?}");
    is_text(stage, "the list").await?;
    stage.fill("#prompt", "кот __чужое__").await?;
    is_shown_in(stage, "#preview .exact").await?;
    is_text(stage, "the exact texts").await
}

async fn on_the_crash_page(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.run("window.kompositionCrash(arguments[0]);", &[HOSTILE.into()]).await?;
    stage.shown("#crash").await?;
    is_shown_in(stage, "#crash-text").await?;
    // It was kept as a fault too.
    stage.take_faults().await?;
    is_text(stage, "the crash page").await
}

/// Unpacked into a folder and opened from there, as its README says.
async fn in_what_a_backup_shows_without_the_app(stage: &Stage) -> Result<()> {
    let folder = stage.folder("backup")?;
    ZipArchive::new(Cursor::new(hostile_backup()?))?.extract(&folder)?;
    stage.driver().goto(format!("file://{}/index.html", folder.display())).await?;
    stage.until_true("the picture", "document.querySelector('#grid img')?.naturalWidth > 0").await?;
    is_text_beside(stage, "the pictures of a backup", 1).await?;
    stage.click("#grid button").await?;
    stage.shown("#viewer[open]").await?;
    is_shown_in(stage, "#facts span").await?;
    is_shown_in(stage, "#facts small").await?;
    is_text_beside(stage, "a picture of a backup", 1).await
}
