//! The page's Content-Security-Policy, and what its files have to be: nothing that was put into the page runs, nothing leaves
//! it, and nothing but what was built is run.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use komposition_tests::{Engine, FOLDER, Script, Service, Stage, tests};

use crate::keeping::storage_page;

tests![
    nothing_that_was_put_into_the_page_runs_and_no_image_carries_anything_out,
    nothing_that_is_put_into_the_running_page_runs,
    no_text_becomes_markup_and_there_is_one_policy_where_there_are_trusted_types,
    a_violation_fails_a_test,
    a_script_that_is_not_as_built_does_not_run,
    what_is_loaded_later_and_is_not_as_built_does_not_run,
    each_script_and_style_that_is_loaded_later_is_refused_when_it_is_another,
    a_whole_session_of_a_hardened_build_asks_nobody_else,
    every_policy_is_the_narrow_one,
];

/// Everything that was refused so far, as the page's first script keeps it.
async fn refused(stage: &Stage, count: usize) -> Result<Vec<String>> {
    let faults = "kompositionFaults.filter((fault) => fault.startsWith('policy: '))";
    stage.until_value("refusals", faults, |refused: &Vec<String>| refused.len() >= count).await
}

async fn nothing_ran(stage: &Stage) -> Result<()> {
    let ran: Option<String> = stage.look("window.ran ?? null").await?;
    ensure!(ran.is_none(), "it ran: {ran:?}");
    Ok(())
}

/// What has come to a foreign service when a request sent after all others has.
async fn came(stage: &Stage, elsewhere: &Service) -> Result<Vec<String>> {
    let last = format!("fetch('{}/last', {{ mode: 'no-cors' }}).then(() => true)", elsewhere.origin);
    ensure!(stage.look_later::<bool>(&last).await?, "an unhardened page may ask any address");
    let mut asked = elsewhere.asked();
    ensure!(asked.pop().as_deref() == Some("/last"), "the last request is the last: {asked:?}");
    Ok(asked)
}

async fn nothing_that_was_put_into_the_page_runs_and_no_image_carries_anything_out(
    stage: &Stage,
) -> Result<()> {
    let service = stage.service(Script::default()).await?;
    let elsewhere = stage.service(Script::default()).await?;
    let foreign = &elsewhere.origin;
    service.inject(format!(
        "<base href='{foreign}/'>
        <script>window.ran = 'an inline script'</script>
        <script src='{foreign}/foreign.js'></script>
        <script type=module>window.ran = 'an inline module'</script>
        <img src='/no-such.png' onerror=\"window.ran = 'a handler'\">
        <img src='{foreign}/leak.png?secret'>
        <style>#injected {{ background: url({foreign}/leak-by-style.png) }}</style>
        <link rel=stylesheet href='{foreign}/foreign.css'>
        <div id=injected style='position: fixed'>injected</div>
        <iframe src='{foreign}/frame'></iframe>
        <object data='{foreign}/object'></object>
        <form action='{foreign}/form'><button id=submit>submit</button></form>
        <a id=link href=\"javascript:window.ran = 'a link'\">link</a>"
    ));
    stage.open(&service.origin).await?;
    stage
        .run("document.querySelector('#link').click(); document.querySelector('#submit').click();", &[])
        .await?;
    // One after the other, in no order.
    let directives = ["base-uri", "script-src", "img-src", "style-src", "form-action"];
    let faults = "kompositionFaults.filter((fault) => fault.startsWith('policy: '))";
    let all =
        |refused: &Vec<String>| directives.iter().all(|name| refused.iter().any(|it| it.contains(name)));
    stage.until_value("each directive to refuse something", faults, all).await?;
    nothing_ran(stage).await?;
    let styled: String = stage.look("getComputedStyle(document.querySelector('#injected')).position").await?;
    ensure!(styled == "static", "its style is nothing: {styled}");
    // All of it is still there: it is the browser who does not do it.
    ensure!(stage.look::<usize>("document.querySelectorAll('body > script').length").await? >= 3, "no test");
    let came = came(stage, &elsewhere).await?;
    ensure!(came.is_empty(), "this got out: {came:?}");
    stage.take_faults().await?;
    Ok(())
}

