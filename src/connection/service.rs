//! The protocol's calls over a connection.

use fusionbrain::{
    ApiError, Availability, Base, Credentials, Endpoint, Headers, Pipeline, PipelineId, RunAnswer,
    RunRequest, ServiceWord, Style, TaskId, Token, read_availability, read_pipelines, read_run, read_styles,
};

use super::{Connection, Kind, RelayInfo};
use crate::browser::http::{self, Patience};

/// How long small questions may take. Runs are never cut short.
const SMALL: Patience = Patience::Seconds(30);

/// What the simulator inside the page would say: known without it, which comes when it has something to paint.
const DEMO_PIPELINES: &str = r#"[{"id":"99cc61bd-3a62-4c5b-9a3f-5e1f0b7d31a1","name":"Kandinsky"}]"#;

/// A connection that can be asked.
#[derive(Clone)]
pub struct Service {
    connection: Connection,
    forgotten: bool,
}

impl Service {
    /// Asks over this connection.
    pub fn new(connection: Connection) -> Self {
        Self { connection, forgotten: false }
    }

    /// Whether it asks the same counterpart.
    pub fn leads_to(&self, connection: &Connection) -> bool {
        self.connection.base == connection.base && self.connection.kind == connection.kind
    }

    /// Its keys are forgotten, if it is the connection with this id: they serve for answers to what was asked before, and
    /// for nothing else.
    pub(super) fn forget(&mut self, id: &str) {
        let Connection { credentials, token, .. } = &self.connection;
        self.forgotten |= (credentials.is_some() || token.is_some()) && self.connection.is(id);
    }

    /// Whether its keys were forgotten.
    pub fn is_forgotten(&self) -> bool {
        self.forgotten
    }

    /// Where it leads, as a text that finds it again and holds no keys.
    pub fn place(&self) -> String {
        let kind = match self.connection.kind {
            Kind::Direct => "direct ",
            Kind::Here(_) | Kind::Relay(_) | Kind::Demo => "relay ",
        };
        String::from(kind) + self.connection.base.as_str()
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        let Connection { credentials, token, .. } = &self.connection;
        let keys = credentials.iter().flat_map(Credentials::headers);
        keys.chain(token.as_ref().map(Token::header)).collect()
    }

    async fn get(&self, endpoint: &Endpoint, patience: Patience) -> Result<http::Answer, ApiError> {
        http::get(&endpoint.url(&self.connection.base), &self.headers(), patience).await
    }

    fn is_demo(&self) -> bool {
        self.connection.kind == Kind::Demo
    }

    /// What models there are.
    ///
    /// # Errors
    /// As every call: what came instead of an answer.
    pub async fn pipelines(&self) -> Result<Vec<Pipeline>, ApiError> {
        if self.is_demo() {
            return read_pipelines(200, &Headers::none(), DEMO_PIPELINES.as_bytes());
        }
        let a = self.get(&Endpoint::Pipelines { kind: None }, SMALL).await?;
        read_pipelines(a.status, &a.headers, &a.body)
    }

    /// Whether a model takes runs.
    pub async fn availability(&self, pipeline: &PipelineId) -> Result<Availability, ApiError> {
        if self.is_demo() {
            return Ok(Availability { word: ServiceWord::Active });
        }
        let a = self.get(&Endpoint::Availability(pipeline.clone()), SMALL).await?;
        read_availability(a.status, &a.headers, &a.body)
    }

    /// Sends a run. It spends quota, whatever comes back.
    pub async fn run(&self, request: &RunRequest) -> Result<RunAnswer, ApiError> {
        let url = Endpoint::Run.url(&self.connection.base);
        let a = http::post_form(&url, &self.headers(), &request.parts()).await?;
        read_run(a.status, &a.headers, &a.body)
    }

