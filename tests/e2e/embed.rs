//! The studio inside somebody else's page: real frames, on another site than the studio's.

use anyhow::{Context, Result, ensure};
use komposition_tests::{Host, Relay, Script, Stage, tests};
use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::Key;

tests![
    a_page_that_is_listed_is_known,
    a_page_that_is_not_listed_has_the_careful_studio,
    a_strangers_page_takes_nothing_out_of_the_history_and_the_presets,
    a_stranger_further_up_makes_it_a_strangers_page,
    only_the_first_hello_of_the_page_around_counts,
    malformed_messages_are_answered_and_do_nothing,
    whoever_speaks_too_often_is_not_heard,
    a_preset_prompt_spends_nothing_before_somebody_presses,
    who_may_spend_starts_a_run,
    the_host_chooses_among_the_relays_that_the_owner_allows,
    a_picture_is_chosen_and_handed_over,
    in_a_frame_without_storage_pictures_are_in_memory,
    a_host_of_plain_http,
    several_studios_on_one_page,
    the_element_is_as_high_as_its_content,
    the_snippet_works_as_it_is_copied,
    a_frame_alone_is_careful_although_its_page_is_listed,
    the_compact_studio_in_a_tab_of_its_own_hides_nothing,
];

const CAT: &str = "Пушистый кот в очках";

/// What an element told its page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Told {
    pub(crate) name: String,
    pub(crate) from: String,
    pub(crate) known: Option<bool>,
    pub(crate) may_spend: Option<bool>,
    pub(crate) stores: Option<bool>,
    pub(crate) event: String,
    pub(crate) code: String,
    pub(crate) prompt: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) length: usize,
    pub(crate) blob: usize,
    pub(crate) first: Vec<u8>,
    pub(crate) r#type: String,
    #[serde(rename = "blobType")]
    pub(crate) blob_type: String,
}

/// A studio whose owner has listed these origins.
pub(crate) fn listing(stage: &Stage, origins: &[&str], may_spend: &[&str]) -> Result<Relay> {
    stage.relay_configured(&json!({ "embed": { "origins": origins, "may_spend": may_spend } }))
}

pub(crate) fn policy(studio: &str) -> String {
    format!("frame-src {studio}; script-src {studio}")
}

/// Puts elements into a page of the host, and opens it.
async fn open(stage: &Stage, host: &Host, studio: &str, elements: &str) -> Result<()> {
    let body = format!("<script src=\"{studio}/embed.js\" defer></script>{elements}");
    host.put("/", &body, &policy(studio));
    stage.go(&host.origin).await
}

/// The first thing told of that kind.
pub(crate) async fn told(stage: &Stage, what: &str, good: impl Fn(&Told) -> bool) -> Result<Told> {
    let all: Vec<Told> =
        stage.until_value(what, "window.told ?? []", |all: &Vec<Told>| all.iter().any(&good)).await?;
    all.into_iter().find(good).context("it was there")
}

pub(crate) async fn ready(stage: &Stage) -> Result<Told> {
    told(stage, "the studio to be ready", |told| told.name == "ready").await
}

/// Goes into a frame, and waits until its app is up.
pub(crate) async fn enter(stage: &Stage, frame: u16) -> Result<()> {
    stage.driver().enter_frame(frame).await?;
    stage.ready().await
}

/// Looks for faults in the frame, and goes back to the page around.
pub(crate) async fn leave(stage: &Stage) -> Result<()> {
    stage.no_faults().await?;
    stage.driver().enter_default_frame().await?;
    Ok(())
}

/// Makes a picture, the way a person does: WebKit lets nobody write into a frame that was not clicked.
pub(crate) async fn create(stage: &Stage, prompt: &str) -> Result<()> {
    stage.click("#prompt").await?;
    stage.create(prompt).await
}

async fn embed_flag(stage: &Stage) -> Result<String> {
    stage.look("document.documentElement.dataset.embed ?? ''").await
}

