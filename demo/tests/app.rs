//! The web app's answers, without a network.

use std::fs;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::routing::get;
use demo::app::{self, Settings};
use demo::failure::Failure;
use demo::page::Assets;
use http_body_util::BodyExt;
use tower::ServiceExt;

/// A script that is long enough to be worth compressing.
const SCRIPT: &str = "console.log('hello'); console.log('hello'); console.log('hello');";

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    fn header(&self, name: impl axum::http::header::AsHeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("ASCII"))
    }
}

/// A folder of the test's own with one file in `dist`, one in `public` and one in both.
fn settings(test: &str) -> Settings {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    write(folder.join("dist/js/app.js"), SCRIPT);
    write(folder.join("dist/both.txt"), "from dist");
    write(folder.join("public/both.txt"), "from public");
    write(folder.join("public/favicon.svg"), "<svg/>");
    Settings {
        folder,
        assets: Assets::Built,
    }
}

fn write(file: PathBuf, text: &str) {
    fs::create_dir_all(file.parent().expect("a folder")).expect("the folder can be made");
    fs::write(file, text).expect("the file can be written");
}

async fn ask(app: axum::Router, path: &str, encoding: &str) -> Answer {
    let request = Request::get(path)
        .header(ACCEPT_ENCODING, encoding)
        .body(Body::empty());
    let answer = app
        .oneshot(request.expect("a request"))
        .await
        .expect("an answer");
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.expect("a body").to_bytes().to_vec();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

async fn get_from(test: &str, path: &str) -> Answer {
    ask(app::router(settings(test)), path, "identity").await
}

#[tokio::test]
async fn the_page_is_at_the_root() {
    let answer = get_from("page", "/").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header(CONTENT_TYPE), "text/html; charset=utf-8");
    assert!(
        answer
            .text()
            .contains(r#"id="conversation" aria-live="polite""#)
    );
}

#[tokio::test]
async fn an_unknown_path_gets_the_404_page() {
    for path in ["/nope", "/static/nope.js", "/static/js", "/static/"] {
        let answer = get_from("unknown", path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(
            answer
                .text()
                .contains(&format!("There is nothing at {path}.")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_path_that_no_file_can_have_gets_the_404_page() {
    let long = format!("/static/{}", "a".repeat(300));
    for path in [&long, "/static/..%2fCargo.toml", "/static/%00"] {
        let answer = get_from("impossible", path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn static_files_come_from_dist_and_then_from_public() {
    let script = get_from("static", "/static/js/app.js").await;
    assert_eq!(script.text(), SCRIPT);
    assert_eq!(script.header(CONTENT_TYPE), "text/javascript");
    assert_eq!(
        get_from("static", "/static/favicon.svg").await.text(),
        "<svg/>"
    );
    assert_eq!(
        get_from("static", "/static/both.txt").await.text(),
        "from dist"
    );
}

#[tokio::test]
async fn a_browser_asks_anew_for_each_file() {
    let script = get_from("fresh", "/static/js/app.js").await;
    assert_eq!(script.header(CACHE_CONTROL), "no-cache");
}

#[tokio::test]
async fn the_page_and_the_script_are_compressed() {
    for path in ["/", "/static/js/app.js"] {
        for encoding in ["gzip", "br"] {
            let answer = ask(app::router(settings("compressed")), path, encoding).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert_eq!(answer.header(CONTENT_ENCODING), encoding, "{path}");
        }
    }
}

#[tokio::test]
async fn an_error_becomes_the_500_page() {
    let fail = || async { Err::<(), _>(Failure::from("the cellar is flooded")) };
    let routes = app::routes(settings("error")).route("/fail", get(fail));
    assert_went_wrong(&ask(app::layered(routes), "/fail", "identity").await);
}

#[tokio::test]
async fn a_panic_becomes_the_500_page() {
    async fn fail() {
        panic!("the cellar is flooded");
    }
    let routes = app::routes(settings("panic")).route("/fail", get(fail));
    assert_went_wrong(&ask(app::layered(routes), "/fail", "identity").await);
}

/// The user must not read the cause.
fn assert_went_wrong(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.text().contains("<h1>Something went wrong!</h1>"));
    assert!(!answer.text().contains("cellar"));
}
