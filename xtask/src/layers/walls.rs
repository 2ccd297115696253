//! Who must not name what: the walls inside and between the crates.

use super::Finding;
use super::mentions::{Form, Mention};
use super::source::Source;

/// Code in one of the places `inside`, and in none of `except`, must not use the names.
pub(super) struct Wall {
    who: &'static str,
    /// A module without its ending: `src/hub` is both `src/hub.rs` and all in `src/hub/`.
    inside: &'static [&'static str],
    except: &'static [&'static str],
    names: &'static [Name],
    tests: Tests,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tests {
    /// Test code may do what it needs.
    Exempt,
    Included,
}

/// A way to name something.
#[derive(Debug)]
enum Name {
    /// A crate: `tokio::…` or `use tokio`, but not `crate::tokio`.
    Crate(&'static str),
    /// A module of ours, wherever it stands in a path.
    Module(&'static str),
    /// These segments, one after the other, anywhere in a path.
    Path(&'static str),
    Call(&'static str),
    Macro(&'static str),
    Attribute(&'static str),
}

use Name::{Attribute, Call, Crate, Macro, Module, Path};

const WALLS: &[Wall] = &[
    Wall {
        who: "salon-proto",
        inside: &["crates/salon-proto/src"],
        except: &[],
        names: &[
            Path("std::net"),
            Path("std::thread"),
            Path("std::fs"),
            Path("std::process"),
            Path("std::env"),
            Path("Instant::now"),
            Path("SystemTime"),
            Crate("tokio"),
            Crate("http"),
        ],
        tests: Tests::Exempt,
    },
    Wall {
        who: "salon",
        inside: &["crates/salon/src"],
        except: &[],
        names: &[Crate("salon_client")],
        tests: Tests::Exempt,
    },
    Wall {
        who: "salon-client",
        inside: &["crates/salon-client/src"],
        except: &[],
        names: &[Crate("salon")],
        tests: Tests::Exempt,
    },
    Wall {
        who: "hub",
        inside: &["crates/salon/src/hub"],
        except: &[],
        names: &[
            Crate("tokio"),
            Crate("http"),
            Crate("hyper"),
            Module("http"),
            Module("handler"),
            Module("session"),
            Module("adapter"),
        ],
        tests: Tests::Exempt,
    },
    Wall {
        who: "salon-handler",
        inside: &["crates/salon-handler/src"],
        except: &[],
        names: &[
            Crate("salon"),
            Crate("salon_client"),
            Crate("http"),
            Path("std::net"),
            Path("std::thread"),
            Path("tokio::net"),
            Path("tokio::time"),
            Path("tokio::spawn"),
            Path("tokio::task"),
        ],
        tests: Tests::Exempt,
    },
    Wall {
        who: "handler",
        inside: &["crates/salon/src/handler", "crates/salon-handler/src"],
        except: &[],
        names: &[Path("Frame"), Module("ws"), Module("session")],
        tests: Tests::Exempt,
    },
    Wall {
        who: "code outside session",
        inside: &["crates/salon/src", "crates/salon-client/src"],
        // The accept loop starts one task for each connection.
        except: &[
            "crates/salon/src/session",
            "crates/salon/src/http/serve",
            "crates/salon-client/src/session",
        ],
        names: &[
            Path("tokio::spawn"),
            Path("JoinSet"),
            Call("spawn"),
            Call("spawn_local"),
            Call("spawn_blocking"),
        ],
        tests: Tests::Exempt,
    },
    Wall {
        who: "code outside session and http (and the client's transport)",
        inside: &["crates/salon/src", "crates/salon-client/src"],
        except: &[
            "crates/salon/src/session",
            "crates/salon/src/http",
            "crates/salon-client/src/transport",
        ],
        names: &[
            Path("std::net::TcpStream"),
            Path("std::net::TcpListener"),
            Path("tokio::net"),
        ],
        tests: Tests::Exempt,
    },
    Wall {
        who: "code outside http (and the client's transport)",
        inside: &["crates/salon/src", "crates/salon-client/src"],
        except: &["crates/salon/src/http", "crates/salon-client/src/transport"],
        names: &[
            Crate("http"),
            Crate("http_body"),
            Crate("http_body_util"),
            Crate("tower"),
            Crate("tower_http"),
            Crate("tower_layer"),
            Crate("tower_service"),
            Crate("hyper"),
            Crate("hyper_util"),
            Crate("tokio_rustls"),
            Crate("axum"),
        ],
        tests: Tests::Exempt,
    },
    Wall {
        who: "the demo",
        inside: &["demo/src"],
        except: &[],
        names: &[Crate("salon_proto")],
        tests: Tests::Exempt,
    },
    Wall {
        who: "salon-cli",
        inside: &["crates/salon-cli/src"],
        except: &[],
        names: &[Crate("salon"), Crate("salon_proto"), Crate("salon_handler")],
        tests: Tests::Exempt,
    },
    Wall {
        who: "finished code",
        inside: &["crates", "demo", "xtask", "benches", "fuzz"],
        except: &[],
        names: &[
            Macro("todo"),
            Macro("unimplemented"),
            Macro("dbg"),
            Attribute("ignore"),
        ],
        tests: Tests::Included,
    },
];

/// A line that must stand in a crate's `lib.rs`.
const REQUIRED: &[(&str, &str)] = &[("crates/salon-proto/src/lib.rs", "#![forbid(unsafe_code)]")];

pub(super) fn judge(source: &Source) -> Vec<Finding> {
    let mut findings: Vec<Finding> = WALLS
        .iter()
        .filter(|wall| wall.holds(&source.path))
        .flat_map(|wall| wall.judge(source))
        .collect();
    findings.extend(judge_required(source));
    findings.dedup();
    findings
}

fn judge_required(source: &Source) -> impl Iterator<Item = Finding> {
    let here = REQUIRED.iter().filter(|(path, _)| *path == source.path);
    here.filter(|(_, line)| !source.lines.iter().any(|given| given.code.trim() == *line))
        .map(|(_, line)| Finding {
            path: source.path.clone(),
            line: 1,
            what: format!("this crate must begin with `{line}` (walls: ARCHITECTURE.md#walls)"),
        })
}

impl Wall {
    fn holds(&self, path: &str) -> bool {
        let is_in = |place: &&str| is_in(path, place);
        self.inside.iter().any(is_in) && !self.except.iter().any(is_in)
    }

    fn judge(&self, source: &Source) -> Vec<Finding> {
        let judged =
            |mention: &&Mention| self.tests == Tests::Included || !source.is_test(mention.line);
        let mut findings = Vec::new();
        for mention in source.mentions.iter().filter(judged) {
            if let Some(name) = self.names.iter().find(|name| name.is_in(mention)) {
                findings.push(self.finding(source, mention.line, name));
            }
        }
        findings
    }

    fn finding(&self, source: &Source, line: usize, name: &Name) -> Finding {
        let what = format!(
            "{} must not use {} (walls: ARCHITECTURE.md#walls)",
            self.who,
            name.shown()
        );
        Finding {
            path: source.path.clone(),
            line,
            what,
        }
    }
}

fn is_in(path: &str, place: &str) -> bool {
    path.strip_prefix(place)
        .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

impl Name {
    fn is_in(&self, mention: &Mention) -> bool {
        let segments: Vec<&str> = mention.segments.iter().map(String::as_str).collect();
        let is_path = segments.len() > 1 || mention.form == Form::Use;
        match self {
            Crate(name) => is_path && segments.first() == Some(name),
            Module(name) => is_path && names_module(&segments, name, mention.form),
            Path(path) => {
                let path: Vec<&str> = path.split("::").collect();
                segments.windows(path.len()).any(|window| window == path)
            }
            Call(name) => mention.form == Form::Call && segments.last() == Some(name),
            Macro(name) => mention.form == Form::Macro && segments.last() == Some(name),
            Attribute(name) => mention.form == Form::Attribute && segments == [*name],
        }
    }

    fn shown(&self) -> String {
        match self {
            Crate(name) | Module(name) | Path(name) => (*name).to_owned(),
            Call(name) => format!("{name}()"),
            Macro(name) => format!("{name}!"),
            Attribute(name) => format!("#[{name}]"),
        }
    }
}

/// The last segment of a path in code is a function or a type, unless the path leads to modules.
fn names_module(segments: &[&str], name: &str, form: Form) -> bool {
    let leads = matches!(segments, ["crate" | "super" | "self", ..]);
    let modules = if form == Form::Use || leads {
        segments
    } else {
        &segments[..segments.len() - 1]
    };
    modules.contains(&name)
}

#[cfg(test)]
#[path = "walls_tests.rs"]
mod tests;
