//! Small pictures, made and stored by a worker (src/worker/thumbs.js), so that no frame of the page waits for them.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use js_sys::{Array, ArrayBuffer, Function, Promise};
use wasm_bindgen::prelude::*;

use super::js;

/// Whoever waits for the small picture of an id.
type Waiting = Rc<RefCell<HashMap<String, Vec<Function>>>>;

/// The worker. Clones are the same one.
#[derive(Clone)]
pub struct Maker {
    /// None where the browser has no workers.
    worker: Option<JsValue>,
    waiting: Waiting,
}

impl Maker {
    /// Starts the worker.
    pub fn start() -> Self {
        let waiting = Waiting::default();
        let worker = js::new("Worker", &[&"thumbs.js".into()]).ok();
        if let Some(worker) = &worker {
            let all = Rc::clone(&waiting);
            let ear = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
                let data = js::get(&event, "data");
                // Without data it is an error of the worker as a whole: nobody waits for ever.
                let answered = match js::text(&data, "id") {
                    Some(id) => all.borrow_mut().remove(&id).unwrap_or_default(),
                    None => all.borrow_mut().drain().flat_map(|(_, waiting)| waiting).collect(),
                };
                for answer in answered {
                    let _ = answer.call1(&JsValue::NULL, &js::get(&data, "ok"));
                }
            })
            .into_js_value();
            js::set(worker, "onmessage", &ear);
            js::set(worker, "onerror", &ear);
        }
        Self { worker, waiting }
    }

    /// Makes and stores the small picture of these bytes. They are given away. Says whether it is stored now.
    pub async fn make(&self, id: &str, bytes: ArrayBuffer, mime: &str) -> bool {
        let Some(worker) = &self.worker else { return false };
        let made = Promise::new(&mut |resolve, _| {
            self.waiting.borrow_mut().entry(id.to_owned()).or_default().push(resolve);
        });
        let order = js::object(&[("id", id.into()), ("bytes", bytes.clone().into()), ("type", mime.into())]);
        if js::call(worker, "postMessage", &[&order, &Array::of1(&bytes)]).is_err() {
            self.waiting.borrow_mut().remove(id);
            return false;
        }
        js::settled(made.into()).await.is_ok_and(|ok| ok.is_truthy())
    }
}
