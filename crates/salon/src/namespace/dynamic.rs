//! Namespaces that come into being when a client asks for them.

use std::collections::HashMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use futures_util::future::{BoxFuture, FutureExt};
use parking_lot::Mutex;
use salon_proto::packet::json;
use serde::de::DeserializeOwned;

use super::{Namespace, NamespaceInner};

/// Where a namespace stands among others.
pub(crate) enum Family {
    /// It has a name of its own.
    Single,
    /// It stands for all its children; no client can join it.
    Parent(Children),
    Child(Child),
}

/// The children of a parent.
pub(crate) struct Children {
    by_name: Mutex<HashMap<Arc<str>, Weak<NamespaceInner>>>,
    /// Whether that a child is there does not mean that a client may join it.
    asks_each_client: bool,
}

/// What makes a namespace a child.
pub(crate) struct Child {
    pub(crate) parent: Arc<NamespaceInner>,
    /// How many clients are in it, or are joining it.
    occupants: AtomicUsize,
}

/// Which names a parent's children may have.
pub(crate) enum Rule {
    Name(Box<dyn Fn(&str) -> bool + Send + Sync>),
    Auth(AuthRule),
}

/// Called with the name and the auth data.
type AuthRule = Box<dyn Fn(&str, &str) -> BoxFuture<'static, bool> + Send + Sync>;

impl Rule {
    /// A rule that looks at the client's auth data too. Data that does not fit is a no.
    pub(crate) fn auth<A, F, Fut>(rule: F) -> Self
    where
        A: DeserializeOwned,
        F: Fn(String, A) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = bool> + Send + 'static,
    {
        Self::Auth(Box::new(move |name, auth| match json::read_value(auth) {
            Ok(auth) => Box::pin(rule(name.to_owned(), auth)),
            Err(_) => Box::pin(std::future::ready(false)),
        }))
    }

    /// Whether it needs no more than the name to say yes.
    pub(crate) fn allows_name(&self, name: &str) -> bool {
        match self {
            Self::Name(rule) => contained(|| rule(name)).unwrap_or(false),
            Self::Auth(_) => false,
        }
    }

    /// `auth` is the client's auth data.
    pub(crate) async fn allows(&self, name: &str, auth: &str) -> bool {
        let Self::Auth(rule) = self else {
            return self.allows_name(name);
        };
        match contained(|| rule(name, auth)) {
            Some(decision) => {
                let decision = AssertUnwindSafe(decision).catch_unwind().await;
                decision.unwrap_or_else(|_| log_panic())
            }
            None => false,
        }
    }
}

fn contained<T>(rule: impl FnOnce() -> T) -> Option<T> {
    let result = catch_unwind(AssertUnwindSafe(rule)).ok();
    if result.is_none() {
        log_panic();
    }
    result
}

fn log_panic() -> bool {
    tracing::error!("the rule of a dynamic namespace panicked, which is a no");
    false
}

impl Family {
    pub(crate) fn parent(rule: &Rule) -> Self {
        Self::Parent(Children {
            by_name: Mutex::default(),
            asks_each_client: matches!(rule, Rule::Auth(_)),
        })
    }

    pub(crate) const fn child(parent: Arc<NamespaceInner>) -> Self {
        Self::Child(Child {
            parent,
            occupants: AtomicUsize::new(0),
        })
    }
}

/// Parents.
impl Family {
    pub(super) fn child_of(&self) -> Option<&Arc<NamespaceInner>> {
        match self {
            Self::Child(child) => Some(&child.parent),
            _ => None,
        }
    }
}

impl NamespaceInner {
    /// The namespaces that it stands for: its children, or itself.
    pub(crate) fn members(self: &Arc<Self>) -> Vec<Arc<Self>> {
        match &self.family {
            Family::Parent(children) => {
                let children = children.by_name.lock();
                children.values().filter_map(Weak::upgrade).collect()
            }
            _ => vec![Arc::clone(self)],
        }
    }

    /// The same without a list for the usual one.
    pub(crate) fn for_each_member(self: &Arc<Self>, mut visit: impl FnMut(&Arc<Self>)) {
        match &self.family {
            Family::Parent(_) => self.members().iter().for_each(visit),
            _ => visit(self),
        }
    }

    pub(crate) fn parent(&self) -> Option<&Arc<Self>> {
        self.family.child_of()
    }

    pub(crate) fn children_len(&self) -> usize {
        match &self.family {
            Family::Parent(children) => children.by_name.lock().len(),
            _ => 0,
        }
    }

    pub(crate) fn add_child(&self, child: &Arc<Self>) {
        if let Family::Parent(children) = &self.family {
            let (name, child) = (Arc::clone(&child.name), Arc::downgrade(child));
            children.by_name.lock().insert(name, child);
        }
    }

    pub(crate) fn remove_child(&self, name: &str) {
        if let Family::Parent(children) = &self.family {
            children.by_name.lock().remove(name);
        }
    }
}

/// Children.
impl NamespaceInner {
    /// Whether the rule must say yes to each client, and not only to the first one.
    pub(crate) fn asks_each_client(&self) -> bool {
        match self.parent().map(|parent| &parent.family) {
            Some(Family::Parent(children)) => children.asks_each_client,
            _ => false,
        }
    }

    /// A client is about to join. To be called under the lock of the server's namespaces.
    pub(crate) fn occupy(&self) {
        if let Family::Child(child) = &self.family {
            child.occupants.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A client has left or did not get in. Says whether it was a child's last one.
    pub(crate) fn vacate(&self) -> bool {
        match &self.family {
            Family::Child(child) => child.occupants.fetch_sub(1, Ordering::Relaxed) == 1,
            _ => false,
        }
    }

    pub(crate) fn is_occupied(&self) -> bool {
        match &self.family {
            Family::Child(child) => child.occupants.load(Ordering::Relaxed) > 0,
            _ => true,
        }
    }
}

impl Namespace {
    /// The namespaces that a parent stands for, in no particular order. Parents are made by
    /// [`Server::of_matching`](crate::Server::of_matching) and
    /// [`Server::of_if`](crate::Server::of_if); others have no children.
    #[must_use]
    pub fn children(&self) -> Vec<Self> {
        match &self.0.family {
            Family::Parent(_) => self.0.members().into_iter().map(Self).collect(),
            _ => Vec::new(),
        }
    }
}
