//! What a socket tells the server about itself when it connects.

use std::fmt;
use std::future::{Future, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::{ConnectError, ConnectErrorKind};

/// The fields of auth data.
pub(crate) type Data = Map<String, Value>;

/// Auth data that were asked for.
pub(crate) type Asked = BoxFuture<'static, Result<Data, ConnectError>>;

/// The auth data of a socket: nothing, always the same, or asked for at each connection.
#[derive(Clone, Default)]
pub(crate) enum Auth {
    #[default]
    None,
    Value(Data),
    /// It could not be written; connecting fails with this.
    Invalid(ConnectError),
    Function(Arc<dyn Fn() -> Asked + Send + Sync>),
}

impl Auth {
    pub(crate) fn value(value: impl Serialize) -> Self {
        match write(&value) {
            Ok(data) => Self::Value(data),
            Err(error) => Self::Invalid(error),
        }
    }

    pub(crate) fn function<F, Fut, T, E>(function: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
        T: Serialize,
        E: fmt::Display,
    {
        Self::Function(Arc::new(move || {
            let asked = function();
            Box::pin(async move {
                match asked.await {
                    Ok(value) => write(&value),
                    Err(error) => Err(invalid(&error)),
                }
            })
        }))
    }
}

impl Auth {
    /// Asks for the data. A panic of the application's function is its error.
    pub(crate) fn ask(&self) -> Asked {
        let function = match self {
            Self::None => return Box::pin(ready(Ok(Data::new()))),
            Self::Value(data) => return Box::pin(ready(Ok(data.clone()))),
            Self::Invalid(error) => return Box::pin(ready(Err(error.clone()))),
            Self::Function(function) => function,
        };
        match catch_unwind(AssertUnwindSafe(|| function())) {
            Ok(asked) => {
                let contained = AssertUnwindSafe(asked).catch_unwind();
                Box::pin(contained.map(|asked| asked.unwrap_or_else(|_| Err(panicked()))))
            }
            Err(_) => Box::pin(ready(Err(panicked()))),
        }
    }
}

fn panicked() -> ConnectError {
    invalid(&"the auth function panicked")
}

/// Servers take objects only.
fn write(value: &impl Serialize) -> Result<Data, ConnectError> {
    match serde_json::to_value(value) {
        Ok(Value::Object(data)) => Ok(data),
        Ok(_) => Err(invalid(&"auth data must be an object")),
        Err(error) => Err(invalid(&error)),
    }
}

fn invalid(error: &impl fmt::Display) -> ConnectError {
    ConnectError::new(ConnectErrorKind::Auth, error.to_string())
}

impl fmt::Debug for Auth {
    /// It holds secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Value(_) | Self::Invalid(_) => "Value",
            Self::Function(_) => "Function",
        })
    }
}
