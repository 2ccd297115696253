//! The options that concern HTTP requests.

use std::env;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use salon::{ConnectionError, Cookie, Cors, Deflate, RequestHead, ServerBuilder};
use serde::Deserialize;

/// Sets what the environment asks for.
pub(crate) fn of_requests(mut builder: ServerBuilder) -> ServerBuilder {
    if let Ok(options) = env::var("CORS") {
        let options: CorsOptions = serde_json::from_str(&options).expect("CORS holds options");
        builder = builder.cors(options.into());
    }
    if env::var("ADD_TRAILING_SLASH").is_ok_and(|value| value == "no") {
        builder = builder.add_trailing_slash(false);
    }
    if let Some(folder) = env::var_os("SERVE_CLIENT") {
        builder = builder
            .serve_client(folder)
            .expect("SERVE_CLIENT is the folder of the client");
    }
    if let Ok(threshold) = env::var("PER_MESSAGE_DEFLATE") {
        let threshold = threshold
            .parse()
            .expect("PER_MESSAGE_DEFLATE holds a number");
        builder = builder.per_message_deflate(Deflate::new().threshold(threshold));
    }
    match env::var_os("HOOKS") {
        Some(_) => add_hooks(builder),
        None => builder,
    }
}

fn add_hooks(builder: ServerBuilder) -> ServerBuilder {
    builder
        .cookie(Cookie::default())
        .allow_request(allow)
        .generate_id(generate_id)
        .on_connection_error(report)
        .on_initial_headers(|headers, request| mark(headers, "x-initial", request))
        .on_headers(|headers, request| mark(headers, "x-each", request))
}

async fn allow(request: RequestHead) -> Result<(), String> {
    tokio::task::yield_now().await;
    match request.header("x-refuse") {
        Some(words) => Err(words.to_owned()),
        None => Ok(()),
    }
}

async fn generate_id(request: RequestHead) -> Result<String, String> {
    tokio::task::yield_now().await;
    match request.header("x-id") {
        Some("fail") => Err("no more ids".into()),
        Some(id) => Ok(id.to_owned()),
        None => Ok(some_id()),
    }
}

/// Not one for the world: it can be guessed.
fn some_id() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{:020}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn report(error: &ConnectionError) {
    let context = serde_json::to_string(&error.context()).unwrap_or_default();
    let method = error.request().method();
    crate::say(&format!(
        "refused {} {} {method} {context}",
        error.code(),
        error.message()
    ));
}

fn mark(headers: &mut HeaderMap, name: &'static str, request: &RequestHead) {
    if let Ok(method) = HeaderValue::from_str(request.method().as_str()) {
        headers.insert(name, method);
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct CorsOptions {
    origin: Origin,
    credentials: bool,
    methods: Option<Vec<String>>,
    allowed_headers: Option<Vec<String>>,
    exposed_headers: Option<Vec<String>>,
    max_age: Option<u64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Origin {
    One(String),
    List(Vec<String>),
    Where { end: String },
}

impl Default for Origin {
    fn default() -> Self {
        Self::One("*".into())
    }
}

impl From<CorsOptions> for Cors {
    fn from(options: CorsOptions) -> Self {
        let mut cors = match options.origin {
            Origin::One(origin) if origin == "*" => Self::any(),
            Origin::One(origin) => Self::origin(origin),
            Origin::List(origins) => Self::origins(origins),
            Origin::Where { end } => Self::origins_where(move |origin| origin.ends_with(&end)),
        };
        if options.credentials {
            cors = cors.credentials();
        }
        if let Some(methods) = options.methods {
            cors = cors.methods(methods);
        }
        if let Some(names) = options.allowed_headers {
            cors = cors.allowed_headers(names);
        }
        if let Some(names) = options.exposed_headers {
            cors = cors.exposed_headers(names);
        }
        match options.max_age {
            Some(seconds) => cors.max_age(Duration::from_secs(seconds)),
            None => cors,
        }
    }
}
