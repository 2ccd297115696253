//! The namespaces that are made when a client asks for them.

use salon::{Ack, AllArgs, HandlerError, Namespace, Server, State, Value};

use crate::{Auth, add_handlers, not_authorised};

/// All namespaces `/dynamic-…`.
pub(crate) struct Dynamic(Namespace);

pub(crate) fn add(io: &Server) {
    let dynamic = io.of_matching(|name| {
        let number = name.strip_prefix("/dynamic-").unwrap_or_default();
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    dynamic.middleware(refuse_wrong);
    add_handlers(&dynamic);
    add_handlers(&io.of_if(|name: String, auth: Auth| async move {
        name.starts_with("/asked-") && auth.is(r#""secret""#)
    }));
    io.set_state(Dynamic(dynamic));
}

async fn refuse_wrong(auth: Auth) -> Result<(), HandlerError> {
    match auth.is(r#""wrong""#) {
        true => Err(not_authorised()),
        false => Ok(()),
    }
}

pub(crate) async fn tell(
    dynamic: State<Dynamic>,
    ack: Ack,
    (event, args): (String, Vec<Value>),
) -> Result<(), HandlerError> {
    dynamic.0.emit(&event, AllArgs(args));
    Ok(ack.send(&())?)
}
