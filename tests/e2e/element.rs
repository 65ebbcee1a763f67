//! `embed.js` on the page around: whom the element believes, and that what is written about it works as it is written.

use anyhow::{Context, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use komposition_tests::{Host, Relay, Stage, tests};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::embed::{enter, leave, listing, policy, ready, told};

tests![
    only_the_studio_in_its_own_frame_is_given_a_line,
    a_line_says_nothing_before_its_nonce_and_a_replay_changes_nothing,
    what_is_too_large_or_of_another_kind_is_not_heard,
    the_written_host_page_works,
    a_hosts_own_copy_of_the_script_can_be_pinned,
    the_snippet_is_copied_by_its_button,
];

const CALL: &str = r#"JSON.stringify({ komposition: "hello", version: 1 })"#;

/// A page with the element, and with a studio in its frame that a test speaks for. Beside it is another frame of the
/// same origin.
struct Stand {
    host: Host,
    studio: Host,
    elsewhere: Host,
    _relay: Relay,
}

impl Stand {
    async fn open(stage: &Stage) -> Result<Self> {
        let (host, studio, elsewhere) = (Host::start().await?, Host::start().await?, Host::start().await?);
        let relay = stage.relay()?;
        let body = format!(
            "<script src=\"{}/embed.js\" defer></script>\
             <komposition-studio id=\"a\" src=\"{}/studio/\"></komposition-studio>",
            relay.origin, studio.origin
        );
        let allowed =
            format!("frame-src {} {}; script-src {}", studio.origin, elsewhere.origin, relay.origin);
        host.put("/", &body, &allowed);
        for other in [&studio, &elsewhere] {
            other.put("/studio/", "", "frame-src 'none'");
        }
        stage.go(&host.origin).await?;
        stage.until_true("the element's frame", "!!document.querySelector('#a iframe')").await?;
        // After it: engines do not number frames by their places, but by when they came.
        let beside = "const frame = document.createElement('iframe'); frame.src = arguments[0]; document.body.append(frame);";
        stage.run(beside, &[format!("{}/studio/", studio.origin).into()]).await?;
        Ok(Self { host, studio, elsewhere, _relay: relay })
    }

    /// Goes into a frame of this origin.
    async fn enter(&self, stage: &Stage, frame: u16, origin: &str) -> Result<()> {
        stage.driver().enter_frame(frame).await?;
        let there = format!("location.href.startsWith('{origin}/') && !!window.given");
        stage.until_true("the frame", &there).await
    }

    async fn leave(&self, stage: &Stage) -> Result<()> {
        stage.no_faults().await?;
        Ok(stage.driver().enter_default_frame().await?)
    }

    /// Calls from the studio's frame, and stays in there with the line it was given, as `line`, and its `nonce`.
    async fn call(&self, stage: &Stage) -> Result<()> {
        self.enter(stage, 0, &self.studio.origin).await?;
        let before: usize = stage.look("given.length").await?;
        stage.run(&format!("post(parent, {CALL});"), &[]).await?;
        stage.until_true("the host's hello", &format!("given.length === {}", before + 1)).await?;
        let answer = "window.line = given.at(-1).port; window.nonce = JSON.parse(given.at(-1).text).nonce;";
        stage.run(answer, &[]).await?;
        ensure!(stage.look::<bool>("line instanceof MessagePort && nonce.length >= 16").await?, "it came");
        Ok(())
    }
}

/// What the studio in the frame says of itself, but for what a test has otherwise.
fn about(what: &str) -> String {
    format!(
        "JSON.stringify({{ komposition: 'ready', version: 1, nonce, known: true, may_spend: false, stores: true, ...{what} }})"
    )
}

/// Says something through the line, as it is.
async fn say(stage: &Stage, expression: &str) -> Result<()> {
    stage.run(&format!("line.postMessage({expression});"), &[]).await?;
    Ok(())
}

/// The last of several messages: what was not heard by then is not heard at all, because a line keeps its order.
async fn mark(stage: &Stage, mark: &str) -> Result<()> {
    say(stage, &format!("JSON.stringify({{ komposition: 'error', code: '{mark}' }})")).await
}

/// What the element told its page, each as its name and its code or event, when the mark has come.
async fn names(stage: &Stage, mark: &str) -> Result<Vec<String>> {
    told(stage, mark, |told| told.code == mark).await?;
    stage.look("told.splice(0).map((it) => [it.name, it.code ?? it.event ?? ''].join(' ').trim())").await
}

async fn only_the_studio_in_its_own_frame_is_given_a_line(stage: &Stage) -> Result<()> {
    let stand = Stand::open(stage).await?;
    stand.call(stage).await?;
    say(stage, &about("{}")).await?;
    mark(stage, "begun").await?;
    stand.leave(stage).await?;
    names(stage, "begun").await?;
    let came = |what: &str| format!("called.some((it) => {what})");
    // Of the studio's origin, and not its frame.
    stand.enter(stage, 1, &stand.studio.origin).await?;
    stage.run(&format!("post(parent, {CALL});"), &[]).await?;
    stand.leave(stage).await?;
    stage.until_true("the frame beside", &came("it.frame === 1")).await?;
    // The page itself.
    stage.run(&format!("post(window, {CALL});"), &[]).await?;
    stage.until_true("the page's own", &came("it.frame === -1")).await?;
    // In its frame, and of another origin: somebody has led it away.
    let lead = "document.querySelector('iframe').contentWindow.location.href = arguments[0];";
    stage.run(lead, &[format!("{}/studio/", stand.elsewhere.origin).into()]).await?;
    stand.enter(stage, 0, &stand.elsewhere.origin).await?;
    stage.run(&format!("post(parent, {CALL});"), &[]).await?;
    stand.leave(stage).await?;
    stage
        .until_true("the other origin's", &came(&format!("it.origin === '{}'", stand.elsewhere.origin)))
        .await?;
    // The page has had them all. What it answers comes before what is said after it.
    stage.run("for (const { contentWindow } of document.querySelectorAll('iframe')) contentWindow.postMessage('last', '*');", &[]).await?;
    for (frame, origin) in [(0, &stand.elsewhere.origin), (1, &stand.studio.origin)] {
        stand.enter(stage, frame, origin).await?;
        stage.until_true("the last word", "given.at(-1)?.text === 'last'").await?;
        ensure!(stage.look::<bool>("given.length === 1").await?, "frame {frame} of {origin} was answered");
        stand.leave(stage).await?;
    }
    ensure!(stage.look::<bool>("given.every(({ port }) => !port)").await?, "the page itself was answered");
    let is_ready = "document.querySelector('#a').ready !== undefined";
    ensure!(stage.look::<bool>(is_ready).await?, "one of them has ended the studio's line");
    ensure!(stage.look::<bool>("told.length === 0").await?, "and something was told of it");

    // The right one in the right place; but these are no calls.
    stage.run(lead, &[format!("{}/studio/?again", stand.studio.origin).into()]).await?;
    stand.enter(stage, 0, &stand.studio.origin).await?;
    let calls = format!(
        "const said = {CALL};
        for (const call of [7, null, JSON.parse(said), [said], '{{', 'null', '\"hello\"', JSON.stringify({{ version: 1 }}),
            JSON.stringify({{ komposition: 'ready', version: 1 }}),
            JSON.stringify({{ komposition: 'hello', version: 1, more: 'x'.repeat(65536) }}),
            JSON.stringify({{ komposition: 'hello', version: 2 }}), said])
            post(parent, call);"
    );
    stage.run(&calls, &[]).await?;
    stage.until_true("the answer", "given.length > 0").await?;
    stand.leave(stage).await?;
    stage.run("document.querySelector('iframe').contentWindow.postMessage('last', '*');", &[]).await?;
    stand.enter(stage, 0, &stand.studio.origin).await?;
    stage.until_true("the last word", "given.at(-1).text === 'last'").await?;
    ensure!(stage.look::<bool>("given.length === 2 && !!given[0].port").await?, "one call was answered");
    stand.leave(stage).await?;
    let codes: Vec<String> = stage.look("told.map((it) => it.name + ' ' + it.code)").await?;
    ensure!(codes == ["error version"], "another version is told, and nothing else: {codes:?}");
    ensure!(stage.look::<bool>("document.querySelector('#a').ready === undefined").await?, "nobody is ready");
    drop(stand.host);
    Ok(())
}

async fn a_line_says_nothing_before_its_nonce_and_a_replay_changes_nothing(stage: &Stage) -> Result<()> {
    let stand = Stand::open(stage).await?;
    stand.call(stage).await?;
    for early in [
        "JSON.stringify({ komposition: 'resize', height: 700 })".to_owned(),
        "JSON.stringify({ komposition: 'result', event: 'done' })".to_owned(),
        "JSON.stringify({ komposition: 'error', code: 'early' })".to_owned(),
        about("{ nonce: undefined }"),
        about("{ nonce: '' }"),
        about("{ nonce: nonce.slice(1) }"),
        about("{ version: 2 }"),
    ] {
        say(stage, &early).await?;
    }
    say(stage, &about("{}")).await?;
    // The very same nonce once more.
    say(stage, &about("{ may_spend: true }")).await?;
    mark(stage, "first").await?;
    stand.leave(stage).await?;
    ensure!(names(stage, "first").await? == ["ready", "error first"], "only what was said with the nonce");
    let spends = "document.querySelector('#a').ready.may_spend";
    ensure!(!stage.look::<bool>(spends).await?, "a replay has changed what the studio is");
    let height = "document.querySelector('iframe').style.height";
    ensure!(stage.look::<String>(height).await? == "480px", "and nothing has changed its height");

    // It calls anew, as after a reload: the line before is over, and its nonce with it.
    stage.driver().enter_frame(0).await?;
    stage.run("window.before = [line, nonce];", &[]).await?;
    stage.driver().enter_default_frame().await?;
    stand.call(stage).await?;
    ensure!(stage.look::<bool>("before[1] !== nonce").await?, "each line has a nonce of its own");
    stage
        .run(&format!("before[0].postMessage({});", about("{ nonce: before[1], may_spend: true }")), &[])
        .await?;
    stage
        .run("before[0].postMessage(JSON.stringify({ komposition: 'result', event: 'done' }));", &[])
        .await?;
    say(stage, &about("{ nonce: before[1], may_spend: true }")).await?;
    stand.leave(stage).await?;
    ensure!(
        stage.look::<bool>("document.querySelector('#a').ready === undefined").await?,
        "it is not ready yet"
    );
    stage.driver().enter_frame(0).await?;
    say(stage, &about("{}")).await?;
    mark(stage, "second").await?;
    stand.leave(stage).await?;
    ensure!(names(stage, "second").await? == ["ready", "error second"], "only what the new line said");
    ensure!(!stage.look::<bool>(spends).await?, "an old nonce was believed");
    Ok(())
}

async fn what_is_too_large_or_of_another_kind_is_not_heard(stage: &Stage) -> Result<()> {
    let stand = Stand::open(stage).await?;
    stand.call(stage).await?;
    say(stage, &about("{}")).await?;
    mark(stage, "begun").await?;
    stand.leave(stage).await?;
    names(stage, "begun").await?;
    let pick = "window.chosen = []; document.querySelector('#a').pick().then(({ bytes, type }) => chosen.push(bytes.byteLength, type));";
    stage.run(pick, &[]).await?;
    stage.driver().enter_frame(0).await?;
    for wrong in [
        "{ komposition: 'error', code: 'no text' }",
        "new ArrayBuffer(8)",
        "JSON.stringify({ komposition: 'error', code: 'long', more: 'x'.repeat(65536) })",
        "[7, new ArrayBuffer(8)]",
        "JSON.stringify({ komposition: 'run', code: 'unknown' })",
        "JSON.stringify({ komposition: 'resize', height: -1 })",
        "JSON.stringify({ komposition: 'resize', height: 100001 })",
        "JSON.stringify({ komposition: 'resize', height: '12px' })",
        "JSON.stringify({ komposition: 'resize' })",
        "JSON.stringify({ komposition: 'result', event: 'picked', type: 'image/png' })",
        "[JSON.stringify({ komposition: 'result', event: 'picked', type: 'image/png' }), 'bytes']",
        "[JSON.stringify({ komposition: 'result', event: 'picked', type: 'image/png' }), new ArrayBuffer(67108865)]",
    ] {
        say(stage, wrong).await?;
    }
    say(
        stage,
        "[JSON.stringify({ komposition: 'result', event: 'picked', type: 'image/png' }), new ArrayBuffer(9)]",
    )
    .await?;
    mark(stage, "ended").await?;
    stand.leave(stage).await?;
    let heard = names(stage, "ended").await?;
    ensure!(heard == ["result picked", "error ended"], "only what is right: {heard:?}");
    let chosen: Value = stage.look("chosen").await?;
    ensure!(chosen == json!([9, "image/png"]), "the promise came to the picture: {chosen}");
    let height: String = stage.look("document.querySelector('iframe').style.height").await?;
    ensure!(height == "480px", "no height was believed: {height}");
    Ok(())
}

/// What stands in docs/embedding.
fn written(name: &str) -> Result<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/embedding/");
    std::fs::read_to_string(format!("{folder}{name}")).with_context(|| name.to_owned())
}

