//! What is different for clients of Socket.IO protocol 4, which travels over Engine.IO protocol 3:
//! those of the JavaScript versions 1 and 2.
//!
//! They are in the namespace `/` without asking; they send query parameters where later clients
//! send auth data; they know their ids without being told; and a refusal is whatever JSON.

use std::borrow::Cow;
use std::collections::HashMap;

use salon_proto::SocketId;
use serde_json::Value;

use crate::handler::HandlerError;
use crate::session::Session;

/// The namespace and the auth data that a CONNECT packet means by a name such as
/// `/admin?token=x`.
pub(crate) fn split_name(name: &str) -> (&str, Option<Cow<'static, str>>) {
    let name = name.split_once('#').map_or(name, |(name, _)| name);
    let Some((name, query)) = name.split_once('?') else {
        return (name, None);
    };
    (name, Some(json_of(query).into()))
}

/// A JSON object in the order of the query; of a parameter that is given twice the last counts.
fn json_of(query: &str) -> String {
    let (mut members, mut places) = (Vec::new(), HashMap::new());
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        let member = format!("{}:{}", Value::from(&*key), Value::from(value));
        match places.get(&key) {
            Some(&place) => members[place] = member,
            None => {
                places.insert(key, members.len());
                members.push(member);
            }
        }
    }
    format!("{{{}}}", members.join(","))
}

/// The id that the client gives itself.
pub(crate) fn socket_id(session: &Session, namespace: &str) -> SocketId {
    SocketId::of_session(session.id(), namespace)
}

/// What a client that a middleware refuses is told: the error's data, or else its message.
pub(crate) fn refusal(error: &HandlerError) -> Value {
    let data = error.data().filter(|data| is_truthy(data));
    data.cloned()
        .unwrap_or_else(|| Value::from(error.message()))
}

/// In JavaScript's sense.
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_query_of_a_name_is_its_auth_data() {
        assert_eq!(split_name("/"), ("/", None));
        assert_eq!(split_name("/chat#x?a=b"), ("/chat", None));
        assert_eq!(split_name("/\u{e4} b"), ("/\u{e4} b", None));
        let (name, auth) = split_name("/chat?token=a%20b&n=1&token=c#x");
        assert_eq!(name, "/chat");
        assert_eq!(auth.unwrap(), r#"{"token":"c","n":"1"}"#);
        assert_eq!(split_name("/chat?").1.as_deref(), Some("{}"));
    }

    #[test]
    fn a_refusal_is_the_data_or_else_the_message() {
        let error = || HandlerError::new("no");
        assert_eq!(refusal(&error()), json!("no"));
        assert_eq!(
            refusal(&error().with_data(json!({"code": 1}))),
            json!({"code": 1})
        );
        for falsy in [json!(null), json!(false), json!(0), json!("")] {
            assert_eq!(refusal(&error().with_data(falsy)), json!("no"));
        }
    }
}
