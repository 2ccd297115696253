//! The web app: its routes, its files and the layers around them.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::{OriginalUri, Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::failure::{self, Failure};
use crate::page::{self, Assets};

/// What the app has to know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder with `dist` and `public`.
    pub folder: PathBuf,
    /// Where the page loads its script from.
    pub assets: Assets,
}

/// The whole app, ready to serve.
pub fn router(settings: Settings) -> Router {
    layered(routes(settings))
}

/// The routes alone, to which a test can add one that fails.
pub fn routes(settings: Settings) -> Router {
    Router::new()
        .route("/", get(home))
        .nest("/static", Router::new().fallback(file))
        .fallback(nothing)
        .with_state(settings)
}

/// Puts around the routes what every answer needs.
pub fn layered(routes: Router) -> Router {
    // File names stay the same from build to build, so the browser has to ask each time.
    let fresh = HeaderValue::from_static("no-cache");
    routes
        .layer(CatchPanicLayer::custom(failure::panicked))
        .layer(SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, fresh))
        .layer(CompressionLayer::new())
}

async fn home(State(settings): State<Settings>) -> Html<String> {
    page::home(settings.assets)
}

/// Answers with a built file, or else a public one.
async fn file(
    settings: State<Settings>,
    uri: OriginalUri,
    request: Request,
) -> Result<Response, Failure> {
    let answer = files(&settings.folder).try_call(request).await;
    match answer {
        Ok(found) if found.status() == StatusCode::NOT_FOUND => Ok(nothing(settings, uri).await),
        Ok(found) => Ok(found.into_response()),
        Err(error) if error.kind() == ErrorKind::InvalidFilename => {
            Ok(nothing(settings, uri).await)
        }
        Err(error) => Err(error.into()),
    }
}

fn files(folder: &Path) -> ServeDir<ServeDir> {
    let serve = |name| ServeDir::new(folder.join(name)).append_index_html_on_directories(false);
    serve("dist").fallback(serve("public"))
}

async fn nothing(State(settings): State<Settings>, OriginalUri(uri): OriginalUri) -> Response {
    (
        StatusCode::NOT_FOUND,
        page::not_found(uri.path(), settings.assets),
    )
        .into_response()
}
