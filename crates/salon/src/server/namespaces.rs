//! The namespaces of a server, and the rules by which new ones are made.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{Server, ServerInner};
use crate::handler::Registration;
use crate::namespace::{Family, Namespace, NamespaceInner, Rule};

/// Namespaces.
impl Server {
    /// A namespace; made when it is first asked for, and kept. Clients can join it from then on,
    /// so do not make one for each name that a user happens to send: see
    /// [`of_matching`](Self::of_matching).
    ///
    /// A new one whose name matches such a rule is a child of the rule's namespace.
    pub fn of(&self, name: &str) -> Namespace {
        let name = match name.starts_with('/') {
            true => name.to_owned(),
            false => format!("/{name}"),
        };
        if let Some(namespace) = self.0.find_namespace(&name) {
            return Namespace::from_inner(namespace);
        }
        let rules = self.0.rules_for(&name);
        let rule = rules.iter().find(|one| one.rule.allows_name(&name));
        let (namespace, is_new) = self.0.make_namespace(&name, rule.map(|one| &one.parent));
        if is_new {
            self.0.tell_of_namespace(&namespace);
        }
        Namespace::from_inner(namespace)
    }

    /// Namespaces for all names that a rule says yes to: clients may join them, and each is made
    /// when the first client does. Node's `io.of(/regular expression/)`.
    ///
    /// What is returned stands for all of them, its children: its handlers and middlewares are
    /// theirs as well, and what is emitted to it goes to everyone in any of them. A child may
    /// have handlers of its own besides, which are called after the parent's.
    ///
    /// Names that were given to [`of`](Self::of) come first, then rules in the order in which
    /// they were made. A rule has at most as many children as
    /// [`Limits::max_child_namespaces`](crate::Limits) says; further clients are refused. See
    /// also [`cleanup_empty_child_namespaces`](crate::ServerBuilder::cleanup_empty_child_namespaces).
    ///
    /// ```
    /// use salon::{Namespace, Server};
    ///
    /// let io = Server::new();
    /// let rooms = io.of_matching(|name| {
    ///     let number = name.strip_prefix("/room-");
    ///     number.is_some_and(|number| number.parse::<u16>().is_ok())
    /// });
    /// rooms.on("who?", |room: Namespace| async move { room.len() });
    /// rooms.emit("news", "to all rooms");
    /// ```
    ///
    /// With a regular expression it reads
    /// `io.of_matching(move |name| expression.is_match(name))`.
    pub fn of_matching(&self, rule: impl Fn(&str) -> bool + Send + Sync + 'static) -> Namespace {
        self.add_rule(Rule::Name(Box::new(rule)))
    }

    /// The same, with a rule that may wait and that sees the client's auth data too.
    ///
    /// The rule is asked about each client, also where the namespace is there already.
    ///
    /// Auth data that does not fit the type is a no. Every "no" goes on to the next rule; after
    /// the last one the client is refused with "Invalid namespace".
    ///
    /// ```
    /// use salon::Server;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Auth {
    ///     team: String,
    /// }
    ///
    /// let io = Server::new();
    /// io.of_if(|name: String, auth: Auth| async move { name == format!("/team/{}", auth.team) });
    /// ```
    pub fn of_if<A, F, Fut>(&self, rule: F) -> Namespace
    where
        A: DeserializeOwned,
        F: Fn(String, A) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = bool> + Send + 'static,
    {
        self.add_rule(Rule::auth(rule))
    }

    /// Called with each namespace that is made from now on, before its first client joins. Not
    /// with parents, which are no namespaces that anyone could join.
    ///
    /// ```
    /// let io = salon::Server::new();
    /// io.on_new_namespace(|namespace| println!("there is {}", namespace.name()));
    /// io.of("/chat");
    /// ```
    pub fn on_new_namespace(
        &self,
        hook: impl Fn(&Namespace) + Send + Sync + 'static,
    ) -> Registration {
        self.0
            .handlers
            .register(|table| table.namespaces.add(Arc::new(hook)))
    }

    fn add_rule(&self, rule: Rule) -> Namespace {
        let mut dynamic = self.0.dynamic.write();
        let name = format!("/_{}", dynamic.len());
        let family = Family::parent(&rule);
        let parent = NamespaceInner::new(&name, &self.0.config, family);
        let made = Dynamic {
            rule,
            parent: Arc::clone(&parent),
        };
        dynamic.push(Arc::new(made));
        Namespace::from_inner(parent)
    }
}

/// A rule and the parent of the namespaces that it allows.
pub(crate) struct Dynamic {
    pub(crate) rule: Rule,
    parent: Arc<NamespaceInner>,
}

