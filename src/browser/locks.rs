//! Who does a thing, of all tabs and the service worker: Web Locks, or src/worker/claims.js where a page of plain http
//! has none.

use std::{cell::Cell, rc::Rc};

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::js;

/// The lock of whoever drives a job.
pub fn job(id: &str) -> String {
    String::from("komposition.job.") + id
}

/// Whether this browser gives real locks to this page. Claims are weaker: a tab that sleeps can lose one unawares.
pub fn are_real() -> bool {
    js::navigator("locks").is_object()
}

/// A lock that is held until this is dropped, or until the tab is gone; before it is granted, a place in the queue.
pub struct Guard {
    /// What was granted. Undefined when nobody here can give locks: this tab cannot know of others then.
    lock: JsValue,
    /// Lets go of a granted lock.
    release: Option<Function>,
    /// Leaves the queue.
    leave: JsValue,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            let _ = release.call0(&JsValue::NULL);
        }
        let _ = js::call(&self.leave, "abort", &[]);
    }
}

/// After so many milliseconds a script that could not be loaded is loaded again.
const LOAD_AGAIN: u32 = 1_000;

/// How a lock is asked for.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// After all who asked before.
    Queue,
    /// Now, from whoever has it.
    Steal,
    /// Now or not at all.
    #[cfg(test)]
    Try,
}

/// Waits for the lock, or takes it from whoever has it. `lost` is called if it is taken away after that. Dropping the
/// future leaves the queue.
pub async fn hold(name: &str, steal: bool, lost: impl FnOnce() + 'static) -> Guard {
    let way = if steal { Way::Steal } else { Way::Queue };
    asked(&manager().await, name, way, Box::new(lost)).await
}

/// What gives locks to this page: claims where it has no real ones.
pub(super) async fn manager() -> JsValue {
    if !are_real() {
        // Without them two tabs would ask for one picture: better to wait.
        loop {
            js::load("claims.js").await;
            let claims = js::global("kompositionLocks");
            if claims.is_object() {
                return claims;
            }
            js::sleep(LOAD_AGAIN).await;
        }
    }
    js::navigator("locks")
}