async fn the_written_host_page_works(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    let relay = listing(stage, &[&host.origin], &[])?;
    let page = written("host.html")?;
    // As it says: the address is replaced. What keeps the page's faults comes before everything else in it.
    ensure!(page.matches("http://127.0.0.1:8787").count() >= 3, "the address stands in it");
    let page = page.replace("http://127.0.0.1:8787", &relay.origin);
    host.put_file("/card/host.html", &page.replacen("<head>", "<head><script src=\"/host.js\"></script>", 1));
    host.put_file("/card/host.js", &written("host.js")?);
    stage.go(&format!("{}/card/host.html", host.origin)).await?;
    stage.until_true("its button", "!document.querySelector('#choose').disabled").await?;
    stage.click("#choose").await?;
    enter(stage, 0).await?;
    let preset: String = stage
        .until_value("its prompt", "document.querySelector('#prompt').value", |text: &String| {
            !text.is_empty()
        })
        .await?;
    stage.press_create().await?;
    stage.picture(&preset).await?;
    stage.click("li.job [data-action='pick']").await?;
    leave(stage).await?;
    let shown = "(({ naturalWidth, alt, hidden }) => [naturalWidth, alt, hidden])(document.querySelector('#picture'))";
    let picture =
        stage.until_value("the picture", shown, |(width, ..): &(u32, String, bool)| *width > 0).await?;
    ensure!(picture == (1024, preset, false), "the picture that was chosen: {picture:?}");
    ensure!(stage.text("#said").await?.is_empty(), "it is done: {}", stage.text("#said").await?);
    stage.no_faults().await
}