impl ServerInner {
    /// A namespace that is there for everybody, and that a client wants to join. To be given back
    /// by [`vacate`](Self::vacate).
    pub(crate) fn occupy(&self, name: &str) -> Option<Arc<NamespaceInner>> {
        let namespaces = self.namespaces.read();
        let namespace = namespaces.get(name).filter(|one| !one.asks_each_client())?;
        namespace.occupy();
        Some(Arc::clone(namespace))
    }

    /// The same for one that a rule has allowed. `None`: there are too many, or it is another
    /// rule's by now.
    pub(crate) fn occupy_child(
        &self,
        name: &str,
        dynamic: &Dynamic,
    ) -> Option<Arc<NamespaceInner>> {
        let limit = self.config.limits.max_child_namespaces;
        let (namespace, is_new) = {
            let mut namespaces = self.namespaces.write();
            let added = self.add_child(&mut namespaces, name, &dynamic.parent, limit)?;
            added.0.occupy();
            added
        };
        if is_new {
            self.tell_of_namespace(&namespace);
        }
        Some(namespace)
    }

    /// The rules to ask about a name; of a child, its own rule.
    pub(crate) fn rules_for(&self, name: &str) -> Vec<Arc<Dynamic>> {
        let child = self.find_namespace(name);
        let parent = child.as_ref().and_then(|child| child.parent());
        let rules = self.dynamic.read();
        let rules = rules.iter().filter(|rule| match parent {
            Some(parent) => Arc::ptr_eq(parent, &rule.parent),
            None => true,
        });
        rules.cloned().collect()
    }

    /// A client has left, or did not get in.
    pub(crate) fn vacate(&self, namespace: &NamespaceInner) {
        if namespace.vacate() && self.config.cleanup_children {
            self.remove_if_empty(namespace);
        }
    }

    /// Nobody is away any more who might come back to this namespace.
    pub(crate) fn release(&self, name: &str) {
        let namespace = self.find_namespace(name);
        if let Some(namespace) = namespace.filter(|_| self.config.cleanup_children) {
            self.remove_if_empty(&namespace);
        }
    }

    /// For the application, which has no limit. Says whether it is new.
    fn make_namespace(
        &self,
        name: &str,
        parent: Option<&Arc<NamespaceInner>>,
    ) -> (Arc<NamespaceInner>, bool) {
        let mut namespaces = self.namespaces.write();
        let child =
            parent.and_then(|parent| self.add_child(&mut namespaces, name, parent, usize::MAX));
        if let Some(child) = child {
            return child;
        }
        let is_new = !namespaces.contains_key(name);
        let namespace = namespaces
            .entry(name.into())
            .or_insert_with_key(|name| NamespaceInner::new(name, &self.config, Family::Single));
        (Arc::clone(namespace), is_new)
    }

    /// Says whether it is new. A namespace that somebody made of the same name serves as well.
    fn add_child(
        &self,
        namespaces: &mut HashMap<Arc<str>, Arc<NamespaceInner>>,
        name: &str,
        parent: &Arc<NamespaceInner>,
        limit: usize,
    ) -> Option<(Arc<NamespaceInner>, bool)> {
        if let Some(namespace) = namespaces.get(name) {
            let is_free = namespace
                .parent()
                .is_none_or(|one| Arc::ptr_eq(one, parent));
            return is_free.then(|| (Arc::clone(namespace), false));
        }
        if parent.children_len() >= limit {
            return None;
        }
        let family = Family::child(Arc::clone(parent));
        let namespace = NamespaceInner::new(name, &self.config, family);
        parent.add_child(&namespace);
        namespaces.insert(Arc::clone(&namespace.name), Arc::clone(&namespace));
        Some((namespace, true))
    }

    /// Clients join under the same lock, so nobody is just coming.
    fn remove_if_empty(&self, namespace: &NamespaceInner) {
        let mut namespaces = self.namespaces.write();
        let same = namespaces.get(&namespace.name);
        let is_it = same.is_some_and(|one| std::ptr::eq(&**one, namespace));
        if !is_it || namespace.is_occupied() || namespace.awaits_somebody() {
            return;
        }
        let removed = namespaces.remove(&namespace.name);
        if let Some(parent) = namespace.parent() {
            parent.remove_child(&namespace.name);
        }
        drop(namespaces);
        drop(removed);
    }

    fn tell_of_namespace(&self, namespace: &Arc<NamespaceInner>) {
        self.handlers
            .tell_of_namespace(&Namespace::from_inner(Arc::clone(namespace)));
    }
}
