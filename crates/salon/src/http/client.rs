//! The files of the JavaScript client, for pages that load them from the server.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::Full;
use sha1::{Digest, Sha1};

use super::compress::{self, Coding};
use super::respond::Answer;
use crate::config::ServerBuilder;

/// The files that Node serves, of the folder `client-dist` of the npm package `socket.io`.
const NAMES: [&str; 8] = [
    "socket.io.esm.min.js",
    "socket.io.esm.min.js.map",
    "socket.io.js",
    "socket.io.js.map",
    "socket.io.min.js",
    "socket.io.min.js.map",
    "socket.io.msgpack.min.js",
    "socket.io.msgpack.min.js.map",
];

/// Bytes of the largest file that is taken: they are kept in memory, and the largest has 300 KB.
const MAX_FILE: usize = 4 * 1024 * 1024;

impl ServerBuilder {
    /// Serves the JavaScript client to pages: `/socket.io/socket.io.js` and its kin. The folder
    /// is `node_modules/socket.io/client-dist` or one with those of its files that you want.
    /// Files beside them that end in `.br` or `.gz` are sent to who accepts them; gzip is made
    /// where it is missing. All are read now, and kept in memory. Default: no files.
    ///
    /// # Errors
    /// When the folder has none of the files, or one cannot be read or has more than 4 MiB.
    ///
    /// ```no_run
    /// # fn example() -> std::io::Result<()> {
    /// let io = salon::Server::builder()
    ///     .serve_client("node_modules/socket.io/client-dist")?
    ///     .build();
    /// # Ok(())
    /// # }
    /// ```
    pub fn serve_client(mut self, folder: impl AsRef<Path>) -> io::Result<Self> {
        self.client_files = Some(Arc::new(ClientFiles::load(folder.as_ref())?));
        Ok(self)
    }
}

#[derive(Debug)]
pub(crate) struct ClientFiles(Vec<File>);

impl ClientFiles {
    fn load(folder: &Path) -> io::Result<Self> {
        let mut files = Vec::new();
        for name in NAMES {
            files.extend(File::load(folder, name)?);
        }
        if files.is_empty() {
            let what = format!("no file of the client in {}", folder.display());
            return Err(io::Error::new(ErrorKind::NotFound, what));
        }
        Ok(Self(files))
    }

    /// The answer to a request for the file of this name, if it is one of ours.
    pub(super) fn answer(&self, name: &str, request: &HeaderMap) -> Option<Answer> {
        let file = self.0.iter().find(|file| file.name == name)?;
        Some(file.answer(request))
    }
}

#[derive(Debug)]
struct File {
    name: &'static str,
    /// The smallest first, the file as it is last.
    variants: Vec<Variant>,
}

/// A file in one content coding.
#[derive(Debug)]
struct Variant {
    coding: Option<&'static str>,
    body: Bytes,
    etag: HeaderValue,
}

impl File {
    fn load(folder: &Path, name: &'static str) -> io::Result<Option<Self>> {
        let Some(plain) = read(&folder.join(name))? else {
            return Ok(None);
        };
        let brotli = read(&folder.join(format!("{name}.br")))?;
        let gzip = match read(&folder.join(format!("{name}.gz")))? {
            Some(file) => file,
            None => Coding::Gzip.compress(&plain)?,
        };
        let hash = hash(&plain);
        let variants = [
            brotli.map(|body| (Some("br"), body)),
            Some((Some("gzip"), gzip)),
            Some((None, plain)),
        ];
        let variants = variants.into_iter().flatten();
        let variants = variants.map(|(coding, body)| Variant::new(coding, body, &hash));
        let variants = variants.collect();
        Ok(Some(Self { name, variants }))
    }

    fn answer(&self, request: &HeaderMap) -> Answer {
        let suits = |one: &&Variant| {
            let coding = one.coding;
            coding.is_none_or(|name| compress::is_accepted(request, name))
        };
        let Some(variant) = self.variants.iter().find(suits) else {
            return Response::default();
        };
        let mut answer = match variant.is_known_to(request) {
            true => not_modified(),
            false => self.whole(variant),
        };
        let headers = answer.headers_mut();
        let revalidate = HeaderValue::from_static("public, max-age=0");
        headers.insert(header::CACHE_CONTROL, revalidate);
        headers.insert(header::ETAG, variant.etag.clone());
        let vary = HeaderValue::from_static("Accept-Encoding");
        headers.insert(header::VARY, vary);
        answer
    }

    fn whole(&self, variant: &Variant) -> Answer {
        let content_type = match self.name.ends_with(".map") {
            true => "application/json; charset=utf-8",
            false => "application/javascript; charset=utf-8",
        };
        let mut answer = Response::new(Full::new(variant.body.clone()));
        let headers = answer.headers_mut();
        let content_type = HeaderValue::from_static(content_type);
        headers.insert(header::CONTENT_TYPE, content_type);
        if let Some(coding) = variant.coding {
            let coding = HeaderValue::from_static(coding);
            headers.insert(header::CONTENT_ENCODING, coding);
        }
        answer
    }
}