async fn nothing_that_is_put_into_the_running_page_runs(stage: &Stage) -> Result<()> {
    // In a script of the page's own: what a driver runs may do more.
    let from_texts = "addEventListener('load', () => {
        const tries = [
            () => eval(\"window.ran = 'eval'\"),
            () => new Function(\"window.ran = 'a function'\")(),
            () => setTimeout(\"window.ran = 'a timer'\"),
        ];
        for (const one of tries) try { one(); } catch { window.thrown = (window.thrown ?? 0) + 1; }
    });";
    let service = stage.service(Script { lacking: Some(from_texts), ..Script::default() }).await?;
    let elsewhere = stage.service(Script::default()).await?;
    stage.open(&service.origin).await?;
    stage.until_true("texts to be refused as scripts", "window.thrown >= 2").await?;
    // What throws is refused as well: browsers with Trusted Types take no text for a script or for markup at all.
    let script = "const [foreign] = arguments;
        const made = (name, what) => Object.assign(document.createElement(name), what);
        const tries = [
            () => document.body.append(made('script', { textContent: \"window.ran = 'an inline script'\" })),
            () => document.body.append(made('script', { src: foreign + '/foreign.js' })),
            () => document.body.append(made('script', { src: \"data:text/javascript,window.ran = 'data'\" })),
            () => (document.body.appendChild(made('p')).innerHTML = '<img src=x onerror=\"window.ran = 1\">'),
            () => document.body.appendChild(made('p')).setAttribute('onclick', \"window.ran = 'a handler'\"),
            () => document.body.appendChild(made('a', { href: \"javascript:window.ran = 'a link'\" })).click(),
            () => (new Image().src = foreign + '/leak.png?secret'),
            () => new Worker(URL.createObjectURL(new Blob(['0'], { type: 'text/javascript' }))),
            () => new Audio(foreign + '/leak.mp3').load(),
            () => document.body.append(made('iframe', { srcdoc: \"<script>top.ran = 'a frame'</script>\" })),
        ];
        for (const one of tries) try { one(); } catch {}
        document.querySelector('p[onclick]')?.click();";
    stage.run(script, &[elsewhere.origin.clone().into()]).await?;
    let image = "kompositionFaults.some((fault) => fault.startsWith('policy: img-src'))";
    stage.until_true("the image to be refused", image).await?;
    let came = came(stage, &elsewhere).await?;
    ensure!(came.is_empty(), "this got out: {came:?}");
    nothing_ran(stage).await?;
    stage.take_faults().await?;
    Ok(())
}

/// Chromium has Trusted Types; where they are missing the policy alone stands behind the views, as the tests above show.
async fn no_text_becomes_markup_and_there_is_one_policy_where_there_are_trusted_types(
    stage: &Stage,
) -> Result<()> {
    // Ahead of the shell, in a script of the page's own: what a driver runs may do more.
    let watch = "window.made = [];
        window.tried = {};
        if (window.trustedTypes) {
            const factory = Object.getPrototypeOf(trustedTypes), own = factory.createPolicy;
            factory.createPolicy = function (name, rules) { made.push(name); return own.call(this, name, rules); };
        }
        window.attempt = (name, deed) => {
            try { deed(); tried[name] = 'done'; } catch (error) { tried[name] = error.name; }
        };
        addEventListener('load', () => {
            const element = (name) => document.createElement(name);
            attempt('innerHTML', () => (element('p').innerHTML = '<b>x</b>'));
            attempt('outerHTML', () => (document.body.appendChild(element('p')).outerHTML = '<b>x</b>'));
            attempt('insertAdjacentHTML', () => element('p').insertAdjacentHTML('beforeend', '<b>x</b>'));
            attempt('srcdoc', () => (element('iframe').srcdoc = '<b>x</b>'));
            attempt('write', () => document.write('<b>x</b>'));
            attempt('parse', () => new DOMParser().parseFromString('<b>x</b>', 'text/html'));
            attempt('fragment', () => document.createRange().createContextualFragment('<b>x</b>'));
            attempt('text', () => (element('script').text = '0'));
            attempt('eval', () => eval('0'));
            attempt('outside', () => (element('script').src = '/lacking.js'));
            attempt('worker', () => new Worker('/lacking.js'));
            attempt('own', () => (element('script').src = 'poll.js'));
        });";
    let service = stage.service(Script { lacking: Some(watch), ..Script::default() }).await?;
    // In a folder: what lies beside it on its origin is not the app's.
    stage.open(&format!("{}{FOLDER}", service.origin)).await?;
    stage.until_true("all of it to be tried", "'own' in tried").await?;
    let tried: BTreeMap<String, String> = stage.look("tried").await?;
    let made: Vec<String> = stage.look("made").await?;
    if stage.look::<bool>("!window.trustedTypes").await? {
        ensure!(stage.engine != Engine::Chromium, "Chromium has Trusted Types");
        ensure!(tried["eval"] == "EvalError" && made.is_empty(), "{tried:?}");
        stage.take_faults().await?;
        return Ok(());
    }
    for (name, came) in &tried {
        let wanted = match name.as_str() {
            "own" => "done",
            "eval" => "EvalError",
            _ => "TypeError",
        };
        ensure!(came == wanted, "{name} came to {came}: {tried:?}");
    }
    ensure!(tried.len() == 12, "{tried:?}");
    stage.take_faults().await?;
    // A whole session, with the second program and its wasm, makes none but the shell's.
    stage.create("тихая гавань").await?;
    stage.picture("тихая гавань").await?;
    stage.route("#/library").await?;
    stage.shown("#rooms li.tile").await?;
    let made: Vec<String> = stage.look("made").await?;
    ensure!(made == ["default"], "policies: {made:?}");
    stage.no_faults().await?;
    stage.run("attempt('another', () => trustedTypes.createPolicy('another', {}));", &[]).await?;
    ensure!(stage.look::<String>("tried.another").await? == "TypeError", "another policy can be made");
    stage.take_faults().await.map(drop)
}

/// The harness itself: were this not so, the other tests would say nothing about the policy.
async fn a_violation_fails_a_test(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.no_faults().await?;
    stage.run("new Image().src = 'http://127.0.0.1:9/x.png';", &[]).await?;
    refused(stage, 1).await?;
    let failed = stage.no_faults().await.err().context("a violation passes")?.to_string();
    ensure!(failed.contains("policy: img-src"), "{failed}");
    Ok(())
}

async fn a_script_that_is_not_as_built_does_not_run(stage: &Stage) -> Result<()> {
    // The program's wasm and its script.
    for spoiled in ["_bg.wasm", "komposition-"] {
        let service = stage.service(Script { spoiled: Some(spoiled), ..Script::default() }).await?;
        stage.go(&service.origin).await?;
        stage.shown("#crash").await.with_context(|| spoiled.to_owned())?;
        nothing_ran(stage).await?;
        stage.take_faults().await?;
    }
    Ok(())
}

async fn what_is_loaded_later_and_is_not_as_built_does_not_run(stage: &Stage) -> Result<()> {
    for spoiled in ["rooms.js", "rooms_bg.wasm", "rooms.css", "later.json"] {
        let service = stage.service(Script { spoiled: Some(spoiled), ..Script::default() }).await?;
        stage.open(&service.origin).await?;
        stage.run("location.hash = '#/connection';", &[]).await?;
        stage.shown("[role=alert] [data-action=retry]").await.with_context(|| spoiled.to_owned())?;
        nothing_ran(stage).await?;
        stage.take_faults().await?;
    }
    let service = stage.service(Script { spoiled: Some("-split_works"), ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    stage.fill("#prompt", "в").await?;
    stage.shown("#notice [data-action=reload]").await?;
    stage.take_faults().await?;
    Ok(())
}

/// Each by the door it comes through. Not those of workers: browsers look at no integrity there (SECURITY.md).
async fn each_script_and_style_that_is_loaded_later_is_refused_when_it_is_another(
    stage: &Stage,
) -> Result<()> {
    for (file, spoilt) in ["demo-door.js", "claims.js", "poll.js", "works.css", "compare.css", "rooms.css"]
        .into_iter()
        .flat_map(|file| [(file, false), (file, true)])
    {
        let spoiled = spoilt.then_some(file);
        let service = stage.service(Script { spoiled, ..Script::default() }).await?;
        stage.open(&service.origin).await?;
        let load = if file.ends_with(".js") {
            format!("kompositionLoad('{file}').then(() => true, () => false)")
        } else {
            format!(
                "kompositionStyle('{file}').then(() => [...document.styleSheets].some((it) => it.href?.includes('/{file}') && it.cssRules.length))"
            )
        };
        let runs: bool = stage.look_later(&load).await?;
        ensure!(runs != spoilt, "{file}, spoilt {spoilt}, was let in: {runs}");
        ensure!(service.asked().iter().any(|path| path.ends_with(file)), "{file} was not asked for");
        nothing_ran(stage).await?;
        if spoilt {
            stage.take_faults().await?;
        }
    }
    Ok(())
}

/// The policy refuses whoever else is asked, and a refusal fails the test. What the page asked is counted as well.
async fn a_whole_session_of_a_hardened_build_asks_nobody_else(stage: &Stage) -> Result<()> {
    let service = stage.service(Script { hardened: true, ..Script::default() }).await?;
    let elsewhere = stage.service(Script::default()).await?;
    stage.open(&service.origin).await?;
    stage.create("тихая гавань").await?;
    stage.picture("тихая гавань").await?;
    stage.route("#/library").await?;
    stage.shown("#rooms li.tile").await?;
    storage_page(stage, 1).await?;
    stage.click("#make-backup").await?;
    stage.shown("#save-part").await?;
    stage.route("#/connection").await?;
    stage.reload().await?;
    stage.picture("тихая гавань").await?;
    stage.no_faults().await?;
    let hosts: Vec<String> = stage
        .look("[...new Set(performance.getEntries().map(({ name }) => name).filter((name) => /^(https?|wss?):/.test(name)).map((name) => new URL(name).origin))]")
        .await?;
    let known = |host: &String| *host == service.origin || host == "https://komposition.invalid";
    ensure!(hosts.iter().all(known), "the page asked {hosts:?}");
    let ask = format!("fetch('{}/leak').then(() => 'it went out', () => 'refused')", elsewhere.origin);
    ensure!(stage.look_later::<String>(&ask).await? == "refused", "a hardened page asks whom it wants");
    ensure!(elsewhere.asked().is_empty(), "this got out: {:?}", elsewhere.asked());
    let refused = refused(stage, 1).await?;
    ensure!(refused.iter().all(|it| it.contains("connect-src")), "{refused:?}");
    stage.take_faults().await?;
    Ok(())
}

/// What the tests above prove of the built page holds for the page that is shipped.
async fn every_policy_is_the_narrow_one(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    let policy: String =
        stage.look("document.querySelector('meta[http-equiv=Content-Security-Policy]').content").await?;
    for narrow in ["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'"] {
        ensure!(policy.split("; ").any(|directive| directive == narrow), "{narrow} is not in {policy}");
    }
    Ok(())
}
