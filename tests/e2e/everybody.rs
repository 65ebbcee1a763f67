//! For everybody: themes, a phone, large text, less motion, forced colours, both languages.

use anyhow::{Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use komposition_tests::{Engine, Script, Stage, screens::Screen, tests};
use serde_json::json;
use thirtyfour::Key;

use crate::queue::{chord, in_row, paused};

tests![
    every_theme_is_chosen_in_the_settings_and_kept,
    text_of_twice_the_size_is_not_cut,
    the_language_is_chosen_in_the_settings,
    the_live_regions_say_each_change_once,
    a_closed_service_is_said_once_and_its_seconds_are_not,
    the_automatic_theme_changes_with_the_system,
    forced_colours_leave_nothing_said_by_colour_alone,
    less_motion_stands_still,
    a_phone_has_its_tabs_below_and_create_within_reach
    ; in chromium:
    the_automatic_theme_follows_the_browser,
    forced_colours_leave_bars_that_can_be_read,
];

const DRESS: &str =
    "[document.documentElement.dataset.theme, document.documentElement.hasAttribute('data-contrast')]";

async fn dressed(stage: &Stage, wanted: (&str, bool)) -> Result<()> {
    let what = format!("the page to be {wanted:?}");
    stage
        .until_value(&what, DRESS, |(theme, contrast): &(String, bool)| (theme.as_str(), *contrast) == wanted)
        .await
        .map(drop)
}

async fn every_theme_is_chosen_in_the_settings_and_kept(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    let system: String =
        stage.look("matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark'").await?;
    for (look, wanted) in [
        ("light", ("light", false)),
        ("contrast", (system.as_str(), true)),
        ("dark", ("dark", false)),
        ("auto", (system.as_str(), false)),
    ] {
        stage.route("#/settings").await?;
        stage.choose(&format!("input[name=look][value={look}]")).await?;
        dressed(stage, wanted).await?;
        stage.reload().await?;
        dressed(stage, wanted).await?;
    }
    // The button above knows of it.
    stage.route("#/settings").await?;
    stage.choose("input[name=look][value=light]").await?;
    stage.click("#theme").await?;
    dressed(stage, ("dark", false)).await?;
    ensure!(
        stage.property("input[name=look][value=dark]", "checked").await? == true,
        "and the settings of the button"
    );
    Ok(())
}

/// Has the page's own rules for this wish of the system in force: Chromium pretends that the system has it, the others cannot be
/// told, and have the rules without their condition.
async fn wished(stage: &Stage, feature: &str, value: &str) -> Result<()> {
    if stage.engine == Engine::Chromium {
        return asked(stage, &[(feature, value)]).await;
    }
    let script = "let count = 0;
        for (const sheet of document.styleSheets) for (const rule of sheet.cssRules)
            if (rule.media?.mediaText === arguments[0]) (rule.media.mediaText = 'all', count++);
        return count;";
    let count = stage.run(script, &[format!("({feature}: {value})").into()]).await?;
    ensure!(count.as_u64() > Some(0), "there are no rules for {feature}: {value}");
    Ok(())
}

/// Has Chromium pretend that the system asks for these.
async fn asked(stage: &Stage, features: &[(&str, &str)]) -> Result<()> {
    let features: Vec<_> =
        features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    stage.driver().cdp().send_raw("Emulation.setEmulatedMedia", json!({ "features": features })).await?;
    Ok(())
}

/// Puts what a page asks of the system into a test's hands. It asks before anything else runs.
const SYSTEM: &str = "window.wishes = {};
    const own = window.matchMedia.bind(window), heard = [];
    window.matchMedia = (query) => /prefers-(color-scheme|contrast)/.test(query)
        ? { get matches() { return !!wishes[query]; }, addEventListener: (_, then) => heard.push(then) } : own(query);
    window.changeSystem = (...now) => {
        wishes = Object.fromEntries(now.map((wish) => [`(prefers-${wish})`, true]));
        heard.forEach((then) => then());
    };";

async fn the_automatic_theme_changes_with_the_system(stage: &Stage) -> Result<()> {
    let service = stage.service(Script { lacking: Some(SYSTEM), ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    for (now, wanted) in [
        ("'color-scheme: light'", ("light", false)),
        ("'color-scheme: light', 'contrast: more'", ("light", true)),
        ("'contrast: more'", ("dark", true)),
        ("", ("dark", false)),
    ] {
        stage.run(&format!("changeSystem({now});"), &[]).await?;
        dressed(stage, wanted).await?;
    }
    // Whoever has chosen is not asked.
    stage.click("#theme").await?;
    dressed(stage, ("light", false)).await?;
    stage.run("changeSystem('contrast: more');", &[]).await?;
    dressed(stage, ("light", false)).await
}

async fn the_automatic_theme_follows_the_browser(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    for (scheme, contrast) in
        [("dark", "more"), ("light", "more"), ("light", "no-preference"), ("dark", "no-preference")]
    {
        asked(stage, &[("prefers-color-scheme", scheme), ("prefers-contrast", contrast)]).await?;
        dressed(stage, (scheme, contrast == "more")).await?;
    }
    asked(stage, &[]).await
}

async fn forced_colours_leave_nothing_said_by_colour_alone(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    wished(stage, "forced-colors", "active").await?;
    let lined =
        "[document.querySelector('.chip:has(:checked)'), document.querySelector('nav [aria-current]')]
        .every(it => getComputedStyle(it).outlineStyle === 'solid')";
    ensure!(stage.look::<bool>(lined).await?, "what is chosen has a line around it");
    if stage.engine == Engine::Chromium { asked(stage, &[]).await } else { Ok(()) }
}

async fn forced_colours_leave_bars_that_can_be_read(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.create("кот").await?;
    stage.picture("кот").await?;
    stage.route("#/storage").await?;
    stage.shown("#storage progress").await?;
    // Half full, and large enough to be looked at point by point.
    let half = "const bar = document.querySelector('#storage progress'); bar.max = 2; bar.value = 1;
        bar.style.height = '40px'; bar.scrollIntoView({ block: 'center' });";
    stage.run(half, &[]).await?;
    for scheme in ["dark", "light"] {
        asked(stage, &[("forced-colors", "active"), ("prefers-color-scheme", scheme)]).await?;
        ensure!(
            stage.look::<bool>("matchMedia('(forced-colors: active)').matches").await?,
            "the colours are forced"
        );
        let bar = stage.shown("#storage progress").await?.screenshot_as_png().await?;
        let picture = format!("data:image/png;base64,{}", STANDARD.encode(bar));
        // How bright the points at a quarter and at three quarters of it are, as contrasts are reckoned.
        let bright = "(async (image) => {
            await image.decode();
            const canvas = document.createElement('canvas');
            [canvas.width, canvas.height] = [image.width, image.height];
            const pen = canvas.getContext('2d');
            pen.drawImage(image, 0, 0);
            const line = (part) => part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4;
            return [1, 3].map((at) => {
                const [red, green, blue] = pen.getImageData(image.width * at / 4, image.height / 2, 1, 1).data;
                return 0.2126 * line(red) + 0.7152 * line(green) + 0.0722 * line(blue);
            });
        })(Object.assign(new Image(), { src: 'PICTURE' }))";
        let (full, empty): (f64, f64) = stage.look_later(&bright.replace("PICTURE", &picture)).await?;
        let apart = (full.max(empty) + 0.05) / (full.min(empty) + 0.05);
        ensure!(
            apart >= 3.0,
            "{scheme}: the full half is {full} bright, the empty one {empty}: {apart} to 1"
        );
    }
    asked(stage, &[]).await
}

async fn less_motion_stands_still(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    wished(stage, "prefers-reduced-motion", "reduce").await?;
    stage.create("sim:slow=900 тихо").await?;
    stage.shown(".bar > span").await?;
    let still = "document.getAnimations().every(it => it.effect.getComputedTiming().activeDuration < 1)";
    stage.until_true("nothing to move", still).await?;
    if stage.engine == Engine::Chromium { asked(stage, &[]).await } else { Ok(()) }
}

/// What is cut: words that are wider or higher than the box that hides what leaves it, and what leaves the page to the right.
const CUT: &str = "[...document.querySelectorAll('body *')].filter(it => {
    if (!it.checkVisibility({ visibilityProperty: true }) || it.closest('.hidden-text, .caption, #crash, svg, textarea')) return false;
    const style = getComputedStyle(it);
    const words = [...it.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    const box = it.getBoundingClientRect();
    if (box.width <= 1) return false;
    const hides = style.overflowX === 'hidden' || style.overflowX === 'clip';
    return (words && box.right > innerWidth + 1) || (hides && words && it.scrollWidth > it.clientWidth + 1)
        || (style.display !== 'inline' && it.matches('button, a, label, nav, header') && (it.scrollWidth > it.clientWidth + 1));
}).map(it => it.outerHTML.slice(0, 120))";

