//! Names, lengths and malformed arrays.

use std::borrow::Cow;

use salon_proto::packet::json::{ErrorKind, read_args, scan_args, scan_event};
use serde_json::Value;

fn kind(array: &str) -> ErrorKind {
    scan_event(array).unwrap_err().kind()
}

#[test]
fn a_name_without_escapes_is_borrowed() {
    let scanned = scan_event(r#"["größe",1]"#).unwrap();
    assert!(matches!(scanned.name, Cow::Borrowed("größe")));
    assert!(!scanned.name_is_number);
}

#[test]
fn every_escape_in_a_name_is_understood() {
    let scanned = scan_event(r#"["\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"]"#).unwrap();
    assert_eq!(scanned.name, "\"\\/\u{8}\u{c}\n\r\té😀");
}

#[test]
fn a_name_may_be_a_number() {
    for number in ["42", "0", "-1", "1.5", "1e3", "-0.5E-7"] {
        let array = format!("[{number},null]");
        let scanned = scan_event(&array).unwrap();
        assert_eq!(
            (&*scanned.name, scanned.name_is_number, scanned.len),
            (number, true, 1)
        );
    }
}

#[test]
fn a_name_may_be_empty() {
    assert_eq!(scan_event(r#"[""]"#).unwrap().name, "");
}

#[test]
fn the_number_of_arguments_does_not_count_the_name() {
    for (array, len) in [
        (r#"["x"]"#, 0),
        (r#"["x",[]]"#, 1),
        (r#"["x",[1,2],{"a":1,"b":[3]},null]"#, 3),
        (" [ \"x\" , 1 ,\t2\r\n] ", 2),
    ] {
        assert_eq!(scan_event(array).unwrap().len, len, "{array}");
        assert_eq!(scan_args(array).unwrap(), len + 1, "{array}");
    }
    assert_eq!(scan_args(" [ ] ").unwrap(), 0);
}

#[test]
fn an_event_needs_a_name() {
    for array in ["[]", "[null]", "[true]", "[[]]", "[{}]", r#"[["x"],"x"]"#] {
        assert_eq!(kind(array), ErrorKind::NoName, "{array}");
    }
}

#[test]
fn what_is_not_one_array_is_malformed() {
    for array in [
        "",
        " ",
        "x",
        "{}",
        "null",
        "\"x\"",
        "1",
        "[",
        "[\"x",
        "[\"x\"",
        "[\"x\",",
        "[\"x\",]",
        "[\"x\"]]",
        "[\"x\"] 1",
        "[\"x\"],",
        "[\"x\" 1]",
        "[\"x\",,1]",
        "[\"x\",1}",
        "\u{feff}[\"x\"]",
    ] {
        assert_eq!(kind(array), ErrorKind::Malformed, "{array}");
    }
}

#[test]
fn malformed_arguments_are_refused() {
    for argument in [
        "tru",
        "nul",
        "falsey",
        "NaN",
        "undefined",
        "'x'",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "--1",
        "{",
        "}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "{\"a\":1 2}",
        "[1,]",
        "[,1]",
        "[1 2]",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\n\"",
        "\"\u{1f}\"",
        "\"\\",
        "/* no */1",
        "\u{a0}1",
    ] {
        let array = format!("[\"x\",{argument}]");
        assert_eq!(kind(&array), ErrorKind::Malformed, "{array}");
        assert!(read_args::<Value>(&array, 1, &[]).is_err(), "{array}");
    }
}

#[test]
fn a_special_byte_is_found_at_every_place_of_a_long_string() {
    for length in 0..40 {
        for at in 0..=length {
            for (special, fine) in [("\\\"", true), ("\u{1}", false), ("\u{7f}é\u{80}", true)] {
                let text = format!("{}{special}{}", "a".repeat(at), "b".repeat(length - at));
                assert_eq!(
                    scan_args(&format!("[\"{text}\"]")).is_ok(),
                    fine,
                    "{text:?}"
                );
            }
        }
    }
}

#[test]
fn every_truncation_is_an_error() {
    for array in [
        r#"["message",{"id":12345,"text":"hé \"llo\" \u00e9","on":true,"off":false},null,[1.5e-3,[]]]"#,
        r#"["x",{"_placeholder":true,"num":0}]"#,
        "[42,\"x\"]",
    ] {
        assert!(scan_event(array).is_ok());
        for at in (0..array.len()).filter(|&at| array.is_char_boundary(at)) {
            let cut = &array[..at];
            assert!(scan_event(cut).is_err() && scan_args(cut).is_err(), "{cut}");
            assert!(read_args::<Value>(cut, 1, &[]).is_err(), "{cut}");
            assert!(read_args::<Value>(cut, 1, &["a".into()]).is_err(), "{cut}");
        }
    }
}

#[test]
fn nesting_is_limited_as_it_is_for_reading() {
    let nested =
        |depth: usize| format!("[\"x\",{}{}]", "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert!(scan_event(&nested(127)).is_ok());
    assert_eq!(kind(&nested(128)), ErrorKind::Malformed);
    for attachments in [&[][..], &["a".into()]] {
        assert!(read_args::<Value>(&nested(127), 1, attachments).is_ok());
        assert!(read_args::<Value>(&nested(128), 1, attachments).is_err());
    }
}

#[test]
fn bottomless_nesting_is_an_error() {
    for open in ["[", "{\"a\":", "[{\"a\":"] {
        let array = format!("[\"x\",{}", open.repeat(100_000));
        assert_eq!(kind(&array), ErrorKind::Malformed);
        assert!(scan_args(&array).is_err());
        for attachments in [&[][..], &["a".into()]] {
            assert!(read_args::<Value>(&array, 1, attachments).is_err());
            assert!(read_args::<()>(&array, 1, attachments).is_err());
        }
    }
}

#[test]
fn a_lone_surrogate_is_well_formed_but_not_in_a_name() {
    assert_eq!(scan_event(r#"["x","\ud800"]"#).unwrap().len, 1);
    assert_eq!(kind(r#"["\ud800"]"#), ErrorKind::Malformed);
    assert!(read_args::<String>(r#"["\ud800"]"#, 0, &[]).is_err());
}

#[test]
fn a_malformed_array_is_explained() {
    let error = scan_event(r#"["x" 1]"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "malformed JSON: expected `,` or `]` at line 1 column 6"
    );
    let error = scan_event("[null]").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the event has no name: its array must begin with a string or a number"
    );
}