async fn a_page_that_is_listed_is_known(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    let relay = listing(stage, &[&host.origin], &[])?;
    let element = "<komposition-studio id=\"a\" language=\"en\" theme=\"light\"></komposition-studio>";
    open(stage, &host, &relay.origin, element).await?;
    let ready = ready(stage).await?;
    ensure!(
        (ready.known, ready.may_spend, ready.stores) == (Some(true), Some(false), Some(true)),
        "{ready:?}"
    );
    enter(stage, 0).await?;
    ensure!(embed_flag(stage).await? == "known", "so it is marked");
    let looks: (String, String) =
        stage.look("[document.documentElement.lang, document.documentElement.dataset.theme]").await?;
    ensure!(looks == ("en".to_owned(), "light".to_owned()), "as the host wants it: {looks:?}");
    ensure!(stage.is_shown(".top nav").await?, "its rooms are open");
    stage.route("#/connection").await?;
    stage.route("#/").await?;
    create(stage, CAT).await?;
    stage.picture(CAT).await?;
    leave(stage).await?;
    for event in ["started", "done"] {
        let told = told(stage, event, |told| told.event == event).await?;
        ensure!(told.prompt == CAT && told.length == 0, "without bytes: {told:?}");
    }
    stage.run("document.querySelector('komposition-studio').setAttribute('language', 'ru');", &[]).await?;
    enter(stage, 0).await?;
    stage.until_true("the language to follow", "document.documentElement.lang === 'ru'").await?;
    leave(stage).await
}

async fn a_page_that_is_not_listed_has_the_careful_studio(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    // The same port under another name is another origin, and there is no wildcard.
    let other_name = host.origin.replace("localhost", "127.0.0.1");
    let relay = listing(stage, &[&other_name, "*", "http://localhost"], &[])?;
    let element = "<komposition-studio id=\"a\" connection=\"here\"></komposition-studio>";
    open(stage, &host, &relay.origin, element).await?;
    let ready = ready(stage).await?;
    ensure!((ready.known, ready.may_spend) == (Some(false), Some(false)), "{ready:?}");
    told(stage, "its connection to be refused", |told| told.code == "not-allowed").await?;
    let picked: String = stage
        .look_later("document.querySelector('komposition-studio').pick().then(() => 'picked', (e) => e.code)")
        .await?;
    ensure!(picked == "not-allowed", "no picture for a stranger: {picked}");
    enter(stage, 0).await?;
    ensure!(embed_flag(stage).await? == "unknown", "so it is marked");
    for room in ["#/connection", "#/storage", "#/library", "#/embed"] {
        stage.run("location.hash = arguments[0];", &[room.into()]).await?;
        stage.until_true("the address", &format!("location.hash === '{room}'")).await?;
        ensure!(stage.is_shown("#prompt").await?, "{room} does not open");
        ensure!(stage.look::<bool>("!document.querySelector('#rooms *')").await?, "{room} is not loaded");
    }
    for hidden in [".top nav", "#language", "#theme"] {
        ensure!(!stage.is_shown(hidden).await?, "{hidden} is hidden");
    }
    stage.shown("#full-studio").await?;
    let link: (String, String, String) = stage
        .look("(({ href, target, rel }) => [href, target, rel])(document.querySelector('#full-studio'))")
        .await?;
    ensure!(link == (format!("{}/", relay.origin), "_blank".into(), "noopener".into()), "{link:?}");
    create(stage, CAT).await?;
    let job = stage.picture(CAT).await?;
    ensure!(job.steps.iter().any(|step| step == "download"), "the picture is the person's: {job:?}");
    ensure!(!job.steps.iter().any(|step| step == "remove" || step == "pick"), "{job:?}");
    // Keys lead nowhere else either: they are the browser's here.
    let listen = "document.activeElement.blur(); window.heard = [];
        addEventListener('keydown', (event) => heard.push([event.key, event.defaultPrevented]));";
    stage.run(listen, &[]).await?;
    let look: String = stage.look("document.documentElement.dataset.theme").await?;
    stage.press("t?l").await?;
    let chord = stage.driver().action_chain().key_down(Key::Control).key_down('k').key_up('k');
    chord.key_up(Key::Control).perform().await?;
    let heard: Vec<(String, bool)> = stage.look("heard").await?;
    for key in ["t", "?", "l", "k"] {
        ensure!(heard.contains(&(key.to_owned(), false)), "{key}: {heard:?}");
    }
    ensure!(
        stage.look::<String>("document.documentElement.dataset.theme").await? == look,
        "the look is as it was"
    );
    ensure!(stage.look::<bool>("!document.querySelector('#rooms *, dialog[open]')").await?, "nothing came");
    leave(stage).await?;
    let all: Vec<Told> = stage.look("told").await?;
    ensure!(all.iter().all(|told| told.name != "result"), "a stranger hears of nothing: {all:?}");
    Ok(())
}