async fn text_of_twice_the_size_is_not_cut(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.furnish().await?;
    let cut = cut_in_any_size(stage).await;
    stage.resize_back().await?;
    let cut = cut?;
    ensure!(cut.is_empty(), "cut: {cut:#?}");
    Ok(())
}

async fn cut_in_any_size(stage: &Stage) -> Result<Vec<String>> {
    let mut cut = vec![];
    for (width, height) in [(1366, 768), (390, 844)] {
        stage.resize(width, height).await?;
        for screen in Screen::FULL {
            stage.run("document.documentElement.style.fontSize = '';", &[]).await?;
            screen.show(stage).await?;
            stage.run("document.documentElement.style.fontSize = '200%';", &[]).await?;
            let found: Vec<String> = stage.look(CUT).await?;
            cut.extend(found.into_iter().map(|it| format!("{} {width}: {it}", screen.name())));
            screen.leave(stage).await?;
        }
    }
    Ok(cut)
}

async fn a_phone_has_its_tabs_below_and_create_within_reach(stage: &Stage) -> Result<()> {
    stage.resize(390, 844).await?;
    let outcome = on_a_phone(stage).await;
    stage.resize_back().await?;
    outcome
}

async fn on_a_phone(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    let height: f64 = stage.look("innerHeight").await?;
    let tabs = "[...document.querySelectorAll('header nav a')].filter(it => it.checkVisibility()).map(it => [it.hash, it.getBoundingClientRect().bottom, it.getBoundingClientRect().height])";
    let tabs: Vec<(String, f64, f64)> = stage.look(tabs).await?;
    let names: Vec<&str> = tabs.iter().map(|(hash, ..)| hash.as_str()).collect();
    ensure!(names == ["#/", "#/queue", "#/library", "#/settings"], "{names:?}");
    ensure!(tabs.iter().all(|(_, bottom, tall)| *bottom > height - 4.0 && *tall >= 44.0), "{tabs:?}");
    let create = "(box => box.top > innerHeight * 0.7 && box.bottom < innerHeight - 55)(document.querySelector('#create').getBoundingClientRect())";
    ensure!(stage.look::<bool>(create).await?, "Create stands above the tabs");
    let wide = "document.documentElement.scrollWidth <= innerWidth";
    stage.create("кот").await?;
    stage.picture("кот").await?;
    stage.click("header nav a[href='#/queue']").await?;
    stage.shown("#jobs li.job").await?;
    ensure!(!stage.is_shown("#prompt").await?, "the queue's tab shows the jobs alone");
    stage.route("#/").await?;
    stage.furnish().await?;
    for screen in Screen::FULL {
        screen.show(stage).await?;
        ensure!(stage.look::<bool>(wide).await?, "{} scrolls sideways", screen.name());
        screen.leave(stage).await?;
    }
    Ok(())
}

