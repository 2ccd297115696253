//! What went wrong: the cause goes to the log, and the user reads that something did.

use std::any::Any;
use std::error::Error;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::page;

/// Any error of a request, for handlers to return with `?`.
#[derive(Debug)]
pub struct Failure(Box<dyn Error + Send + Sync>);

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Failure {
    fn from(cause: E) -> Self {
        Self(cause.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        eprintln!("[demo] A request failed: {}", self.0);
        went_wrong()
    }
}

/// Answers for a handler that panicked. The panic hook has logged the cause already.
pub(crate) fn panicked(_cause: Box<dyn Any + Send>) -> Response {
    went_wrong()
}

fn went_wrong() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, page::went_wrong()).into_response()
}