/// Which buttons the rows of the history and of the presets show, by what they do.
async fn kept_buttons(stage: &Stage, panel: &str) -> Result<Vec<String>> {
    stage.click(&format!("#{panel}")).await?;
    stage.shown(&format!("#{panel}-panel .rows [data-action=use]")).await?;
    let shown = format!(
        "[...document.querySelectorAll('#{panel}-panel .rows [data-action]')]
            .filter((it) => it.checkVisibility()).map((it) => it.dataset.action)"
    );
    let buttons = stage.look(&shown).await?;
    stage.click(&format!("#{panel}")).await?;
    Ok(buttons)
}

async fn a_strangers_page_takes_nothing_out_of_the_history_and_the_presets(stage: &Stage) -> Result<()> {
    let (listed, stranger) = (Host::start().await?, Host::start().await?);
    let relay = listing(stage, &[&listed.origin], &[])?;
    for (host, known) in [(&stranger, false), (&listed, true)] {
        open(stage, host, &relay.origin, "<komposition-studio id=\"a\"></komposition-studio>").await?;
        ensure!(ready(stage).await?.known == Some(known), "{}", host.origin);
        enter(stage, 0).await?;
        create(stage, CAT).await?;
        stage.picture(CAT).await?;
        stage.click("#presets").await?;
        stage.fill("#preset-name", "Открытка").await?;
        stage.fill("#preset-text", "открытка: {prompt}").await?;
        stage.click("#preset-save").await?;
        stage.click("#presets").await?;
        let wanted: [&[&str]; 2] = match known {
            // The same rows have them where somebody has vouched for the page.
            true => [&["use", "favourite", "delete"], &["use", "edit", "delete"]],
            false => [&["use", "favourite"], &["use"]],
        };
        for (panel, wanted) in ["history", "presets"].into_iter().zip(wanted) {
            let buttons = kept_buttons(stage, panel).await?;
            ensure!(buttons == wanted, "{panel}, known {known}: {buttons:?}");
        }
        ensure!(stage.is_shown(".queue-telling").await? == known, "notifications, known {known}");
        leave(stage).await?;
    }
    Ok(())
}

async fn a_stranger_further_up_makes_it_a_strangers_page(stage: &Stage) -> Result<()> {
    let (host, evil) = (Host::start().await?, Host::start().await?);
    let relay = listing(stage, &[&host.origin], &[&host.origin])?;
    let body = format!(
        "<script src=\"{}/embed.js\" defer></script><komposition-studio></komposition-studio>",
        relay.origin
    );
    host.put("/", &body, &policy(&relay.origin));
    evil.put(
        "/",
        &format!("<iframe src=\"{}/\" width=\"900\" height=\"900\"></iframe>", host.origin),
        &format!("frame-src {}", host.origin),
    );
    stage.go(&evil.origin).await?;
    stage.driver().enter_frame(0).await?;
    let ready = ready(stage).await?;
    ensure!((ready.known, ready.may_spend) == (Some(false), Some(false)), "{ready:?}");
    enter(stage, 0).await?;
    ensure!(embed_flag(stage).await? == "unknown", "so it is marked");
    leave(stage).await
}