/// The lock of the guard is null when it was not to be had at once.
async fn asked(manager: &JsValue, name: &str, way: Way, lost: Box<dyn FnOnce()>) -> Guard {
    let mut release = None;
    // The lock is held for as long as this promise is not kept.
    let held = Promise::new(&mut |resolve, _| release = Some(resolve));
    let leave = js::new("AbortController", &[]).unwrap_or_default();
    // The browser takes only one of them.
    let option = match way {
        Way::Queue => ("signal", js::get(&leave, "signal")),
        Way::Steal => ("steal", true.into()),
        #[cfg(test)]
        Way::Try => ("ifAvailable", true.into()),
    };
    let options = js::object(&[option]);
    let mut guard = Guard { lock: JsValue::UNDEFINED, release, leave };
    let was_granted: Rc<Cell<bool>> = Rc::default();
    let mut lost = Some(lost);
    let granted = Promise::new(&mut |resolve, _| {
        let (say, held) = (resolve.clone(), held.clone());
        let granted = Rc::clone(&was_granted);
        let on_grant = Closure::once_into_js(move |lock: JsValue| -> JsValue {
            granted.set(true);
            let _ = say.call1(&JsValue::NULL, &lock);
            held.into()
        });
        let asked = js::call(manager, "request", &[&name.into(), &options, &on_grant]);
        // Without a grant: the browser refused, or we left the queue. After it, a failure means that the lock is lost.
        let nothing = Function::bind1(&resolve, &JsValue::NULL, &JsValue::UNDEFINED);
        let (say, was_granted, lost) = (nothing.clone(), Rc::clone(&was_granted), lost.take());
        let failed = Closure::once_into_js(move || {
            let _ = say.call0(&JsValue::NULL);
            if let Some(lost) = lost.filter(|_| was_granted.get()) {
                lost();
            }
        });
        if asked.and_then(|promise| js::call(&promise, "then", &[&nothing, &failed])).is_err() {
            let _ = nothing.call0(&JsValue::NULL);
        }
    });
    guard.lock = JsFuture::from(granted).await.unwrap_or_default();
    guard
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use std::{
        cell::RefCell,
        rc::Rc,
        task::{Context, Waker},
    };

    use wasm_bindgen_futures::spawn_local;
    use wasm_bindgen_test::*;

    use super::*;
    use crate::browser::database::Database;

    /// A guard, and whether its lock was taken away since.
    struct Held(Guard, Rc<Cell<bool>>);

    impl Held {
        fn is_held(&self) -> bool {
            self.0.lock.is_object() && !self.1.get()
        }
    }

    async fn by(manager: &JsValue, name: &str, way: Way) -> Held {
        let lost: Rc<Cell<bool>> = Rc::default();
        let note = Rc::clone(&lost);
        Held(asked(manager, name, way, Box::new(move || note.set(true))).await, lost)
    }

    /// Waits until it knows that it has lost its lock.
    async fn told(held: &Held) {
        for _ in 0..400 {
            if !held.is_held() {
                return;
            }
            js::sleep(20).await;
        }
        panic!("it still believes that it has it");
    }

    async fn lock(name: &str, way: Way) -> Held {
        by(&manager().await, name, way).await
    }

    #[wasm_bindgen_test]
    async fn a_lock_is_had_by_one_and_queued_for_by_the_others_in_their_order() {
        assert!(are_real());
        let name = "komposition.test.queue";
        let first = lock(name, Way::Queue).await;
        assert!(!lock(name, Way::Try).await.is_held());
        let order: Rc<RefCell<Vec<u32>>> = Rc::default();
        for number in 1..=3 {
            let order = Rc::clone(&order);
            spawn_local(async move {
                let held = lock(name, Way::Queue).await;
                js::sleep(1).await;
                order.borrow_mut().push(number);
                assert!(held.is_held());
            });
        }
        js::sleep(30).await;
        assert!(order.borrow().is_empty());
        drop(first);
        // Comes after the three.
        drop(hold(name, false, || {}).await);
        assert_eq!(*order.borrow(), [1, 2, 3]);
    }

    #[wasm_bindgen_test]
    async fn who_stops_waiting_is_out_of_the_queue() {
        let name = "komposition.test.leave";
        let first = lock(name, Way::Queue).await;
        let mut waiting = Box::pin(hold(name, false, || {}));
        let context = &mut Context::from_waker(Waker::noop());
        assert!(waiting.as_mut().poll(context).is_pending());
        drop(waiting);
        drop(first);
        // Had the other stayed in the queue, nobody would ever let go of its lock.
        drop(hold(name, false, || {}).await);
    }

    #[wasm_bindgen_test]
    async fn a_lock_is_taken_from_whoever_has_it_who_is_told() {
        let name = "komposition.test.steal";
        let old = lock(name, Way::Queue).await;
        let new = lock(name, Way::Steal).await;
        told(&old).await;
        drop(old);
        assert!(new.is_held() && !lock(name, Way::Try).await.is_held(), "the thief keeps it");
    }

    /// The claims of plain http, on a database as the app makes it.
    async fn claims() -> Database {
        let database = Database::open(|_| {}).await.unwrap();
        js_sys::eval(include_str!("../worker/claims.js")).unwrap();
        database
    }

    async fn claim(name: &str, way: Way) -> Held {
        by(&js::global("kompositionLocks"), name, way).await
    }

    async fn row(name: &str, change: impl Fn(&JsValue) + 'static) {
        // Through another connection, as another tab would.
        let opening = js::call(&js::global("indexedDB"), "open", &[&"komposition".into()]).unwrap();
        assert!(js::either(&opening, "onsuccess", "onerror").await);
        let (open, store) = (js::get(&opening, "result"), JsValue::from("settings"));
        let transaction = js::call(&open, "transaction", &[&store, &"readwrite".into()]).unwrap();
        let rows = js::call(&transaction, "objectStore", &[&store]).unwrap();
        let found = js::call(&rows, "get", &[&name.into()]).unwrap();
        assert!(js::either(&found, "onsuccess", "onerror").await);
        let found = js::get(&found, "result");
        change(&found);
        js::call(&rows, "put", &[&found]).unwrap();
        assert!(js::either(&transaction, "oncomplete", "onabort").await);
        js::call(&open, "close", &[]).unwrap();
    }

    #[wasm_bindgen_test]
    async fn a_claim_is_had_by_one_until_it_is_let_go() {
        let _database = claims().await;
        let name = "komposition.test.claim";
        let first = claim(name, Way::Queue).await;
        assert!(first.is_held() && !claim(name, Way::Try).await.is_held());
        assert!(claim("komposition.test.other", Way::Try).await.is_held());
        drop(first);
        assert!(claim(name, Way::Queue).await.is_held());
    }

    #[wasm_bindgen_test]
    async fn a_claim_of_a_dead_tab_is_taken_and_the_sleeper_notices() {
        let _database = claims().await;
        let name = "komposition.test.dead";
        let sleeper = claim(name, Way::Queue).await;
        row(name, |row| js::set(row, "at", &(js_sys::Date::now() - 9_000.0).into())).await;
        assert!(!claim(name, Way::Try).await.is_held(), "a slow one is not dead");
        row(name, |row| js::set(row, "at", &(js_sys::Date::now() - 10_001.0).into())).await;
        let next = claim(name, Way::Try).await;
        assert!(next.is_held());
        told(&sleeper).await;
        drop(sleeper);
        assert!(!claim(name, Way::Try).await.is_held(), "a lost claim took its follower's away");
        assert!(next.is_held());
    }

    #[wasm_bindgen_test]
    async fn a_claim_is_taken_from_a_living_tab_that_is_told() {
        let _database = claims().await;
        let name = "komposition.test.steal-claim";
        let old = claim(name, Way::Queue).await;
        let new = claim(name, Way::Steal).await;
        told(&old).await;
        assert!(new.is_held() && !claim(name, Way::Try).await.is_held());
    }
}
