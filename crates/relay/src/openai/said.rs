//! What a server says when it says no. Everyone has a shape of their own:
//! OpenAI `{"error":{"message","type","param","code"}}`, LocalAI the same with a number for a code, stable-diffusion.cpp
//! `{"error":"text"}`, vLLM-Omni (FastAPI) `{"detail":"text"}` or `{"detail":[{"loc","msg"}]}`, fronts HTML or nothing.

use axum::http::StatusCode;
use serde_json::Value;

/// Longest text that is passed on, in characters.
const LONGEST: usize = 300;

/// Codes and types of a refusal by moderation.
const MODERATION: [&str; 6] = [
    "content_policy_violation",
    "moderation_blocked",
    "content_filter",
    "contentfilter",
    "responsibleaipolicyviolation",
    "content_moderation",
];

/// Words of such a refusal, for servers that give it no code.
const MODERATION_WORDS: [&str; 5] =
    ["safety system", "content policy", "content management policy", "content moderation", "moderation"];

/// Codes of a quota or of money that is used up: waiting does not help.
const QUOTA: [&str; 5] = [
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "spend_limit_exceeded",
    "quota_exceeded",
];

/// A no, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    status: StatusCode,
    /// For people; without control characters, and never long.
    pub(crate) message: String,
    /// Lower case; empty when there was none.
    code: String,
    kind: String,
    param: String,
}

impl Said {
    /// Reads the body of an answer that is not 2xx.
    pub(crate) fn read(status: StatusCode, body: &[u8]) -> Self {
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        Self::from_json(status, &json).unwrap_or_else(|| {
            let text = String::from_utf8_lossy(body);
            let text = text.trim();
            // A page is for eyes, not for a sentence.
            let message = if text.starts_with('<') { String::new() } else { shortened(text) };
            Self { status, message, code: String::new(), kind: String::new(), param: String::new() }
        })
    }