    /// What a status request is made of: its address and its headers. Who makes it is another matter (see
    /// [`crate::browser::worker`]): the answer can be the only delivery. `waits`: a relay that offers it may keep the
    /// question until there is news.
    pub fn status_request(&self, task: &TaskId, waits: bool) -> (String, Vec<(&'static str, String)>) {
        let mut url = Endpoint::Status(task.clone()).url(&self.connection.base);
        let wait = self.offers().1;
        if waits && wait > 0 {
            url.push_str("?wait=");
            url.push_str(&wait.to_string());
        }
        (url, self.headers())
    }

    /// As [`RelayInfo::offers`]; the service itself offers nothing of the kind.
    fn offers(&self) -> (bool, u32) {
        match &self.connection.kind {
            Kind::Direct | Kind::Demo => (false, 0),
            Kind::Here(info) | Kind::Relay(info) => info.offers(),
        }
    }

    /// Whether it may keep a status request for a while.
    pub fn may_wait(&self) -> bool {
        self.offers().1 > 0
    }

    /// Tells a relay that keeps final answers that this one is stored here. It forgets by itself after a while: whether it
    /// hears of it does not matter.
    pub async fn acknowledge(&self, task: &TaskId) {
        if self.offers().0 {
            let url = self.connection.base.as_str().to_owned() + "relay/v1/results/" + task.as_str();
            http::delete(&url, &self.headers(), SMALL).await;
        }
    }

    /// What the relay says of itself and of this person now.
    pub(super) async fn relay_info(&self) -> Result<RelayInfo, ApiError> {
        RelayInfo::ask(&self.connection.base, self.connection.token.as_ref()).await
    }

    /// The styles: from a relay by its own path, from the service by its fixed address, which nobody else's host has
    /// anything to do with. They need no keys.
    pub async fn styles(&self) -> Result<Vec<Style>, ApiError> {
        let url = match self.connection.kind {
            Kind::Direct if self.connection.base.as_str() == Base::OFFICIAL => {
                Endpoint::STYLES_URL.to_owned()
            }
            Kind::Demo | Kind::Direct => return Ok(vec![]),
            Kind::Here(_) | Kind::Relay(_) => format!("{}static/styles/key", self.connection.base.as_str()),
        };
        let a = http::get(&url, &[], SMALL).await?;
        read_styles(a.status, &a.headers, &a.body)
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use fusionbrain::TaskId;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn service(kind: Kind) -> Service {
        let base = Base::new("http://relay.test/").expect("an address");
        Service::new(Connection {
            kind,
            base,
            credentials: None,
            token: None,
            id: String::new(),
            until: None,
        })
    }

    fn relay(more: &str) -> Kind {
        let said = format!("{{\"relay\":\"komposition\",\"engine\":\"simulator\"{more}}}");
        Kind::Relay(RelayInfo::read(&said).expect("a relay"))
    }

    #[wasm_bindgen_test]
    fn only_a_relay_that_offers_to_wait_is_asked_to_and_for_no_longer_than_proxies_stand() {
        let task = TaskId::new("t-1").expect("an identifier");
        let address = |kind, waits| service(kind).status_request(&task, waits).0;
        let plain = "http://relay.test/key/api/v1/pipeline/status/t-1";
        let waiting = |seconds: u32| format!("{plain}?wait={seconds}");
        assert_eq!(address(relay(",\"wait\":20"), true), waiting(20));
        assert_eq!(address(relay(",\"wait\":600"), true), waiting(25));
        assert_eq!(address(relay(",\"wait\":20"), false), plain);
        for odd in ["", ",\"wait\":0", ",\"wait\":\"20\"", ",\"wait\":-1", ",\"hold\":true"] {
            assert_eq!(address(relay(odd), true), plain, "{odd}");
        }
        assert_eq!(address(Kind::Direct, true), plain);
    }

    #[wasm_bindgen_test]
    fn what_is_no_relay_is_none_and_what_a_relay_leaves_out_it_does_not_offer() {
        for other in
            ["", "null", "[]", "{\"relay\":\"other\",\"engine\":\"x\"}", "{\"relay\":\"komposition\"}"]
        {
            assert!(RelayInfo::read(other).is_none(), "{other}");
        }
        let Kind::Relay(bare) = relay("") else { unreachable!() };
        assert!(bare.is_simulator() && !bare.needs_keys());
        assert_eq!(bare.offers(), (false, 0));
        let Kind::Relay(full) = relay(",\"needs_keys\":true,\"hold\":true,\"wait\":25") else {
            unreachable!()
        };
        assert!(full.needs_keys());
        assert_eq!(full.offers(), (true, 25));
    }

    #[wasm_bindgen_test]
    fn the_demo_s_model_is_the_simulator_s() {
        let list = read_pipelines(200, &Headers::none(), DEMO_PIPELINES.as_bytes()).expect("a list");
        assert!(simulator::paints(list[0].id.as_str()));
    }
}
