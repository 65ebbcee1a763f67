//! The server's models, offered as pipelines.

use super::said::Said;
use super::server::{Server, Trouble};
use crate::refusal::Refusal;
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use uuid::Uuid;

/// The type of a pipeline that paints texts.
pub(crate) const PICTURES: &str = "TEXT2IMAGE";

/// How long a list counts as fresh. A model that was just loaded shows up within this time.
const FRESH: Duration = Duration::from_secs(30);

/// How long a no counts. Whoever waited while somebody else was told no is told the same, and does not ask again.
const REFUSED: Duration = Duration::from_secs(2);

/// More models than this are no choice.
const MOST: usize = 100;

/// A model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Model {
    /// The pipeline's id: made of the name, so that it is the same after a restart and on every machine.
    pub(crate) id: String,
    /// As the server calls it; `None` when it tells no names, and has but one.
    pub(crate) name: Option<String>,
}

impl Model {
    fn new(name: Option<String>) -> Self {
        let space = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"komposition-relay/model");
        let id = Uuid::new_v5(&space, name.as_deref().unwrap_or_default().as_bytes());
        Self { id: id.to_string(), name }
    }

    /// The model as `GET pipelines` tells of it.
    pub(crate) fn as_pipeline(&self, host: &str) -> Value {
        let name = self.name.as_deref().unwrap_or(host);
        json!({
            "id": self.id,
            "uuid": self.id,
            "name": name,
            "nameEn": name,
            "description": format!("Рисует {host}; стиль и негативный промпт не учитываются"),
            "descriptionEn": format!("Painted by {host}; style and negative prompt are ignored"),
            "tags": [],
            "version": 1.0,
            "imagePreview": null,
            "status": "ACTIVE",
            "type": PICTURES,
        })
    }
}

type List = Arc<Vec<Model>>;

/// What is offered, and since when that is known.
pub(crate) struct Models {
    /// Named by whoever started the relay: the server is not asked.
    named: Option<List>,
    known: RwLock<Option<(Instant, List)>>,
    /// Held by the one that asks the server; the others wait for its answer. In it is the last no.
    asking: Mutex<Option<(Instant, Refusal)>>,
    patience: Duration,
}

impl Models {
    pub(crate) fn new(named: &[String], patience: Duration) -> Self {
        let named: Vec<Model> = named.iter().map(|name| Model::new(Some(name.clone()))).collect();
        Self {
            named: (!named.is_empty()).then(|| Arc::new(named)),
            known: RwLock::default(),
            asking: Mutex::default(),
            patience,
        }
    }

    /// The models, asked for anew when the last list is old. A server that cannot be asked just now still has the
    /// models it had.
    ///
    /// # Errors
    /// 502 and 504 when the server was never reached.
    pub(crate) async fn list(&self, server: &Server) -> Result<List, Refusal> {
        if let Some(named) = &self.named {
            return Ok(Arc::clone(named));
        }
        if let Some(list) = self.fresh() {
            return Ok(list);
        }
        let mut refused = self.asking.lock().await;
        if let Some(list) = self.fresh() {
            return Ok(list);
        }
        if let Some((_, refusal)) = refused.as_ref().filter(|(since, _)| since.elapsed() < REFUSED) {
            return Err(refusal.clone());
        }
        match ask(server, self.patience).await {
            Ok(list) => Ok(self.keep(Arc::new(list))),
            Err(refusal) => match self.last() {
                // As fresh as if it had been asked: a server that is down is not asked at each request.
                Some(list) => Ok(self.keep(list)),
                None => {
                    *refused = Some((Instant::now(), refusal.clone()));
                    Err(refusal)
                }
            },
        }
    }

    fn fresh(&self) -> Option<List> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(since, _)| since.elapsed() < FRESH).map(|(_, list)| Arc::clone(list))
    }

    fn last(&self) -> Option<List> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().map(|(_, list)| Arc::clone(list))
    }

    fn keep(&self, list: List) -> List {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), Arc::clone(&list)));
        list
    }
}

async fn ask(server: &Server, patience: Duration) -> Result<Vec<Model>, Refusal> {
    let host = server.host();
    let refusal = |status, words: String| Refusal::new(status, words);
    let answer = server.get("models", patience).await.map_err(|trouble| match trouble {
        Trouble::Silent(_) => refusal(StatusCode::GATEWAY_TIMEOUT, format!("{host} {trouble}")),
        _ => refusal(StatusCode::BAD_GATEWAY, format!("{host} {trouble}")),
    })?;
    match answer.status.as_u16() {
        200..=299 => {}
        // It has no such list: whichever model it has is the one.
        404 | 405 | 501 => return Ok(vec![Model::new(None)]),
        _ => {
            let said = Said::read(answer.status, &answer.body);
            return Err(refusal(StatusCode::BAD_GATEWAY, said.sentence(host)));
        }
    }
    let Ok(json) = serde_json::from_slice::<Value>(&answer.body) else {
        return Err(refusal(
            StatusCode::BAD_GATEWAY,
            format!("{host} answered something else than a list of models."),
        ));
    };
    let names = names(&json);
    Ok(if names.is_empty() {
        vec![Model::new(None)]
    } else {
        names.into_iter().map(|name| Model::new(Some(name))).collect()
    })
}

/// `{"data":[{"id"}]}` as OpenAI has it, or the array alone.
fn names(json: &Value) -> Vec<String> {
    let list = json.get("data").unwrap_or(json).as_array();
    let mut names = Vec::new();
    for model in list.into_iter().flatten() {
        let name =
            model.as_str().or_else(|| model.get("id").and_then(Value::as_str)).unwrap_or_default().trim();
        if !name.is_empty() && names.len() < MOST && !names.iter().any(|have| have == name) {
            names.push(name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::{Model, names};
    use serde_json::json;

    #[test]
    fn a_models_id_is_made_of_its_name_alone() {
        let id = |name: &str| Model::new(Some(name.to_owned())).id;
        assert_eq!(id("sd-cpp-local"), id("sd-cpp-local"));
        assert_ne!(id("sd-cpp-local"), id("flux"));
        assert_eq!(id("sd-cpp-local"), "6285e194-19ae-5983-8817-a8c4dd3cfbb4");
    }

    #[test]
    fn names_are_read_out_of_what_servers_send() {
        let list = json!({"object": "list", "data": [{"id": "a", "object": "model"}, {"id": " "}, {}, {"id": "a"}, {"id": "b"}]});
        assert_eq!(names(&list), ["a", "b"]);
        assert_eq!(names(&json!([{"id": "a"}, "b"])), ["a", "b"]);
        assert!(names(&json!({"data": null})).is_empty() && names(&json!("models")).is_empty());
    }
}