    /// The error in a JSON answer, whatever its status; `None` when there is none.
    pub(crate) fn from_json(status: StatusCode, json: &Value) -> Option<Self> {
        let error = json.get("error").filter(|error| !error.is_null());
        let object = error.filter(|error| error.is_object()).unwrap_or(json);
        let word = |name: &str| match object.get(name) {
            Some(Value::String(text)) => text.trim().to_ascii_lowercase(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let detail = match json.get("detail") {
            Some(Value::String(text)) => Some(text.as_str()),
            // The first of FastAPI's complaints is enough for a sentence.
            Some(Value::Array(list)) => {
                list.first().and_then(|first| first.get("msg")).and_then(Value::as_str)
            }
            _ => None,
        };
        let own = object.get("message").and_then(Value::as_str);
        let bare = error.and_then(Value::as_str);
        // stable-diffusion.cpp: `{"error":"server_error","message":"what happened"}`.
        let message = own.or(detail).or(bare)?;
        Some(Self {
            status,
            message: shortened(message),
            code: word("code"),
            kind: word("type"),
            param: word("param"),
        })
    }

    /// Whether it was the prompt, or the picture, that somebody's rules forbid.
    pub(crate) fn is_moderation(&self) -> bool {
        let coded = MODERATION.iter().any(|word| self.code == *word || self.kind == *word);
        let worded = matches!(self.status.as_u16(), 200 | 400 | 422 | 451) && {
            let message = self.message.to_ascii_lowercase();
            MODERATION_WORDS.iter().any(|words| message.contains(words))
        };
        coded || worded
    }

    /// Whether a quota or money is used up.
    pub(crate) fn is_quota(&self) -> bool {
        self.status == StatusCode::PAYMENT_REQUIRED
            || QUOTA.iter().any(|word| self.code.contains(word) || self.kind.contains(word))
    }

    /// Whether this parameter was refused. Nothing was painted then, and the request can be made without it.
    pub(crate) fn is_about(&self, param: &str) -> bool {
        matches!(self.status.as_u16(), 400 | 422)
            && (self.param == param
                || (self.param.is_empty() && self.message.to_ascii_lowercase().contains(param)))
    }

    /// The whole of it in a sentence for people.
    pub(crate) fn sentence(&self, host: &str) -> String {
        match (self.status.as_u16(), self.message.as_str()) {
            // Some servers repeat the key they were given.
            (401 | 403, _) => format!("{host} does not take the relay's key ({}).", self.status.as_u16()),
            (status, "") => format!("{host} answered {status} without a word."),
            (status, message) => format!("{host} answered {status}: {message}"),
        }
    }
}

fn shortened(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let clean = clean.trim();
    match clean.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &clean[..end]),
        None => clean.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Said;
    use axum::http::StatusCode;

    fn said(status: u16, body: &str) -> Said {
        Said::read(StatusCode::from_u16(status).unwrap(), body.as_bytes())
    }

    #[test]
    fn every_shape_gives_its_message() {
        for (body, message) in [
            (r#"{"error":{"message":"No.","type":"t","param":null,"code":null}}"#, "No."),
            (r#"{"error":{"code":500,"message":"rpc error","type":""}}"#, "rpc error"),
            (r#"{"error":"prompt required"}"#, "prompt required"),
            (r#"{"error":"server_error","message":"out of memory"}"#, "out of memory"),
            (r#"{"detail":"Model not found"}"#, "Model not found"),
            (r#"{"detail":[{"loc":["body","size"],"msg":"size must be WxH"}]}"#, "size must be WxH"),
            ("upstream connect error\n", "upstream connect error"),
            ("<html><h1>502</h1></html>", ""),
            ("", ""),
        ] {
            assert_eq!(said(500, body).message, message, "{body}");
        }
    }

    #[test]
    fn long_and_odd_texts_are_cut_and_cleaned() {
        let message = said(500, &format!("a\u{1b}[31m\n{}", "ы".repeat(1000))).message;
        assert_eq!(message.chars().count(), 301);
        assert!(!message.contains(char::is_control));
    }

    #[test]
    fn moderation_is_told_by_its_code_or_by_its_words() {
        for body in [
            r#"{"error":{"code":"content_policy_violation","message":"x","param":null,"type":"invalid_request_error"}}"#,
            r#"{"error":{"code":"moderation_blocked","message":"x","type":"image_generation_user_error"}}"#,
            r#"{"error":{"code":"contentFilter","message":"x"}}"#,
            r#"{"error":{"message":"Your request was rejected as a result of our safety system."}}"#,
            r#"{"detail":"The prompt violates our content policy."}"#,
        ] {
            assert!(said(400, body).is_moderation(), "{body}");
        }
        for (status, body) in [
            (400, r#"{"error":{"message":"Invalid size","param":"size"}}"#),
            (500, r#"{"error":{"message":"the moderation service is down"}}"#),
            (403, r#"{"error":{"code":"Forbidden","message":"blocked: content policy"}}"#),
        ] {
            assert!(!said(status, body).is_moderation(), "{body}");
        }
    }

    #[test]
    fn money_and_a_crowd_are_two_things() {
        assert!(said(429, r#"{"error":{"code":"insufficient_quota","message":"x"}}"#).is_quota());
        assert!(said(400, r#"{"error":{"code":"billing_hard_limit_reached","message":"x"}}"#).is_quota());
        assert!(said(429, r#"{"error":{"code":"project_spend_limit_exceeded","message":"x"}}"#).is_quota());
        assert!(!said(429, r#"{"error":{"code":"rate_limit_exceeded","message":"x"}}"#).is_quota());
    }

    #[test]
    fn a_refused_parameter_is_told_by_its_name() {
        let unknown = r#"{"error":{"message":"Unknown parameter: 'response_format'.","param":"response_format","code":"unknown_parameter"}}"#;
        assert!(said(400, unknown).is_about("response_format"));
        assert!(!said(400, unknown).is_about("size"));
        assert!(!said(500, unknown).is_about("response_format"), "it may have painted");
        assert!(said(422, r#"{"detail":"size must be in format"}"#).is_about("size"));
    }

    #[test]
    fn a_refused_key_is_not_repeated() {
        let body = r#"{"error":{"message":"Incorrect API key provided: sk-secret"}}"#;
        let sentence = said(401, body).sentence("h:1");
        assert_eq!(sentence, "h:1 does not take the relay's key (401).");
    }
}