/// Opens a page that speaks by hand with the studio in its frame, and waits for the studio's call.
async fn by_hand(stage: &Stage, host: &Host, studio: &str) -> Result<()> {
    let frame = format!(
        "<iframe src=\"{studio}/?embed=1\" width=\"900\" height=\"900\"></iframe><iframe src=\"/beside\"></iframe>"
    );
    host.put("/", &frame, &format!("frame-src 'self' {studio}"));
    host.put("/beside", "", "frame-src 'none'");
    stage.go(&host.origin).await?;
    stage.until_true("the studio's call", "called?.length === 1").await?;
    let call: Value = stage.look("called[0]").await?;
    ensure!(call["data"] == r#"{"komposition":"hello","version":1}"#, "it says nothing else: {call}");
    ensure!(call["origin"] == studio && call["frame"] == 0, "{call}");
    Ok(())
}

/// What came through a line of the page.
async fn heard(stage: &Stage, line: usize) -> Result<Vec<Value>> {
    stage.look(&format!("lines[{line}].heard")).await
}

/// Says something through a line, as it is.
async fn say(stage: &Stage, line: usize, expression: &str) -> Result<()> {
    stage.run(&format!("lines[{line}].port.postMessage({expression});"), &[]).await?;
    Ok(())
}

async fn until_heard(stage: &Stage, line: usize, what: &str, test: &str) -> Result<()> {
    stage.until_true(what, &format!("lines[{line}].heard.some((m) => {test})")).await
}

async fn only_the_first_hello_of_the_page_around_counts(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    let relay = listing(stage, &[&host.origin], &[&host.origin])?;
    by_hand(stage, &host, &relay.origin).await?;
    // Not the page around, but a frame beside: whatever it says, nobody listens.
    stage.driver().enter_frame(1).await?;
    stage.run("hello(helloText(), parent);", &[]).await?;
    stage.driver().enter_default_frame().await?;
    // Hellos that are none: no line, another version, no text, too long a one.
    stage
        .run(
            "const frame = document.querySelector('iframe').contentWindow;
            frame.postMessage(helloText(), '*');
            const { port1, port2 } = new MessageChannel(), other = new MessageChannel();
            frame.postMessage(helloText(), '*', [port2, other.port2]);
            hello({ komposition: 'hello' }); hello('x'.repeat(100000)); hello(helloText('short')); hello(helloText(undefined, 2));",
            &[],
        )
        .await?;
    until_heard(stage, 3, "another version to be told so", "m.code === 'version' && m.to === 'hello'")
        .await?;
    for silent in 0..3 {
        ensure!(heard(stage, silent).await?.is_empty(), "{silent} is no hello");
    }
    stage.driver().enter_frame(1).await?;
    ensure!(heard(stage, 0).await?.is_empty(), "and nobody else can say it");
    stage.driver().enter_default_frame().await?;
    stage.run("hello(helloText());", &[]).await?;
    until_heard(
        stage,
        4,
        "ready",
        "m.komposition === 'ready' && m.nonce === '0123456789abcdef' && m.may_spend",
    )
    .await?;
    // The very same once more, and another one.
    stage.run("hello(helloText()); hello(helloText('fedcba9876543210'));", &[]).await?;
    for replay in [5, 6] {
        say(stage, replay, "JSON.stringify({ komposition: 'prompt', prompt: 'чужой', create: true })")
            .await?;
    }
    say(stage, 4, "JSON.stringify({ komposition: 'prompt', prompt: 'свой' })").await?;
    enter(stage, 0).await?;
    stage.until_true("the first line's prompt", "document.querySelector('#prompt').value === 'свой'").await?;
    leave(stage).await?;
    ensure!(
        heard(stage, 5).await?.is_empty() && heard(stage, 6).await?.is_empty(),
        "nobody answers a replay"
    );
    ensure!(relay.runs().await? == 0, "and nothing was run");
    Ok(())
}

async fn malformed_messages_are_answered_and_do_nothing(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    let relay = listing(stage, &[&host.origin], &[&host.origin])?;
    by_hand(stage, &host, &relay.origin).await?;
    stage.run("hello(helloText());", &[]).await?;
    until_heard(stage, 0, "ready", "m.komposition === 'ready'").await?;
    for (message, code) in [
        ("7", "too-large"),
        ("({ komposition: 'prompt', prompt: 'x' })", "too-large"),
        ("new ArrayBuffer(8)", "too-large"),
        ("'x'.repeat(20000000)", "too-large"),
        ("'{'", "malformed"),
        ("'['.repeat(10000)", "malformed"),
        ("'null'", "malformed"),
        ("'{\"komposition\":\"prompt\",\"prompt\":{},\"create\":true}'", "malformed"),
        ("'{\"komposition\":\"configure\",\"theme\":\"<img>\"}'", "malformed"),
        ("'{\"komposition\":\"delete-everything\"}'", "unknown-message"),
    ] {
        stage.run("lines[0].heard.length = 0;", &[]).await?;
        say(stage, 0, message).await?;
        until_heard(stage, 0, code, &format!("m.komposition === 'error' && m.code === '{code}'")).await?;
    }
    ensure!(relay.runs().await? == 0, "nothing was run");
    enter(stage, 0).await?;
    ensure!(stage.property("#prompt", "value").await? == "", "nothing was filled in");
    create(stage, CAT).await?;
    stage.picture(CAT).await?;
    leave(stage).await
}

async fn whoever_speaks_too_often_is_not_heard(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    let relay = listing(stage, &[&host.origin], &[])?;
    by_hand(stage, &host, &relay.origin).await?;
    stage.run("hello(helloText());", &[]).await?;
    until_heard(stage, 0, "ready", "m.komposition === 'ready'").await?;
    // How often the prompt is written.
    enter(stage, 0).await?;
    let count = "window.written = 0;
        const field = document.querySelector('#prompt');
        const { get, set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value');
        Object.defineProperty(field, 'value', { get, set(text) { window.written += 1; set.call(this, text); } });";
    stage.run(count, &[]).await?;
    leave(stage).await?;
    stage
        .run(
            "for (let n = 0; n < 500; n++) lines[0].port.postMessage(JSON.stringify({ komposition: 'prompt', prompt: 'n' + n }));",
            &[],
        )
        .await?;
    until_heard(stage, 0, "too many", "m.code === 'too-many'").await?;
    // It is heard again after a while. By then the 500 are over: messages keep their order.
    stage
        .until_true(
            "to be heard again",
            "(lines[0].port.postMessage(JSON.stringify({ komposition: 'unknown' })), lines[0].heard.some((m) => m.code === 'unknown-message'))",
        )
        .await?;
    let told: usize = stage.look("lines[0].heard.filter((m) => m.code === 'too-many').length").await?;
    ensure!(told < 10, "a flood is not answered with a flood: {told}");
    enter(stage, 0).await?;
    let written: usize = stage.look("window.written").await?;
    // Thirty at once and five a second.
    ensure!((1..100).contains(&written), "most of the flood was not read: {written} of 500");
    leave(stage).await
}

async fn a_preset_prompt_spends_nothing_before_somebody_presses(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    let relay = listing(stage, &[&host.origin], &[])?;
    let element = format!("<komposition-studio id=\"a\" prompt=\"{CAT}\"></komposition-studio>");
    open(stage, &host, &relay.origin, &element).await?;
    ready(stage).await?;
    enter(stage, 0).await?;
    stage.until_true("the preset", &format!("document.querySelector('#prompt').value === '{CAT}'")).await?;
    leave(stage).await?;
    let create = "document.querySelector('#a').create({ prompt: 'маяк', negative: 'текст', width: 1024, height: 576 });";
    stage.run(create, &[]).await?;
    told(stage, "a run to be refused", |told| told.code == "needs-click").await?;
    ensure!(relay.runs().await? == 0, "nothing was spent");
    enter(stage, 0).await?;
    ensure!(stage.property("#prompt", "value").await? == "маяк", "but it stands there");
    ensure!(stage.property("#negative", "value").await? == "текст", "with the rest");
    stage.click("#create").await?;
    let job = stage.picture("маяк").await?;
    ensure!(
        job.picture.is_some_and(|picture| (picture.width, picture.height) == (1024, 576)),
        "in its shape"
    );
    leave(stage).await?;
    told(stage, "the result", |told| told.event == "done" && told.prompt == "маяк").await?;
    ensure!(relay.runs().await? == 1, "one press, one run");
    Ok(())
}

async fn who_may_spend_starts_a_run(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    // As a relay's owner lists it, which lets it frame the studio too.
    let relay = stage.relay_with(&["--embed-may-spend", &host.origin])?;
    open(stage, &host, &relay.origin, "<komposition-studio id=\"a\"></komposition-studio>").await?;
    let ready = ready(stage).await?;
    ensure!((ready.known, ready.may_spend) == (Some(true), Some(true)), "{ready:?}");
    // One run, whatever marks are in it.
    stage.run("document.querySelector('#a').create('{маяк|мыс} в шторм');", &[]).await?;
    let done = told(stage, "the picture", |told| told.event == "done").await?;
    ensure!(done.prompt == "{маяк|мыс} в шторм" && done.r#type == "image/png", "{done:?}");
    ensure!(relay.runs().await? == 1, "one run");
    // A host gone wild is stopped.
    stage.run("for (let n = 0; n < 20; n++) document.querySelector('#a').create('дикий ' + n);", &[]).await?;
    told(stage, "too many", |told| told.code == "too-many").await?;
    let runs = relay.runs().await?;
    ensure!(runs <= 8, "{runs} runs");
    Ok(())
}

async fn the_host_chooses_among_the_relays_that_the_owner_allows(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    let everybody = Script { for_everybody: true, ..Script::default() };
    let (there, elsewhere) = (stage.service(everybody).await?, stage.service(everybody).await?);
    let config = json!({ "relays": [there.origin], "embed": { "origins": [host.origin] } });
    let relay = stage.relay_configured(&config)?;
    let element =
        format!("<komposition-studio id=\"a\" connection=\"{}/\"></komposition-studio>", there.origin);
    open(stage, &host, &relay.origin, &element).await?;
    ready(stage).await?;
    let choose = "document.querySelector('#a').setAttribute('connection', arguments[0]);";
    for refused in [format!("{}/", elsewhere.origin), "nowhere".to_owned()] {
        stage.run("told.length = 0;", &[]).await?;
        stage.run(choose, &[refused.into()]).await?;
        told(stage, "another address to be refused", |told| told.code == "bad-connection").await?;
    }
    stage.run(choose, &[format!("{}/", there.origin).into()]).await?;
    enter(stage, 0).await?;
    stage.until_true("the relay", "/^Рел/.test(document.querySelector('#source').textContent)").await?;
    create(stage, CAT).await?;
    stage.picture(CAT).await?;
    leave(stage).await?;
    ensure!((there.runs().len(), elsewhere.runs().len(), relay.runs().await?) == (1, 0, 0), "it went there");
    Ok(())
}

async fn a_picture_is_chosen_and_handed_over(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    let relay = listing(stage, &[&host.origin], &[])?;
    open(stage, &host, &relay.origin, "<komposition-studio id=\"a\"></komposition-studio>").await?;
    ready(stage).await?;
    let pick = "window.chosen = undefined; document.querySelector('#a').pick().then(
        ({ blob, prompt }) => createImageBitmap(blob).then((b) => (window.chosen = [prompt, b.width, b.height])),
        (error) => (window.chosen = [error.code, 0, 0]));";
    stage.run(pick, &[]).await?;
    enter(stage, 0).await?;
    stage.shown("#embed-bar [data-action='cancel-pick']").await?;
    create(stage, CAT).await?;
    stage.picture(CAT).await?;
    stage.click("li.job [data-action='pick']").await?;
    stage.until_true("the question to be over", "!document.querySelector('[data-action=pick]')").await?;
    ensure!(stage.look::<String>("document.activeElement.id").await? == "embed-bar", "the focus is not lost");
    leave(stage).await?;
    let picked = told(stage, "the picture", |told| told.event == "picked").await?;
    ensure!(picked.first == [0x89, b'P', b'N', b'G'] && picked.length > 100, "{picked:?}");
    ensure!(picked.blob == picked.length && picked.blob_type == "image/png", "{picked:?}");
    ensure!((picked.prompt.as_str(), picked.width, picked.height) == (CAT, 1024, 1024), "{picked:?}");
    let chosen: (String, u32, u32) = stage
        .until_value("the promise", "window.chosen ?? ['', 0, 0]", |chosen: &(String, u32, u32)| {
            !chosen.0.is_empty()
        })
        .await?;
    ensure!(chosen == (CAT.to_owned(), 1024, 1024), "what came is that picture: {chosen:?}");
    // The same picture again, and then none.
    for (button, event) in
        [("li.job [data-action='pick']", CAT), ("[data-action='cancel-pick']", "cancelled")]
    {
        stage.run(pick, &[]).await?;
        enter(stage, 0).await?;
        stage.click(button).await?;
        leave(stage).await?;
        stage.until_true(event, &format!("window.chosen?.[0] === '{event}'")).await?;
    }
    Ok(())
}

async fn in_a_frame_without_storage_pictures_are_in_memory(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    let service = stage.service(Script { for_everybody: true, named: true, ..Script::default() }).await?;
    open(stage, &host, &service.origin, "<komposition-studio id=\"a\" memory></komposition-studio>").await?;
    let ready = ready(stage).await?;
    ensure!((ready.known, ready.stores) == (Some(false), Some(false)), "{ready:?}");
    enter(stage, 0).await?;
    ensure!(stage.look::<String>("origin").await? == "null", "it has no origin");
    stage
        .until_true(
            "it to be said",
            "document.querySelector('#notice')?.dataset.failure === 'storage-missing'",
        )
        .await?;
    create(stage, CAT).await?;
    let job = stage.job(CAT, "there", |job| job.phase == "unsaved" && job.picture.is_some()).await?;
    ensure!(job.steps.iter().any(|step| step == "download"), "{job:?}");
    leave(stage).await
}

async fn a_host_of_plain_http(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    let plain = stage.plain(&host.origin.replace("localhost", "127.0.0.1"));
    // As browsers write it.
    let relay = listing(stage, &[&plain.replace("::ffff:127.0.0.1", "::ffff:7f00:1")], &[])?;
    let studio = stage.plain(&relay.origin);
    let body = format!(
        "<script src=\"{studio}/embed.js\" defer></script><komposition-studio id=\"a\"></komposition-studio>"
    );
    // No policy can name an address of IPv6.
    host.put("/", &body, "frame-src http:; script-src http:");
    stage.go(&plain).await?;
    ensure!(!stage.look::<bool>("isSecureContext").await?, "{plain} is not as plain as it should be");
    let ready = ready(stage).await?;
    ensure!((ready.known, ready.stores) == (Some(true), Some(true)), "{ready:?}");
    enter(stage, 0).await?;
    create(stage, CAT).await?;
    stage.picture(CAT).await?;
    leave(stage).await?;
    told(stage, "the result", |told| told.event == "done").await?;
    Ok(())
}

async fn several_studios_on_one_page(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    let relay = listing(stage, &[&host.origin], &[])?;
    let elements = "<komposition-studio id=\"a\" language=\"en\" prompt=\"свой\"></komposition-studio>\
        <komposition-studio id=\"b\" language=\"ru\" prompt=\"второй\"></komposition-studio>";
    open(stage, &host, &relay.origin, elements).await?;
    for id in ["a", "b"] {
        told(stage, "both to be ready", |told| told.name == "ready" && told.from == id).await?;
    }
    enter(stage, 1).await?;
    stage.until_true("its own preset", "document.querySelector('#prompt').value === 'второй'").await?;
    leave(stage).await?;
    enter(stage, 0).await?;
    stage.until_true("the other its own", "document.querySelector('#prompt').value === 'свой'").await?;
    ensure!(stage.look::<String>("document.documentElement.lang").await? == "en", "and its own language");
    create(stage, "первый").await?;
    stage.picture("первый").await?;
    leave(stage).await?;
    let done = told(stage, "the result", |told| told.event == "done").await?;
    ensure!(done.from == "a" && done.prompt == "первый", "{done:?}");
    // A studio that leaves the page leaves nothing behind, and can come back.
    stage
        .run(
            "const a = document.querySelector('#a'); told.length = 0; a.remove(); document.body.append(a);",
            &[],
        )
        .await?;
    told(stage, "it to be ready again", |told| told.name == "ready" && told.from == "a").await?;
    Ok(())
}

async fn the_element_is_as_high_as_its_content(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    let relay = listing(stage, &[&host.origin], &[])?;
    let elements = "<komposition-studio id=\"a\"></komposition-studio>\
        <komposition-studio id=\"b\" height=\"300\"></komposition-studio>";
    open(stage, &host, &relay.origin, elements).await?;
    ready(stage).await?;
    // A frame that scrolls inside is not as high as what is in it.
    let fits = "Math.abs(document.body.getBoundingClientRect().height - innerHeight) <= 1
        && document.documentElement.scrollHeight <= innerHeight";
    enter(stage, 0).await?;
    stage.until_true("the frame to fit", fits).await?;
    let before: f64 = stage.look("innerHeight").await?;
    create(stage, CAT).await?;
    stage.picture(CAT).await?;
    stage.until_true("the frame to fit again", fits).await?;
    stage.run("document.querySelector('#negative-fold').open = true;", &[]).await?;
    stage.until_true("the frame to fit still", fits).await?;
    let after: f64 = stage.look("innerHeight").await?;
    ensure!(after < 4000.0 && before > 200.0, "it neither grows without end nor vanishes: {before}, {after}");
    leave(stage).await?;
    told(stage, "its height", |told| told.name == "resize" && f64::from(told.height) == after).await?;
    let fixed: f64 = stage.look("document.querySelector('#b iframe').getBoundingClientRect().height").await?;
    ensure!((fixed - 300.0).abs() < 1.0, "a height that was given stays: {fixed}");
    Ok(())
}

async fn the_snippet_works_as_it_is_copied(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    let relay = stage.relay_with(&["--embed-origin", &host.origin])?;
    stage.open(&relay.origin).await?;
    stage.route("#/connection").await?;
    stage.click("#to-embed").await?;
    stage.fill("#embed-host", &format!("{}/path", host.origin)).await?;
    ensure!(stage.attribute("#embed-host", "aria-invalid").await?.as_deref() == Some("true"), "no origin");
    stage.fill("#embed-host", &host.origin).await?;
    let listing: Value = serde_json::from_str(&stage.text("#embed-listing").await?)?;
    ensure!(listing["embed"]["origins"] == json!([host.origin]), "{listing}");
    ensure!(
        stage.text("#embed-flag").await? == format!("--embed-origin {}", host.origin),
        "the relay's option"
    );
    for form in ["element", "frame"] {
        if form == "frame" {
            stage.open(&format!("{}/#/embed", relay.origin)).await?;
        }
        stage.choose(&format!("input[name=embed-form][value={form}]")).await?;
        let (code, policy) = (stage.text("#embed-code").await?, stage.text("#embed-policy").await?);
        stage.no_faults().await?;
        host.put("/", &code, &policy);
        stage.go(&host.origin).await?;
        enter(stage, 0).await?;
        create(stage, CAT).await?;
        stage.picture(CAT).await?;
        leave(stage).await?;
        stage.no_faults().await?;
    }
    Ok(())
}

async fn a_frame_alone_is_careful_although_its_page_is_listed(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    let relay = listing(stage, &[&host.origin], &[&host.origin])?;
    by_hand(stage, &host, &relay.origin).await?;
    enter(stage, 0).await?;
    ensure!(embed_flag(stage).await? == "unknown" && !stage.is_shown(".top nav").await?, "nobody said hello");
    leave(stage).await
}

async fn the_compact_studio_in_a_tab_of_its_own_hides_nothing(stage: &Stage) -> Result<()> {
    let relay = stage.relay()?;
    stage.open(&format!("{}/?embed=1&lang=en&theme=light", relay.origin)).await?;
    ensure!(embed_flag(stage).await? == "known", "there is nobody around");
    let looks: (String, String) =
        stage.look("[document.documentElement.lang, document.documentElement.dataset.theme]").await?;
    ensure!(looks == ("en".to_owned(), "light".to_owned()), "{looks:?}");
    stage.route("#/connection").await?;
    stage.run("history.replaceState(null, '', '/');", &[]).await?;
    stage.reload().await?;
    ensure!(stage.look::<String>("document.documentElement.lang").await? == "ru", "nothing of it was kept");
    Ok(())
}
