//! Which requests are ours.

/// The path under which the server is found.
#[derive(Clone, Debug)]
pub(crate) struct Path(Box<str>);

impl Path {
    /// A trailing slash makes no difference.
    pub(crate) fn new(path: &str) -> Self {
        let path = path.trim_matches('/');
        let slash = if path.is_empty() { "" } else { "/" };
        Self(format!("{slash}{path}/").into())
    }

    /// As in Node, whatever begins with the path and a slash belongs to it.
    pub(crate) fn matches(&self, path: &str) -> bool {
        path.starts_with(&*self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_begins_with_the_path_is_ours() {
        for path in ["/socket.io", "/socket.io/", "socket.io"] {
            let path = Path::new(path);
            assert!(path.matches("/socket.io/"));
            assert!(path.matches("/socket.io/anything"));
            assert!(!path.matches("/socket.io"));
            assert!(!path.matches("/socket.iosocket.io/"));
            assert!(!path.matches("/"));
        }
    }

    #[test]
    fn the_root_path_takes_everything() {
        assert!(Path::new("/").matches("/x"));
    }
}