async fn a_hosts_own_copy_of_the_script_can_be_pinned(stage: &Stage) -> Result<()> {
    let host = Host::start().await?;
    let relay = listing(stage, &[&host.origin], &[])?;
    let script = std::fs::read_to_string(stage.settings().app()?.join("embed.js"))?;
    for (spoilt, runs) in [("", true), ("\n", false)] {
        host.put_file("/embed.js", &format!("{script}{spoilt}"));
        // The hash by the browser, of what was built.
        stage.go(&relay.origin).await?;
        let hash = "fetch('embed.js').then((it) => it.arrayBuffer()).then((it) => crypto.subtle.digest('SHA-256', it))
            .then((it) => [...new Uint8Array(it)])";
        let hash: Vec<u8> = stage.look_later(hash).await?;
        let body = format!(
            "<script src=\"/embed.js\" integrity=\"sha256-{}\" defer></script>\
             <komposition-studio id=\"a\" src=\"{}/\"></komposition-studio>",
            STANDARD.encode(hash),
            relay.origin
        );
        host.put("/", &body, &policy(&relay.origin));
        stage.go(&host.origin).await?;
        if runs {
            ensure!(ready(stage).await?.known == Some(true), "the host's copy works");
        } else {
            stage.until_true("the page", "document.readyState === 'complete'").await?;
            ensure!(
                stage.look::<bool>("!customElements.get('komposition-studio')").await?,
                "another script ran"
            );
            stage.take_faults().await?;
        }
    }
    Ok(())
}

async fn the_snippet_is_copied_by_its_button(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.run("location.hash = '#/embed';", &[]).await?;
    stage.shown("#embed-code").await?;
    let code = stage.text("#embed-code").await?;
    stage.click("[data-copies='embed-code']").await?;
    stage.until_true("it to be said", "!!document.querySelector('#embed-copied').textContent").await?;
    stage.route("#/").await?;
    stage.click("#prompt").await?;
    let paste =
        stage.driver().action_chain().key_down(Key::Control).key_down('v').key_up('v').key_up(Key::Control);
    paste.perform().await?;
    let pasted = "document.querySelector('#prompt').value";
    stage.until_value("what was copied", pasted, |text: &String| *text == code).await.map(drop)?;
    Ok(())
}