impl Variant {
    /// Each coding has a tag of its own (RFC 9110, section 8.8.3.3).
    fn new(coding: Option<&'static str>, body: Bytes, hash: &str) -> Self {
        let tag = match coding {
            Some(coding) => format!("\"{hash}-{coding}\""),
            None => format!("\"{hash}\""),
        };
        // It has hexadecimal digits and quotes only, so this cannot fail.
        let etag = HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""));
        Self { coding, body, etag }
    }

    /// Whether the client has this one already (RFC 9110, section 13.1.2): the comparison is the
    /// weak one.
    fn is_known_to(&self, request: &HeaderMap) -> bool {
        let given = request.get_all(header::IF_NONE_MATCH).iter();
        let mut tags = given
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim);
        tags.any(|tag| tag == "*" || self.etag == *tag.strip_prefix("W/").unwrap_or(tag))
    }
}

fn not_modified() -> Answer {
    let mut answer = Response::<Full<Bytes>>::default();
    *answer.status_mut() = StatusCode::NOT_MODIFIED;
    answer
}

/// `None`: there is no such file.
fn read(path: &Path) -> io::Result<Option<Bytes>> {
    let about = |error: io::Error| {
        let what = format!("cannot read {}: {error}", path.display());
        io::Error::new(error.kind(), what)
    };
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Ok(file) if file.len() > MAX_FILE as u64 => Err(about(ErrorKind::FileTooLarge.into())),
        _ => Ok(Some(fs::read(path).map_err(about)?.into())),
    }
}

fn hash(bytes: &[u8]) -> String {
    let digest = Sha1::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// A folder that goes with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn with(test: &str, files: &[(&str, &[u8])]) -> Self {
            let name = format!("salon-client-files-{}-{test}", std::process::id());
            let folder = Self(std::env::temp_dir().join(name));
            fs::create_dir_all(&folder.0).unwrap();
            for (name, content) in files {
                fs::write(folder.0.join(name), content).unwrap();
            }
            folder
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().cloned();
        pairs
            .map(|(name, value)| (name, HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_folder_without_any_of_the_files_is_a_mistake() {
        let folder = Folder::with("none", &[("other.js", b"x")]);
        let error = ClientFiles::load(&folder.0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().starts_with("no file of the client in /"));
        assert!(ClientFiles::load(&folder.0.join("absent")).is_err());
    }

    #[test]
    fn a_file_that_is_too_large_is_refused() {
        let large = vec![b' '; MAX_FILE + 1];
        let folder = Folder::with("large", &[("socket.io.js", &large)]);
        let error = ClientFiles::load(&folder.0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        assert!(error.to_string().contains("socket.io.js"), "{error}");
    }

    #[test]
    fn prepared_files_are_sent_to_who_accepts_them() {
        let files = [
            ("socket.io.js", &b"plain"[..]),
            ("socket.io.js.br", b"brotli"),
            ("socket.io.js.gz", b"gzip"),
        ];
        let folder = Folder::with("prepared", &files);
        let files = ClientFiles::load(&folder.0).unwrap();
        let mut tags = Vec::new();
        for (accepted, coding, length) in [
            ("gzip, br", Some("br"), 6),
            ("gzip, br;q=0", Some("gzip"), 4),
            ("deflate", None, 5),
        ] {
            let request = headers(&[(header::ACCEPT_ENCODING, accepted)]);
            let answer = files.answer("socket.io.js", &request).unwrap();
            let given = answer.headers().get(header::CONTENT_ENCODING);
            assert_eq!(given.map(|value| value.to_str().unwrap()), coding);
            let length_of = http_body::Body::size_hint(answer.body()).exact();
            assert_eq!(length_of, Some(length));
            tags.push(answer.headers()[header::ETAG].clone());
        }
        tags.dedup();
        assert_eq!(tags.len(), 3, "each coding has its own tag");
    }

    #[test]
    fn a_tag_is_found_among_others() {
        let folder = Folder::with("tags", &[("socket.io.min.js", b"x")]);
        let files = ClientFiles::load(&folder.0).unwrap();
        let status = |tags: &str| {
            let mut request = HeaderMap::new();
            request.insert(header::IF_NONE_MATCH, tags.parse().unwrap());
            files.answer("socket.io.min.js", &request).unwrap().status()
        };
        let tag = format!("\"{}\"", hash(b"x"));
        for known in [
            tag.clone(),
            format!("W/{tag}"),
            format!("\"a\", W/{tag}"),
            "*".into(),
        ] {
            assert_eq!(status(&known), StatusCode::NOT_MODIFIED, "{known}");
        }
        for unknown in ["\"a\"", "", &hash(b"x")] {
            assert_eq!(status(unknown), StatusCode::OK, "{unknown}");
        }
        assert!(files.answer("socket.io.js", &HeaderMap::new()).is_none());
    }
}
