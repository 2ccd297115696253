//! Which crates may depend on which, read from the Cargo.toml files.

use super::Finding;

/// What a crate's manifest may or must not name. Tests (dev-dependencies) may use anything.
struct Rule {
    manifest: &'static str,
    allows: Allows,
}

enum Allows {
    Only(&'static [&'static str]),
    AllBut(&'static [&'static str]),
}

use Allows::{AllBut, Only};

const RULES: &[Rule] = &[
    Rule {
        manifest: "crates/salon-proto/Cargo.toml",
        // rmp is optional: the bytes of MessagePack, and nothing else.
        allows: Only(&[
            "base64",
            "bytes",
            "memchr",
            "miniz_oxide",
            "rmp",
            "serde",
            "serde_json",
            "sha1",
            "simdutf8",
        ]),
    },
    Rule {
        manifest: "crates/salon-handler/Cargo.toml",
        // Of tokio it takes the locks.
        allows: Only(&[
            "bytes",
            "futures-util",
            "parking_lot",
            "pin-project-lite",
            "salon-macros",
            "salon-proto",
            "serde",
            "serde_json",
            "tokio",
            "tracing",
        ]),
    },
    Rule {
        manifest: "crates/salon-macros/Cargo.toml",
        allows: Only(&["proc-macro2", "quote", "syn"]),
    },
    Rule {
        manifest: "crates/salon/Cargo.toml",
        allows: AllBut(&["salon-client"]),
    },
    Rule {
        manifest: "crates/salon-client/Cargo.toml",
        allows: AllBut(&["salon"]),
    },
    Rule {
        manifest: "demo/Cargo.toml",
        allows: AllBut(&["salon-proto"]),
    },
    Rule {
        manifest: "crates/salon-cli/Cargo.toml",
        allows: AllBut(&["salon", "salon-proto", "salon-handler"]),
    },
    Rule {
        manifest: "xtask/Cargo.toml",
        allows: Only(&[]),
    },
];

pub(super) fn judge(path: &str, text: &str) -> Vec<Finding> {
    let rules = RULES.iter().filter(|rule| rule.manifest == path);
    rules.flat_map(|rule| judge_rule(rule, text)).collect()
}

fn judge_rule(rule: &Rule, text: &str) -> Vec<Finding> {
    let forbidden = dependencies(text)
        .into_iter()
        .filter(|(_, name)| !rule.allows.allow(name));
    forbidden
        .map(|(line, name)| Finding {
            path: rule.manifest.to_owned(),
            line,
            what: format!(
                "{} must not depend on {name} (walls: ARCHITECTURE.md#walls)",
                crate_name(rule.manifest)
            ),
        })
        .collect()
}

impl Allows {
    fn allow(&self, name: &str) -> bool {
        match self {
            Only(names) => names.contains(&name),
            AllBut(names) => !names.contains(&name),
        }
    }
}

fn crate_name(manifest: &str) -> &str {
    let folder = manifest.trim_end_matches("/Cargo.toml");
    folder.rsplit('/').next().unwrap_or(folder)
}

/// The lines and names of all dependencies but those of tests.
fn dependencies(text: &str) -> Vec<(usize, String)> {
    let mut section = "";
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']);
            found.extend(table_name(section).map(|name| (index + 1, name)));
        } else if is_list(section) {
            found.extend(entry_name(line).map(|name| (index + 1, name)));
        }
    }
    found
}

/// `dependencies`, `build-dependencies`, `target.'cfg(unix)'.dependencies`
fn is_list(section: &str) -> bool {
    let last = section.rsplit('.').next();
    matches!(last, Some("dependencies" | "build-dependencies"))
}

/// The name in `[dependencies.name]`
fn table_name(section: &str) -> Option<String> {
    let (list, name) = section.rsplit_once('.')?;
    is_list(list).then(|| unquoted(name))
}

/// The name in `name = "1"`, `name.workspace = true` or `other = { package = "name" }`
fn entry_name(line: &str) -> Option<String> {
    let (key, value) = line.split_once('=')?;
    let renamed = value
        .split_once("package")
        .and_then(|(_, rest)| rest.split('"').nth(1));
    Some(renamed.map_or_else(
        || unquoted(key.split('.').next().unwrap_or(key)),
        str::to_owned,
    ))
}

fn unquoted(name: &str) -> String {
    name.trim().trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        judge(path, text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn proto_depends_on_little() {
        let path = "crates/salon-proto/Cargo.toml";
        assert!(
            found(
                path,
                "[dependencies]\nbytes.workspace = true\nserde = \"1\" # tokio\n"
            )
            .is_empty()
        );
        assert_eq!(
            found(
                path,
                "[dependencies]\nbytes = \"1\"\ntokio.workspace = true\n"
            ),
            [
                "crates/salon-proto/Cargo.toml:3: salon-proto must not depend on tokio (walls: ARCHITECTURE.md#walls)"
            ]
        );
    }

    #[test]
    fn server_and_client_are_strangers_but_in_tests() {
        assert_eq!(
            found(
                "crates/salon/Cargo.toml",
                "[dependencies]\nsalon-client = \"1\""
            )
            .len(),
            1
        );
        assert_eq!(
            found(
                "crates/salon-client/Cargo.toml",
                "[dependencies]\nsalon.workspace = true"
            )
            .len(),
            1
        );
        assert!(
            found(
                "crates/salon-client/Cargo.toml",
                "[dev-dependencies]\nsalon.workspace = true"
            )
            .is_empty()
        );
    }

    #[test]
    fn demo_tool_and_xtask_keep_to_their_own() {
        assert_eq!(
            found("demo/Cargo.toml", "[dependencies]\nsalon-proto = \"1\"").len(),
            1
        );
        assert!(found("demo/Cargo.toml", "[dependencies]\nsalon = \"1\"").is_empty());
        let tool = "crates/salon-cli/Cargo.toml";
        assert_eq!(found(tool, "[dependencies]\nsalon = \"1\"").len(), 1);
        assert!(found(tool, "[dependencies]\nsalon-client = \"1\"").is_empty());
        assert_eq!(
            found("xtask/Cargo.toml", "[dependencies]\nserde = \"1\"").len(),
            1
        );
        assert!(found("xtask/Cargo.toml", "[package]\nname = \"xtask\"").is_empty());
    }

    #[test]
    fn every_way_to_write_a_dependency_is_read() {
        for text in [
            "[dependencies.tokio]\nversion = \"1\"",
            "[build-dependencies]\ntokio = \"1\"",
            "[target.'cfg(unix)'.dependencies]\ntokio = \"1\"",
            "[dependencies]\nruntime = { package = \"tokio\", version = \"1\" }",
        ] {
            assert_eq!(
                found("crates/salon-proto/Cargo.toml", text).len(),
                1,
                "{text}"
            );
        }
        assert!(dependencies("[features]\ntokio = []\n[dependencies]\n").is_empty());
    }
}
