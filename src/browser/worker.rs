//! The service worker, and what it does: status requests that outlive the tab. Where there is none the page runs the same
//! script itself (src/worker/poll.js), under the same lock and with the same letter in the inbox.

use std::cell::Cell;

use fusionbrain::{ApiError, Headers};
use gloo_net::http::Response;
use studio::Ms;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;

use super::{http, js, locks};

/// How long the next worker may take to take over, in milliseconds.
const TAKES_OVER: u32 = 3000;

const SCRIPT: &str = "service-worker.js";

/// What the worker answers. The host exists nowhere (RFC 2606): keys are in the question, and should the worker be gone
/// when it is asked, they go nowhere. (Chromium and Firefox would keep a same-origin request with the cache mode
/// `only-if-cached` back as well; WebKitGTK sends it.)
const POLL: &str = "https://komposition.invalid/poll";

/// What the worker says about the letter it answers with.
const ABOUT: &str = "komposition-letter";

/// A status request.
pub struct PollRequest {
    /// Where to ask. Empty: only look whether there is a letter.
    pub url: String,
    /// The keys' headers.
    pub headers: Vec<(&'static str, String)>,
    /// The service's id of the task.
    pub task: String,
    /// The id of the job that asks.
    pub job: String,
    /// The time of the letter that was read already.
    pub judged: Option<Ms>,
}

/// A raw answer to a status request, in the inbox until somebody takes it out. The service hands a final one over only
/// once.
pub struct Letter {
    /// When it came.
    pub at: Ms,
    /// The HTTP status.
    pub status: u16,
    /// The headers a page may see.
    pub headers: Headers,
    /// The body, or what came of it.
    pub body: Vec<u8>,
    /// Whether the body came to its end.
    pub whole: bool,
    /// Whether it is in the inbox. Else the disk is full, or there is no database.
    pub stored: bool,
}

fn container() -> Option<JsValue> {
    Some(js::navigator("serviceWorker")).filter(JsValue::is_object)
}

fn controller() -> bool {
    container().is_some_and(|container| js::get(&container, "controller").is_object())
}

/// Sets the worker up; nothing where the browser has none for this page. Listen to the channel before.
pub fn register() {
    let Some(container) = container() else { return };
    spawn_local(async move {
        // What the worker begins with is as new as itself.
        let fresh = js::object(&[("updateViaCache", "none".into())]);
        let Ok(registering) = js::call(&container, "register", &[&SCRIPT.into(), &fresh]) else { return };
        if let Ok(registration) = js::settled(registering).await {
            // A new version that came while no page was there to hear it.
            let _ = js::call(&js::get(&registration, "waiting"), "postMessage", &[&"announce".into()]);
        }
    });
}

thread_local! {
    /// It did not come once: it is not waited for a second time.
    static GIVEN_UP: Cell<bool> = const { Cell::new(false) };
}

/// Waits until another worker than now controls this page, for no more than so many milliseconds.
async fn changed(container: &JsValue, patience: u32) {
    let there = js_sys::Promise::new(&mut |resolve, _| {
        let _ = js::call(container, "addEventListener", &[&"controllerchange".into(), &resolve]);
        let _ = js::call(&js_sys::global(), "setTimeout", &[&resolve, &patience.into()]);
    });
    let _ = js::settled(there.into()).await;
}

/// Waits until a worker controls this page. Says whether one does; gives up after so many milliseconds, for good.
pub async fn ready(patience: u32) -> bool {
    if let Some(container) = container().filter(|_| !controller() && !GIVEN_UP.get()) {
        changed(&container, patience).await;
        GIVEN_UP.set(!controller());
    }
    if !controller() {
        // Then this page asks itself, and has what it takes before a run is sent.
        js::load("poll.js").await;
    }
    controller()
}

/// Whether a channel message of kind `update` tells of a version of this very app that is newer than this page (another on
/// the same origin is none of our business): then the person should be told to reload. When it is this page's own version, the waiting worker is told to take over.
pub fn is_newer(message: &str) -> bool {
    let own = js::call(&js::global("document"), "getElementById", &[&"komposition-start".into()])
        .ok()
        .and_then(|start| js::text(&js::get(&start, "dataset"), "wasm"));
    let base = js::text(&js::global("document"), "baseURI").unwrap_or_default();
    let folder = base.rfind('/').map_or("", |end| &base[..=end]);
    let ours = String::from("{\"kind\":\"update\",\"scope\":\"") + folder + "\"";
    if !message.starts_with(&ours) {
        return false;
    }
    // Byte by byte: the standard library's search is a kilobyte of the app.
    let file =
        own.as_deref().map(|path| path.strip_prefix("./").unwrap_or(path)).unwrap_or_default().as_bytes();
    let newer = file.is_empty() || !message.as_bytes().windows(file.len()).any(|part| part == file);
    if !newer {
        spawn_local(take_over());
    }
    newer
}

/// Lets the worker that waits take over, if there is one.
async fn take_over() {
    let Some(container) = container() else { return };
    let Ok(registration) = js::call(&container, "getRegistration", &[]) else { return };
    let registration = js::settled(registration).await.unwrap_or_default();
    for state in ["waiting", "installing"] {
        let next = js::get(&registration, state);
        if next.is_object() {
            let _ = js::call(&next, "postMessage", &[&"skip-waiting".into()]);
            changed(&container, TAKES_OVER).await;
        }
    }
}

/// Has the worker keep the whole app for the next start without a network, also what was not needed so far.
pub fn keep_all() {
    if let Some(container) = container() {
        let _ = js::call(&js::get(&container, "controller"), "postMessage", &[&"keep-all".into()]);
    }
}

/// Loads the page anew, with the newest worker.
pub fn reload() {
    spawn_local(async {
        let body = js::get(&js::global("document"), "body");
        let _ = js::call(&body, "setAttribute", &[&"aria-busy".into(), &"true".into()]);
        // A page that is asked for while one worker hands over to the next is asked for at an unhappy moment.
        take_over().await;
        let _ = js::call(&js::global("location"), "reload", &[]);
    });
}

/// Asks for a task, once in all tabs at a time. The letter is in the inbox before this comes back, if it can be.
///
/// # Errors
/// [`ApiError::Unreachable`] without an answer. A body that broke off is no error here: see [`Letter::whole`].
pub async fn poll(request: &PollRequest) -> Result<Letter, ApiError> {
    let headers = js::object(&[]);
    for (name, value) in &request.headers {
        js::set(&headers, name, &value.into());
    }
    let question = js::object(&[
        ("url", (&request.url).into()),
        ("headers", headers),
        ("task", (&request.task).into()),
        ("job", (&request.job).into()),
        ("judged", request.judged.map_or(JsValue::NULL, |at| JsValue::from_f64(at as f64))),
    ]);
    let mut letter = Err(ApiError::Unreachable);
    // No answer, or one that is not the worker's: nobody was asked. Then the page does it.
    for by_worker in [true, false] {
        // The demo's simulator is in this page: the worker cannot ask it.
        if by_worker && (!controller() || request.url.starts_with(http::DEMO)) {
            continue;
        }
        let asked = if by_worker {
            let options = js::object(&[
                ("method", "POST".into()),
                ("body", js::call(&js::global("JSON"), "stringify", &[&question]).unwrap_or_default()),
                ("credentials", "omit".into()),
                ("redirect", "error".into()),
                ("referrerPolicy", "no-referrer".into()),
            ]);
            js::call(&js_sys::global(), "fetch", &[&POLL.into(), &options])
        } else {
            js::load("poll.js").await;
            // The lock it takes.
            locks::manager().await;
            js::call(&js_sys::global(), "kompositionPoll", &[&question])
        };
        let Ok(asked) = asked else { continue };
        if let Ok(answer) = js::settled(asked).await
            && let response = Response::from(answer.unchecked_into::<web_sys::Response>())
            && let Some(about) = response.headers().get(ABOUT)
        {
            letter = read(response, &about).await;
            break;
        }
    }
    letter
}

async fn read(response: Response, about: &str) -> Result<Letter, ApiError> {
    if about.is_empty() {
        return Err(ApiError::Unreachable);
    }
    let (status, headers) = (response.status(), Headers::new(response.headers().entries()));
    let (body, whole) = http::body(response).await;
    if !whole {
        // The worker died while it answered us. What it has stored comes with the next try.
        return Err(ApiError::Unreachable);
    }
    let mut about = about.split(' ');
    let (whole, stored) = (about.next() == Some("whole"), about.next() == Some("stored"));
    let at = about.next().and_then(|at| at.parse().ok()).unwrap_or_default();
    Ok(Letter { at, status, headers, body, whole, stored })
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use std::{cell::RefCell, rc::Rc};

    use wasm_bindgen::prelude::*;
    use wasm_bindgen_test::*;

    use super::*;
    use crate::browser::database::Database;

    /// A page without a worker, but with the script that the shell would load for it.
    async fn page() -> Database {
        let database = Database::open(|_| {}).await.unwrap();
        js_sys::eval(include_str!("../worker/poll.js")).unwrap();
        database
    }

    fn asking(task: &str, url: &str) -> PollRequest {
        let headers = vec![("X-Key", String::from("Key k"))];
        PollRequest { url: url.into(), headers, task: task.into(), job: "j".into(), judged: None }
    }

    async fn has_letter(database: &Database, task: &str) -> bool {
        database.letters().await.unwrap().rows.iter().any(|(known, job)| known == task && job == "j")
    }

    fn url_of(text: &str) -> String {
        format!("data:application/json;charset=utf-8,{text}")
    }

    #[wasm_bindgen_test]
    async fn an_answer_is_in_the_inbox_before_it_is_handed_over_and_is_handed_over_until_taken_out() {
        let database = page().await;
        let long = "кот".repeat(100_000);
        let letter = poll(&asking("t-own", &url_of(&long))).await.unwrap();
        assert_eq!((letter.status, letter.whole, letter.stored), (200, true, true));
        assert_eq!(letter.headers.get("Content-Type"), Some("application/json;charset=utf-8"));
        assert_eq!(String::from_utf8(letter.body).unwrap(), long);
        assert!(has_letter(&database, "t-own").await);
        // Whatever the service would say now, the letter says it first.
        let again = poll(&asking("t-own", &url_of("other"))).await.unwrap();
        assert_eq!(again.body.len(), long.len());
        let looked = poll(&asking("t-own", "")).await.unwrap();
        assert_eq!(looked.body.len(), long.len());
        assert!(database.drop_letter("t-own", looked.at).await.unwrap());
        let other = poll(&asking("t-own", &url_of("other"))).await.unwrap();
        assert_eq!(other.body, b"other");
        assert!(database.drop_letter("t-own", other.at).await.unwrap());
    }

    #[wasm_bindgen_test]
    async fn without_an_answer_there_is_no_letter() {
        let database = page().await;
        for url in ["", "http://127.0.0.1:9/"] {
            assert_eq!(poll(&asking("t-dead", url)).await.err(), Some(ApiError::Unreachable));
        }
        assert!(!has_letter(&database, "t-dead").await);
    }

    #[wasm_bindgen_test]
    async fn a_letter_that_was_judged_is_no_answer_any_more() {
        let database = page().await;
        let drawing = poll(&asking("t-judged", &url_of("drawing"))).await.unwrap();
        // Dropping it failed, or the tab died before.
        let judged = PollRequest { judged: Some(drawing.at), ..asking("t-judged", &url_of("done")) };
        let done = poll(&judged).await.unwrap();
        assert_eq!((done.body.as_slice(), done.stored), (b"done".as_slice(), true));
        assert!(!database.drop_letter("t-judged", drawing.at).await.unwrap(), "the new one is safe");
        assert!(database.drop_letter("t-judged", done.at).await.unwrap());
    }

    #[wasm_bindgen_test]
    async fn where_the_first_look_fails_the_better_of_two_unread_letters_stays() {
        let database = page().await;
        let fault = "http://127.0.0.1:9/never";
        for (task, first, then) in [
            ("t-grows", url_of("drawing"), url_of("a picture")),
            ("t-gone", url_of("a picture"), url_of("gone")),
            ("t-fault", url_of("a picture"), fault.to_owned()),
        ] {
            poll(&asking(task, &first)).await.unwrap();
            // A service that has forgotten the task, and says so at length.
            let put_aside = js::global("fetch");
            if then == fault {
                js_sys::eval("self.fetch = async () => new Response('404'.repeat(999), { status: 404 })")
                    .unwrap();
            }
            // The next look at the inbox fails, and only that one.
            js_sys::eval(
                "{ const factory = IDBFactory.prototype, real = factory.open;
                factory.open = function () { factory.open = real; throw new DOMException('busy', 'UnknownError') } }",
            )
            .unwrap();
            let letter = poll(&asking(task, &then)).await;
            js::set(&js_sys::global(), "fetch", &put_aside);
            let letter = letter.unwrap();
            assert_eq!((letter.body.as_slice(), letter.stored), (b"a picture".as_slice(), true), "{then}");
            let again = poll(&asking(task, "")).await.unwrap();
            assert_eq!((again.body.as_slice(), again.at), (b"a picture".as_slice(), letter.at));
            assert!(database.drop_letter(task, letter.at).await.unwrap());
        }
    }

