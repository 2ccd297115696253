use bytes::Bytes;
use time::macros::datetime;

use super::*;
use crate::line::How;

fn style(colours: bool) -> Style {
    Style {
        json: false,
        colours,
        namespace: "/chat".to_owned(),
        offset: UtcOffset::UTC,
    }
}

fn text(report: &Report) -> String {
    text::line(report, &style(false), datetime!(2026-11-23 04:05:06 UTC))
}

fn json(report: &Report) -> String {
    let line = object::line(report, "/chat", datetime!(2026-11-23 04:05:06.007 UTC));
    assert!(
        serde_json::from_str::<serde_json::Value>(&line).is_ok(),
        "{line}"
    );
    line.replace(
        r#""time":"2026-11-23T04:05:06.007Z","namespace":"/chat""#,
        "…",
    )
}

fn args() -> Vec<Value> {
    let bytes = Value::Binary(Bytes::from_static(b"\x01\x02"));
    vec![Value::String("you".to_owned()), Value::Array(vec![bytes])]
}

fn event(name: &str, args: Vec<Value>, question: Option<u64>) -> Report {
    Report::Event {
        name: name.to_owned(),
        args,
        question,
    }
}

fn sent(how: How) -> Report {
    Report::Sent(Emit {
        event: "add".to_owned(),
        args: vec![Value::Unsigned(1)],
        how,
    })
}

/// A report, its line for people, and its object for programs.
type Case = (Report, &'static str, &'static str);

fn check<const COUNT: usize>(cases: [Case; COUNT]) {
    for (report, line, object) in cases {
        assert_eq!(text(&report), format!("04:05:06 /chat {line}"));
        assert_eq!(json(&report), object);
    }
}

#[test]
fn the_connection_is_told_of_to_people_and_programs() {
    check([
        (
            Report::Connected {
                id: "abc".to_owned(),
                recovered: false,
            },
            "connected as abc",
            r#"{"type":"connected",…,"id":"abc","recovered":false}"#,
        ),
        (
            Report::Connected {
                id: "abc".to_owned(),
                recovered: true,
            },
            "recovered as abc",
            r#"{"type":"connected",…,"id":"abc","recovered":true}"#,
        ),
        (
            Report::Disconnected {
                reason: "transport close".to_owned(),
                returns: true,
            },
            "disconnected: transport close; trying again",
            r#"{"type":"disconnected",…,"reason":"transport close","returns":true}"#,
        ),
        (
            Report::NotConnected {
                message: "not authorised".to_owned(),
                data: Some(Value::Bool(true)),
                returns: false,
            },
            "not connected: not authorised true",
            r#"{"type":"not_connected",…,"message":"not authorised","data":true,"returns":false}"#,
        ),
        (
            Report::Attempt { number: 2 },
            "trying to connect, attempt 2",
            r#"{"type":"attempt",…,"number":2}"#,
        ),
    ]);
}

#[test]
fn events_are_told_of_to_people_and_programs() {
    check([
        (
            event("hello", args(), None),
            r#"← hello "you" [<2 bytes: 01 02>]"#,
            r#"{"type":"event",…,"event":"hello","args":["you",[{"$binary":"AQI="}]]}"#,
        ),
        (
            event("how old?", vec![], Some(3)),
            r#"← "how old?" question #3: /answer #3 ARG…"#,
            r#"{"type":"event",…,"event":"how old?","args":[],"question":3}"#,
        ),
        (
            sent(How::WithAck),
            "→ add 1 (asks for an answer)",
            r#"{"type":"sent",…,"event":"add","args":[1],"ack":true,"volatile":false}"#,
        ),
        (
            sent(How::Volatile),
            "→ add 1 (volatile)",
            r#"{"type":"sent",…,"event":"add","args":[1],"ack":false,"volatile":true}"#,
        ),
        (
            Report::Answer {
                event: "add".to_owned(),
                args: vec![Value::Unsigned(3)],
                took: Duration::from_millis(12),
            },
            "← answer to add: 3 in 12 ms",
            r#"{"type":"answer",…,"event":"add","args":[3],"ms":12}"#,
        ),
        (
            Report::Answered {
                question: 3,
                args: vec![Value::Null],
            },
            "→ answer to question #3 null",
            r#"{"type":"answered",…,"question":3,"args":[null]}"#,
        ),
        (
            Report::Failed {
                event: "add".to_owned(),
                reason: "no answer".to_owned(),
            },
            "add failed: no answer",
            r#"{"type":"failed",…,"event":"add","reason":"no answer"}"#,
        ),
        (
            Report::Mistake("Why?".to_owned()),
            "Why?",
            r#"{"type":"mistake",…,"message":"Why?"}"#,
        ),
    ]);
}

#[test]
fn what_a_server_sends_cannot_control_the_terminal() {
    let harmful = "\u{1b}[2J\u{9b}31m\r\n\u{202e}".to_owned();
    let value = || Value::String(harmful.clone());
    let reports = [
        event(&harmful, vec![value()], Some(1)),
        Report::Connected {
            id: harmful.clone(),
            recovered: false,
        },
        Report::Disconnected {
            reason: harmful.clone(),
            returns: false,
        },
        Report::NotConnected {
            message: harmful.clone(),
            data: Some(Value::Object(vec![(harmful.clone(), value())])),
            returns: false,
        },
        Report::Failed {
            event: harmful.clone(),
            reason: harmful.clone(),
        },
    ];
    for report in reports {
        for line in [text(&report), json(&report)] {
            assert!(line.contains("\\u001b"), "{line}");
            assert!(
                !line.contains(['\u{1b}', '\u{9b}', '\r', '\n', '\u{202e}']),
                "{line}"
            );
        }
    }
}

#[test]
fn names_are_quoted_where_they_could_not_be_typed_otherwise() {
    for (name, shown) in [
        ("news", "news"),
        ("Grüße", "Grüße"),
        ("", r#""""#),
        ("two words", r#""two words""#),
        ("/x", r#""/x""#),
        ("#x", r##""#x""##),
        ("a\"b", r#""a\"b""#),
    ] {
        let line = text(&event(name, vec![], None));
        assert_eq!(line, format!("04:05:06 /chat ← {shown}"));
    }
}

#[test]
fn a_very_long_argument_is_cut_for_people_only() {
    let report = event("x", vec![Value::String("ä".repeat(5_000))], None);
    let line = text(&report);
    assert!(line.ends_with("ä… (5003 characters: --json shows them all)"));
    assert_eq!(json(&report).matches('ä').count(), 5_000);
}

#[test]
fn colours_are_written_only_when_wanted() {
    let now = datetime!(2026-11-23 04:05:06 UTC);
    let report = event("hello", vec![], None);
    let coloured = text::line(&report, &style(true), now);
    assert_eq!(
        coloured,
        "\u{1b}[2m04:05:06 /chat\u{1b}[0m \u{1b}[32m←\u{1b}[0m \u{1b}[1mhello\u{1b}[0m"
    );
    assert!(!text(&report).contains('\u{1b}'));
}
