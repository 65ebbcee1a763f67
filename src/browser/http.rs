//! Requests over fetch: what comes back is read whole, as bytes, before anything judges it.

use fusionbrain::{ApiError, FormPart, Headers};
use gloo_net::http::{Method, RequestBuilder, Response};
use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, Blob, BlobPropertyBag, FormData, ReadableStreamDefaultReader, ReferrerPolicy,
    RequestCredentials, RequestRedirect,
};

/// A whole answer.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers a page may see.
    pub headers: Headers,
    /// The body, read to its end.
    pub body: Vec<u8>,
}

/// How long to wait for an answer before giving up.
#[derive(Clone, Copy)]
pub enum Patience {
    /// For as long as it takes: the answer may be the only delivery of a picture.
    Endless,
    /// So many seconds.
    Seconds(u32),
}

/// GET.
///
/// # Errors
/// [`ApiError::Unreachable`] without an answer, [`ApiError::CutBody`] when its body broke off.
pub async fn get(
    url: &str,
    headers: &[(&'static str, String)],
    patience: Patience,
) -> Result<Answer, ApiError> {
    let request = builder(url, Method::GET, headers, patience).build();
    let response = request.map_err(|_| ApiError::Unreachable)?.send().await;
    whole(response.map_err(|_| ApiError::Unreachable)?).await
}

/// GET of a picture at an address that the service named: nothing is sent along. None unless it comes whole and is not
/// larger than any picture.
pub async fn picture(url: &str) -> Option<Vec<u8>> {
    let request = builder(url, Method::GET, &[], Patience::Seconds(120)).build().ok()?;
    let response = request.send().await.ok().filter(|response| response.status() == 200)?;
    let (body, whole) = body_up_to(response, LARGEST).await;
    whole.then_some(body)
}

/// No picture is larger, in bytes.
const LARGEST: usize = 64 << 20;

/// POST as multipart/form-data. The browser writes the Content-Type with its boundary.
///
/// # Errors
/// As [`get`]. Bytes may have been sent whatever the error.
pub async fn post_form(
    url: &str,
    headers: &[(&'static str, String)],
    parts: &[FormPart],
) -> Result<Answer, ApiError> {
    let form = form(parts).map_err(|_| ApiError::Unreachable)?;
    let request = builder(url, Method::POST, headers, Patience::Endless).body(form);
    let response = request.map_err(|_| ApiError::Unreachable)?.send().await;
    whole(response.map_err(|_| ApiError::Unreachable)?).await
}

/// DELETE. What comes back is nobody's business.
pub async fn delete(url: &str, headers: &[(&'static str, String)], patience: Patience) {
    if let Ok(request) = builder(url, Method::DELETE, headers, patience).build() {
        let _ = request.send().await;
    }
}

/// The service inside the page: the shell's `fetch` brings the simulator and asks it. The host exists nowhere (RFC 2606):
/// should nobody answer inside, nothing goes out.
pub const DEMO: &str = "https://komposition.invalid/demo/";

/// Keys go to the address they were given for and nowhere else: no cookies, no redirects, no referrer.
fn builder(
    url: &str,
    method: Method,
    headers: &[(&'static str, String)],
    patience: Patience,
) -> RequestBuilder {
    let mut builder = RequestBuilder::new(url)
        .method(method)
        .credentials(RequestCredentials::Omit)
        .redirect(RequestRedirect::Error)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .cache(web_sys::RequestCache::NoStore);
    for (name, value) in headers {
        builder = builder.header(name, value);
    }
    match patience {
        Patience::Endless => builder,
        Patience::Seconds(s) => builder.abort_signal(Some(&AbortSignal::timeout_with_u32(s * 1_000))),
    }
}

fn form(parts: &[FormPart]) -> Result<FormData, JsValue> {
    let form = FormData::new()?;
    for part in parts {
        match part.content_type {
            None => form.append_with_str(part.name, &part.body)?,
            Some(content_type) => {
                let options = BlobPropertyBag::new();
                options.set_type(content_type);
                let text = Array::of1(&JsValue::from_str(&part.body));
                let blob = Blob::new_with_str_sequence_and_options(&text, &options)?;
                form.append_with_blob(part.name, &blob)?;
            }
        }
    }
    Ok(form)
}

async fn whole(response: Response) -> Result<Answer, ApiError> {
    let status = response.status();
    let headers = Headers::new(response.headers().entries());
    match body(response).await {
        (body, true) => Ok(Answer { status, headers, body }),
        (body, false) => Err(ApiError::CutBody { so_far: String::from_utf8_lossy(&body).into_owned() }),
    }
}

/// Reads the body chunk by chunk, so that what had arrived of a broken one is kept. Says whether it came whole.
pub(super) async fn body(response: Response) -> (Vec<u8>, bool) {
    body_up_to(response, usize::MAX).await
}

async fn body_up_to(response: Response, most: usize) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    // WebKitGTK ends a broken body as if it were whole.
    let headers = response.headers();
    let promised = headers.get("content-length").filter(|_| headers.get("content-encoding").is_none());
    let promised = promised.and_then(|length| length.parse::<usize>().ok()).unwrap_or_default();
    if let Some(stream) = response.body() {
        let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
        loop {
            let Ok(chunk) = JsFuture::from(reader.read()).await else {
                return (body, false);
            };
            let done = Reflect::get(&chunk, &"done".into()).is_ok_and(|done| done.is_truthy());
            if done {
                break;
            }
            if let Ok(bytes) = Reflect::get(&chunk, &"value".into()).and_then(JsCast::dyn_into::<Uint8Array>)
            {
                let start = body.len();
                let end = start + bytes.length() as usize;
                if end > most {
                    let _ = reader.cancel();
                    return (body, false);
                }
                body.resize(end, 0);
                bytes.copy_to(&mut body[start..]);
            }
        }
    }
    let whole = body.len() >= promised;
    (body, whole)
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::*;

    use super::*;

    #[wasm_bindgen_test]
    async fn a_body_is_read_whole_with_its_status_and_headers() {
        let long = "кот".repeat(100_000);
        let url = format!("data:text/plain;charset=utf-8,{long}");
        let answer = get(&url, &[], Patience::Seconds(20)).await.unwrap();
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers.get("Content-Type"), Some("text/plain;charset=utf-8"));
        assert_eq!(String::from_utf8(answer.body).unwrap(), long);
    }

    #[wasm_bindgen_test]
    async fn an_address_that_nobody_answers_is_unreachable() {
        let answer = get("http://127.0.0.1:9/", &[], Patience::Endless).await;
        assert_eq!(answer.err(), Some(ApiError::Unreachable));
    }

    #[wasm_bindgen_test]
    async fn the_form_has_json_params_of_their_own_type_and_a_plain_pipeline() {
        let parts = [
            FormPart { name: "pipeline_id", content_type: None, body: "p-1".into() },
            FormPart {
                name: "params",
                content_type: Some("application/json"),
                body: "{\"a\":\"кот\"}".into(),
            },
        ];
        let form = form(&parts).unwrap();
        assert_eq!(form.get("pipeline_id").as_string().as_deref(), Some("p-1"));
        let params: Blob = form.get("params").unchecked_into();
        assert_eq!(params.type_(), "application/json");
        let text = JsFuture::from(params.text()).await.unwrap().as_string();
        assert_eq!(text.as_deref(), Some("{\"a\":\"кот\"}"));
    }
}
