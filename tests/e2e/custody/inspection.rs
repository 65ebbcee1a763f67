//! Looks for secrets wherever a page and its requests can leave them.

use anyhow::{Result, ensure};
use komposition_tests::{Service, Stage};
use serde_json::json;

/// Runs in the page before every script: keeps what is said on the console, and lets a test put the clock forward.
pub(crate) const WATCH: &str = r"
    window.said = [];
    for (const level of ['log', 'info', 'warn', 'error', 'debug']) {
      const say = console[level];
      console[level] = (...words) => { said.push(words.map(String).join(' ')); say.apply(console, words); };
    }
    window.late = 0;
    const now = Date.now;
    Date.now = () => now() + window.late;
";

/// All places of the page, by name: what stands in each, as one text.
const PLACES: &str = r"(async () => {
  const places = { url: location.href, title: document.title, cookie: document.cookie };
  places.history = JSON.stringify(history.state);
  for (const [name, storage] of [['localStorage', localStorage], ['sessionStorage', sessionStorage]])
    places[name] = JSON.stringify({ ...storage });
  // Text and attributes; what a field holds is neither, and is looked at apart.
  places.document = document.documentElement.outerHTML;
  const own = '#key, #secret, #token, #passphrase';
  const fields = [...document.querySelectorAll('input, textarea, select')].filter((field) => !field.matches(own));
  places.fields = fields.map((field) => field.value).join('\n');
  places.console = window.said.join('\n');
  places.faults = JSON.stringify(window.kompositionFaults);
  places.requests = performance.getEntriesByType('resource').map((entry) => entry.name).join('\n');
  const text = (bytes) => new TextDecoder('latin1').decode(bytes);
  const shown = (_, value) =>
    value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? text(value) : value;
  const done = (request) =>
    new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) }));
  places.database = '';
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const rows = database.transaction(store).objectStore(store);
      places.database += JSON.stringify([await done(rows.getAllKeys()), await done(rows.getAll())], shown);
    }
    database.close();
  }
  places.caches = '';
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      places.caches += request.url + JSON.stringify([...request.headers]);
      if (!/\.(wasm|js|css|svg)\b/.test(request.url)) places.caches += await (await cache.match(request)).text();
    }
  }
  return places;
})()";

/// Each secret is in no place of the page but those allowed, and in nothing of a request but the headers made for it.
pub(crate) async fn inspect(
    stage: &Stage,
    service: &Service,
    secrets: &[&str],
    allowed: &[&str],
) -> Result<()> {
    let places: serde_json::Map<String, serde_json::Value> = stage.look_later(PLACES).await?;
    ensure!(places.len() > 10, "not everything was looked at: {:?}", places.keys());
    for secret in secrets {
        // As it is, and as the places of this page write texts inside of texts.
        let escaped = json!(secret).to_string();
        let inside = escaped.trim_matches('"');
        for (place, text) in &places {
            let text = text.as_str().unwrap_or_default();
            let found = text.contains(secret) || text.contains(inside);
            let wanted = allowed.contains(&place.as_str());
            ensure!(!found || wanted, "a secret is in {place}");
        }
        for asked in service.requests() {
            ensure!(!asked.target.contains(secret), "a secret is in the address {}", asked.target);
            for (name, value) in &asked.headers {
                let own = ["x-key", "x-secret", "authorization"].contains(&name.as_str());
                let to_the_service =
                    asked.target.starts_with("/key/api/v1/") || asked.target.starts_with("/relay/v1/");
                ensure!(
                    !value.contains(secret) || (own && to_the_service),
                    "a secret is in {name} of {}",
                    asked.target
                );
            }
        }
        for run in service.runs() {
            let body = |part: &[u8]| String::from_utf8_lossy(part).contains(secret);
            ensure!(!run.parts.iter().any(|part| body(&part.bytes)), "a secret is in a run's body");
        }
    }
    Ok(())
}