    #[wasm_bindgen_test]
    async fn a_damaged_letter_is_none() {
        let database = page().await;
        let spoil = "(async () => {
            const opening = indexedDB.open('komposition');
            await new Promise((resolve) => (opening.onsuccess = resolve));
            const inbox = opening.result.transaction('inbox', 'readwrite');
            inbox.objectStore('inbox').put({ task: 't-odd', job: 'j', at: 1, status: 'fine', headers: 7 });
            await new Promise((resolve) => (inbox.oncomplete = resolve));
            opening.result.close();
        })()";
        js::settled(js_sys::eval(spoil).unwrap()).await.unwrap();
        assert_eq!(poll(&asking("t-odd", "")).await.err(), Some(ApiError::Unreachable));
        let letter = poll(&asking("t-odd", &url_of("all"))).await.unwrap();
        assert_eq!((letter.body.as_slice(), letter.stored), (b"all".as_slice(), true));
        assert!(database.drop_letter("t-odd", letter.at).await.unwrap());
    }

    #[wasm_bindgen_test]
    async fn a_body_that_breaks_off_is_a_letter_of_what_had_come() {
        let database = page().await;
        // A service that sends a little and breaks off: the page's fetch is put aside for it.
        let put_aside = js::global("fetch");
        js_sys::eval(
            "self.fetch = async () => new Response(new ReadableStream({ pull(to) {
                if (this.sent) to.error(new TypeError('gone')); else to.enqueue(new Uint8Array([65, 66]));
                this.sent = true;
            } }), { status: 502, headers: { 'retry-after': '7' } })",
        )
        .unwrap();
        let letter = poll(&asking("t-cut", "https://service.invalid/")).await;
        js::set(&js_sys::global(), "fetch", &put_aside);
        let letter = letter.unwrap();
        assert_eq!((letter.status, letter.whole, letter.stored), (502, false, true));
        assert_eq!(
            (letter.body.as_slice(), letter.headers.get("retry-after")),
            (b"AB".as_slice(), Some("7"))
        );
        assert!(database.drop_letter("t-cut", letter.at).await.unwrap());
    }

    #[wasm_bindgen_test]
    async fn one_asks_and_the_others_read_its_letter() {
        let database = page().await;
        let put_aside = js::global("fetch");
        let asked = Rc::new(RefCell::new(0));
        let count = Rc::clone(&asked);
        let fetch = Closure::<dyn FnMut() -> JsValue>::new(move || {
            *count.borrow_mut() += 1;
            js::new("Response", &[&"one".into()]).unwrap()
        });
        js::set(&js_sys::global(), "fetch", fetch.as_ref());
        let done: Rc<RefCell<Vec<Letter>>> = Rc::default();
        for _ in 0..5 {
            let done = Rc::clone(&done);
            spawn_local(async move {
                let letter = poll(&asking("t-many", "https://service.invalid/")).await.unwrap();
                done.borrow_mut().push(letter);
            });
        }
        while done.borrow().len() < 5 {
            js::sleep(5).await;
        }
        js::set(&js_sys::global(), "fetch", &put_aside);
        assert_eq!(*asked.borrow(), 1);
        assert!(done.borrow().iter().all(|letter| letter.body == b"one"));
        let at = done.borrow()[0].at;
        assert!(database.drop_letter("t-many", at).await.unwrap());
    }

    #[wasm_bindgen_test]
    async fn a_full_disk_is_said_with_the_letter() {
        page().await;
        // As the browser refuses a write that is too much for it.
        let rows = js::get(&js::global("IDBObjectStore"), "prototype");
        let put_aside = js::get(&rows, "put");
        js_sys::eval(
            "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') }",
        )
        .unwrap();
        let letter = poll(&asking("t-full", &url_of("all"))).await;
        js::set(&rows, "put", &put_aside);
        let letter = letter.unwrap();
        assert_eq!((letter.body.as_slice(), letter.whole, letter.stored), (b"all".as_slice(), true, false));
    }

    #[wasm_bindgen_test]
    async fn a_database_that_never_answers_keeps_no_answer_back() {
        page().await;
        let factory = js::get(&js::global("IDBFactory"), "prototype");
        let put_aside = [js::get(&factory, "open"), js::global("setTimeout")];
        // The patience of poll.js, shortened.
        js_sys::eval(
            "IDBFactory.prototype.open = () => ({});
            { const real = self.setTimeout; self.setTimeout = (act, ms) => real(act, ms === 10000 ? 10 : ms); }",
        )
        .unwrap();
        let letter = poll(&asking("t-mute", &url_of("all"))).await;
        js::set(&factory, "open", &put_aside[0]);
        js::set(&js_sys::global(), "setTimeout", &put_aside[1]);
        let letter = letter.unwrap();
        assert_eq!((letter.body.as_slice(), letter.whole, letter.stored), (b"all".as_slice(), true, false));
    }

    #[wasm_bindgen_test]
    async fn only_another_version_than_this_page_is_news() {
        let document = js::global("document");
        let base = js::text(&document, "baseURI").unwrap();
        let folder = base.rsplit_once('/').unwrap().0;
        let said = |folder: &str, file: &str| {
            format!(r#"{{"kind":"update","scope":"{folder}/","files":["{file}"]}}"#)
        };
        assert!(is_newer(&said(folder, "app-1_bg.wasm")), "nobody knows what this page is");
        assert!(!is_newer(&said("https://elsewhere.example", "app-1_bg.wasm")), "another app's");
        let start = js::call(&document, "createElement", &[&"script".into()]).unwrap();
        js::set(&start, "id", &"komposition-start".into());
        js::set(&start, "type", &"application/json".into());
        js::set(&js::get(&start, "dataset"), "wasm", &"./app-1_bg.wasm".into());
        js::call(&js::get(&document, "body"), "append", &[&start]).unwrap();
        assert!(!is_newer(&said(folder, "app-1_bg.wasm")));
        assert!(is_newer(&said(folder, "app-2_bg.wasm")));
        js::call(&start, "remove", &[]).unwrap();
        assert!(!ready(20).await, "there is no worker here");
    }
}
