//! Which requests are ours.

/// The path under which the server is found.
#[derive(Clone, Debug)]
pub(crate) struct Path(Box<str>);

impl Path {
    /// A slash at the end of `path` makes no difference.
    pub(crate) fn new(path: &str, add_trailing_slash: bool) -> Self {
        let path = path.trim_matches('/');
        let begin = if path.is_empty() { "" } else { "/" };
        let end = if add_trailing_slash { "/" } else { "" };
        Self(format!("{begin}{path}{end}").into())
    }

    /// As in Node, whatever begins with the path (and, unless told otherwise, a slash) belongs
    /// to it.
    pub(crate) fn matches(&self, path: &str) -> bool {
        path.starts_with(&*self.0)
    }
}

impl Path {
    /// What comes after our path.
    pub(super) fn below<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix(&*self.0)?;
        Some(rest.strip_prefix('/').unwrap_or(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_begins_with_the_path_is_ours() {
        for path in ["/socket.io", "/socket.io/", "socket.io"] {
            let path = Path::new(path, true);
            assert!(path.matches("/socket.io/"));
            assert!(path.matches("/socket.io/anything"));
            assert!(!path.matches("/socket.io"));
            assert!(!path.matches("/socket.iosocket.io/"));
            assert!(!path.matches("/"));
        }
    }

    #[test]
    fn the_root_path_takes_everything() {
        assert!(Path::new("/", true).matches("/x"));
        assert!(Path::new("/", false).matches("/x"));
    }

    #[test]
    fn without_the_slash_it_is_a_prefix_all_the_same() {
        let path = Path::new("/socket.io/", false);
        assert!(path.matches("/socket.io"));
        assert!(path.matches("/socket.io/"));
        assert!(path.matches("/socket.iox"));
        assert!(!path.matches("/socket"));
    }
}