async fn the_language_is_chosen_in_the_settings(stage: &Stage) -> Result<()> {
    let service = stage.service(Script::default()).await?;
    stage.open(&service.origin).await?;
    stage.route("#/settings").await?;
    for (language, words) in [("en", "Settings"), ("ru", "Настройки")] {
        stage.choose(&format!("input[name=language][value={language}]")).await?;
        let heard = format!(
            "document.querySelector('#settings h1').textContent === '{words}' && document.documentElement.lang === '{language}'"
        );
        stage.until_true("the page to speak it", &heard).await?;
    }
    Ok(())
}

/// Keeps what the live regions say from now on: what is changed in one, or comes with words in it.
const LISTEN: &str = "const live = '[aria-live], [role=status], [role=alert]', before = new Map();
    window.heard = [];
    const look = () => {
        for (const region of document.querySelectorAll(live)) {
            if (region.parentElement.closest(live)) continue;
            const words = region.textContent;
            if (words !== before.get(region) && words) heard.push(words.replace('\\u00a0', ' ').trim());
            before.set(region, words);
        }
    };
    look();
    window.heard = [];
    new MutationObserver(look).observe(document.body, { childList: true, characterData: true, subtree: true });";

async fn heard(stage: &Stage, wanted: &[&str]) -> Result<()> {
    let what = format!("{wanted:?} to be said");
    stage.until_value(&what, "window.heard", |heard: &Vec<String>| heard == wanted).await?;
    stage.run("window.heard = [];", &[]).await.map(drop)
}

async fn the_live_regions_say_each_change_once(stage: &Stage) -> Result<()> {
    let _service = paused(stage, &["а", "б"]).await?;
    stage.run(LISTEN, &[]).await?;
    let edit = in_row(stage, "а", "[data-action='edit']").await?;
    stage.run("document.querySelector(arguments[0]).focus();", &[edit.into()]).await?;
    chord(stage, Key::Down).await?;
    heard(stage, &["Теперь 2 из 2"]).await?;
    let cancel = in_row(stage, "а", "[data-action='cancel']").await?;
    stage.click(&cancel).await?;
    heard(stage, &["Отменён 1 запрос; квота не потрачена."]).await?;
    // Sent, accepted, asked for, stored: one end. And of the same words another one.
    stage.click("#queue-pause").await?;
    stage.picture("б").await?;
    heard(stage, &["Картинка готова: б"]).await?;
    stage.create("б").await?;
    let two = "document.querySelectorAll('#jobs > li[data-phase=done]').length";
    stage.until_value("the second picture", two, |n: &u32| *n == 2).await?;
    heard(stage, &["Принят 1 запрос", "Картинка готова: б"]).await
}

async fn a_closed_service_is_said_once_and_its_seconds_are_not(stage: &Stage) -> Result<()> {
    let service = stage.service(Script { closed: true, ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    stage.run(LISTEN, &[]).await?;
    stage.create("кот").await?;
    let left = "Number(document.querySelector('#queue-next')?.textContent.match(/\\d+/)?.[0] ?? 0)";
    // It has looked once more meanwhile.
    stage.until_value("the second wait", left, |left: &u32| *left >= 7).await?;
    let said: Vec<String> = stage.look("window.heard").await?;
    let closed = said.iter().filter(|words| words.contains("DISABLED_BY_QUEUE")).count();
    ensure!(closed == 1, "{said:?}");
    ensure!(!said.iter().any(|words| words.contains("Проверим")), "{said:?}");
    Ok(())
}
