//! How a client comes into a namespace, or is refused.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Connection, v4};
use crate::handler::{Call, Check, Data, HandlerError, Occasion, Start, refuse_connection};
use crate::namespace::NamespaceInner;
use crate::recovery::resume;
use crate::server::Dynamic;
use crate::session::Task;
use crate::socket::Socket;

/// What a client is told whose namespace a rule allows, but not one more of them.
const TOO_MANY_CHILDREN: &str = "Too many namespaces";

/// Namespaces that are there come first, then those that a rule may allow.
pub(super) fn join(
    connection: &Arc<Connection>,
    name: &str,
    auth: Option<Cow<'_, str>>,
) -> Option<Task> {
    if let Some(namespace) = connection.server.occupy(name) {
        return admit_or_check(connection, namespace, auth);
    }
    let rules = connection.server.rules_for(name);
    if rules.is_empty() {
        reject(connection, name, "Invalid namespace");
        return None;
    }
    let (connection, name) = (Arc::clone(connection), name.to_owned());
    let auth = auth.map(Cow::into_owned);
    Some(Box::pin(join_by_rules(connection, rules, name, auth)))
}

/// The first rule that says yes has the client.
async fn join_by_rules(
    connection: Arc<Connection>,
    rules: Vec<Arc<Dynamic>>,
    name: String,
    auth: Option<String>,
) {
    for dynamic in rules {
        let allows = dynamic.rule.allows(&name, auth.as_deref().unwrap_or("{}"));
        if !allows.await {
            continue;
        }
        let Some(namespace) = connection.server.occupy_child(&name, &dynamic) else {
            return reject(&connection, &name, TOO_MANY_CHILDREN);
        };
        if let Some(task) = admit_or_check(&connection, namespace, auth.map(Cow::Owned)) {
            task.await;
        }
        return;
    }
    reject(&connection, &name, "Invalid namespace");
}

/// Without middlewares a client is in at once.
fn admit_or_check(
    connection: &Arc<Connection>,
    namespace: Arc<NamespaceInner>,
    auth: Option<Cow<'_, str>>,
) -> Option<Task> {
    let Some(socket) = make_socket(connection, &namespace, auth) else {
        let error = HandlerError::new("no id could be made: the system has no randomness");
        refuse(connection, &namespace.name, &error);
        connection.server.vacate(&namespace);
        return None;
    };
    let tables = socket.tables();
    let middlewares = tables.iter().flat_map(|table| table.middlewares.items());
    let middlewares: Vec<Check> = middlewares.collect();
    if middlewares.is_empty() || socket.skips_middlewares() {
        admit(&socket);
        return None;
    }
    Some(Box::pin(check(socket, middlewares)))
}

/// The middlewares decide, one after the other.
async fn check(socket: Socket, middlewares: Vec<Check>) {
    for middleware in middlewares {
        let checked = middleware(&connect_call(&socket));
        if let Err(error) = checked.await {
            refuse_connection(&connect_call(&socket), &error);
            socket.abandon_recovery(false);
            socket.abandon();
            return refuse(socket.connection(), socket.namespace_name(), &error);
        }
    }
    admit(&socket);
}

/// `None` if no id can be made.
fn make_socket(
    connection: &Arc<Connection>,
    namespace: &Arc<NamespaceInner>,
    auth: Option<Cow<'_, str>>,
) -> Option<Socket> {
    let resumed = match connection.is_v4 {
        true => None,
        false => resume(namespace, auth.as_deref()),
    };
    let namespace = Arc::clone(namespace);
    match resumed {
        Some(resumed) => Some(Socket::resumed(connection, namespace, auth, resumed)),
        None => Socket::new(connection, namespace, auth),
    }
}

fn admit(socket: &Socket) {
    let connection = socket.connection();
    let name = socket.namespace_name();
    let accepted = connection.namespaces.lock().accept(name, socket.clone());
    if !accepted {
        // The client left while the middlewares were at work.
        socket.abandon_recovery(true);
        return socket.abandon();
    }
    if !socket.admit() {
        tracing::debug!("closing a session: what it has missed was dropped meanwhile");
        socket.abandon_recovery(false);
        socket.abandon();
        return connection.session.close();
    }
    // Before others can find the socket, or it could be disconnected before it is connected.
    let mut keep = |task| connection.session.start(task);
    let start = &mut Start::later(&mut keep);
    socket.tables().connect(&connect_call(socket), start);
    socket.enter();
}

/// The application refuses.
fn refuse(connection: &Connection, namespace: &str, error: &HandlerError) {
    connection.namespaces.lock().refuse(namespace);
    let codec = connection.codec();
    connection.send(match connection.is_v4 {
        true => codec.error_v4(namespace, &v4::refusal(error)),
        false => codec.connect_error(namespace, error.message(), error.data()),
    });
}

/// The namespace cannot be joined, which all clients are told in one way.
pub(super) fn reject(connection: &Connection, namespace: &str, why: &str) {
    connection.namespaces.lock().refuse(namespace);
    connection.send(connection.codec().connect_error(namespace, why, None));
}

fn connect_call(socket: &Socket) -> Call<'_> {
    let auth = Data::Value(socket.auth_json().unwrap_or("{}"));
    Call::new(socket, Occasion::Connect, auth, None)
}
