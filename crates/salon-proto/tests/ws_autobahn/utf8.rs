//! Group 6: UTF-8.

use crate::support::{
    CONTINUATION, FIN, INVALID_DATA, TEXT, case, failing, fragmented, frame, run, text,
};

#[test]
fn group_6_text_in_fragments() {
    let greeting = "Hello-µ@ßöäüàá-UTF-8!!";
    let bytes = greeting.as_bytes();
    run(vec![
        case("6.1.1", &[frame(FIN | TEXT, b"")], &[text("")]),
        case(
            "6.1.2",
            &[
                frame(TEXT, b""),
                frame(CONTINUATION, b""),
                frame(FIN | CONTINUATION, b""),
            ],
            &[text("")],
        ),
        case(
            "6.1.3",
            &[
                frame(TEXT, b""),
                frame(CONTINUATION, b"middle frame payload"),
                frame(FIN | CONTINUATION, b""),
            ],
            &[text("middle frame payload")],
        ),
        case(
            "6.2.1",
            &fragmented(TEXT, bytes, bytes.len()),
            &[text(greeting)],
        ),
        case("6.2.2", &fragmented(TEXT, bytes, 12), &[text(greeting)]),
        case("6.2.3", &fragmented(TEXT, bytes, 1), &[text(greeting)]),
        case(
            "6.2.4",
            &fragmented(TEXT, "κόσμε".as_bytes(), 1),
            &[text("κόσμε")],
        ),
    ]);
}

/// The byte strings of groups 6.5 to 6.23 that are UTF-8, in hexadecimal.
const VALID_UTF8: &[(&str, &[&str])] = &[
    ("6.5", &["cebae1bdb9cf83cebcceb5"]),
    (
        "6.6 prefixes",
        &["ceba", "cebae1bdb9", "cebae1bdb9cf83", "cebae1bdb9cf83cebc"],
    ),
    ("6.7", &["00", "c280", "e0a080", "f0908080"]),
    ("6.9", &["7f", "dfbf", "efbfbf", "f48fbfbf"]),
    ("6.11", &["ed9fbf", "ee8080", "efbfbd", "f48fbfbf"]),
    (
        "6.22 planes 0 and 1",
        &["efbfbe", "efbfbf", "f09fbfbe", "f09fbfbf"],
    ),
    (
        "6.22 planes 2 to 5",
        &["f0afbfbe", "f0bfbfbf", "f18fbfbe", "f19fbfbf"],
    ),
    (
        "6.22 planes 15 and 16",
        &["f3bfbfbe", "f3bfbfbf", "f48fbfbe", "f48fbfbf"],
    ),
    (
        "6.23",
        &[
            "efbfb9", "efbfba", "efbfbb", "efbfbc", "efbfbd", "efbfbe", "efbfbf",
        ],
    ),
];

/// Those that are not.
const INVALID_UTF8: &[(&str, &[&str])] = &[
    ("6.3", &["cebae1bdb9cf83cebcceb5eda080656469746564"]),
    ("6.4", &["cebae1bdb9cf83cebcceb5f4908080656469746564"]),
    (
        "6.6 prefixes",
        &[
            "ce",
            "cebae1",
            "cebae1bd",
            "cebae1bdb9cf",
            "cebae1bdb9cf83ce",
        ],
    ),
    (
        "6.8 first of 5 and 6 bytes",
        &["f888808080", "fc8480808080"],
    ),
    (
        "6.10 last of 4 to 6 bytes",
        &["f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"],
    ),
    ("6.11.5", &["f4908080"]),
    (
        "6.12 continuations alone",
        &["80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80"],
    ),
    (
        "6.13 starts alone",
        &[
            "c020c120c220",
            "e020e120e220",
            "f020f120f220",
            "f820f920",
            "fc20",
        ],
    ),
    (
        "6.14 last byte missing",
        &["c0", "e080", "f08080", "f8808080", "fc80808080"],
    ),
    (
        "6.14 last byte missing",
        &["df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf"],
    ),
    (
        "6.15 the same in a row",
        &["c0e080f08080f8808080fc80808080dfefbff7bfbf"],
    ),
    ("6.16 impossible bytes", &["fe", "ff", "fefeffff"]),
    (
        "6.17 overlong slash",
        &["c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"],
    ),
    (
        "6.18 overlong maxima",
        &["c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"],
    ),
    (
        "6.19 overlong zero",
        &["c080", "e08080", "f0808080", "f880808080", "fc8080808080"],
    ),
    (
        "6.20 surrogates",
        &[
            "eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf",
        ],
    ),
    (
        "6.21 surrogate pairs",
        &[
            "eda080edb080",
            "edadbfedbfbf",
            "edae80edb080",
            "edafbfedbfbf",
        ],
    ),
];

fn from_hex(hex: &str) -> Vec<u8> {
    let digit = |c: u8| (c as char).to_digit(16).unwrap() as u8;
    let pair = |pair: &[u8]| digit(pair[0]) << 4 | digit(pair[1]);
    hex.as_bytes().chunks(2).map(pair).collect()
}

/// Each string in one frame and in a fragment a byte, with its name.
fn utf8_cases(table: &[(&str, &[&str])]) -> Vec<(String, Vec<u8>, Vec<Vec<u8>>)> {
    let mut cases = vec![];
    for (group, strings) in table {
        for hex in *strings {
            let bytes = from_hex(hex);
            let whole = vec![frame(FIN | TEXT, &bytes)];
            cases.push((format!("{group} {hex}"), bytes.clone(), whole));
            let pieces = fragmented(TEXT, &bytes, 1);
            cases.push((format!("{group} {hex} in fragments"), bytes, pieces));
        }
    }
    cases
}

#[test]
fn group_6_valid_utf8() {
    let cases = utf8_cases(VALID_UTF8).into_iter();
    run(cases
        .map(|(name, bytes, frames)| {
            case(name, &frames, &[text(std::str::from_utf8(&bytes).unwrap())])
        })
        .collect());
}

#[test]
fn group_6_invalid_utf8() {
    let cases = utf8_cases(INVALID_UTF8).into_iter();
    run(cases
        .map(|(name, _, frames)| failing(name, &frames, &[], INVALID_DATA))
        .collect());
}
