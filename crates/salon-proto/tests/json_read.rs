//! How text becomes Rust values.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use salon_proto::packet::json::{ErrorKind, read_args, read_value};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// Reads with and without attachments, which take different ways and must agree.
fn args<T: DeserializeOwned + PartialEq + std::fmt::Debug>(array: &str) -> T {
    let plain: T = read_args(array, 0, &[]).unwrap();
    let wrapped: T = read_args(array, 0, &[Bytes::new()]).unwrap();
    assert_eq!(plain, wrapped);
    plain
}

fn failure<T: DeserializeOwned + std::fmt::Debug>(array: &str) -> (ErrorKind, String) {
    let plain = read_args::<T>(array, 0, &[]).unwrap_err();
    let wrapped = read_args::<T>(array, 0, &[Bytes::new()]).unwrap_err();
    assert_eq!(plain.to_string(), wrapped.to_string());
    assert_eq!(plain.argument(), wrapped.argument());
    (plain.kind(), plain.to_string())
}

#[derive(Debug, Deserialize, PartialEq)]
struct Unit;

#[derive(Debug, Deserialize, PartialEq)]
struct Point(i32, i32);

#[derive(Debug, Deserialize, PartialEq)]
struct Pair((i32, i32));

#[derive(Debug, Deserialize, PartialEq)]
struct Maybe(Option<u8>);

#[derive(Debug, Deserialize, PartialEq)]
struct Message {
    text: String,
    #[serde(default)]
    tags: Vec<u8>,
}

#[derive(Debug, Deserialize, PartialEq)]
enum Shape {
    Dot,
    Circle(f64),
    Line(i32, i32),
    Rectangle { width: u8 },
}

#[test]
fn unit_reads_no_argument() {
    for array in ["[]", "[null]", "[1,2]"] {
        args::<()>(array);
        args::<IgnoredAny>(array);
    }
    for array in ["[]", "[null]", "[null,1]"] {
        assert_eq!(args::<Unit>(array), Unit);
    }
    assert_eq!(failure::<Unit>("[1]").0, ErrorKind::WrongType);
}

#[test]
fn a_tuple_reads_as_many_arguments() {
    assert_eq!(args::<(u8,)>("[1]"), (1,));
    assert_eq!(
        args::<(u8, String, Vec<f64>)>(r#"[1,"two",[3.5]]"#),
        (1, "two".into(), vec![3.5])
    );
    assert_eq!(
        args::<((u8, u8), (), ((),))>("[[1,2],null,[null]]"),
        ((1, 2), (), ((),))
    );
    assert_eq!(args::<Box<(u8, u8)>>("[1,2]"), Box::new((1, 2)));
    assert_eq!(args::<[u8; 3]>("[1,2,3]"), [1, 2, 3]);
    assert_eq!(args::<([u8; 2],)>("[[1,2]]"), ([1, 2],));
}

#[test]
fn anything_else_reads_one_argument() {
    assert_eq!(args::<Vec<u8>>("[[1,2]]"), [1, 2]);
    assert_eq!(args::<String>(r#"["text"]"#), "text");
    assert_eq!(args::<char>(r#"["é"]"#), 'é');
    assert!(args::<bool>("[true]"));
    assert_eq!(args::<Cow<'static, str>>(r#"["a\n"]"#), "a\n");
    assert_eq!(args::<Point>("[[1,2]]"), Point(1, 2));
    assert_eq!(args::<Pair>("[[1,2]]"), Pair((1, 2)));
    let message = Message {
        text: "a".into(),
        tags: vec![1],
    };
    assert_eq!(
        args::<Message>(r#"[{"text":"a","tags":[1],"more":{"x":[]}}]"#),
        message
    );
    assert_eq!(
        args::<BTreeMap<u8, char>>(r#"[{"1":"a"}]"#),
        BTreeMap::from([(1, 'a')])
    );
    assert_eq!(
        args::<BTreeMap<i128, bool>>(r#"[{"-1":true}]"#),
        BTreeMap::from([(-1, true)])
    );
    assert_eq!(
        args::<Value>(r#"[[1,{"a":null}]]"#),
        json!([1, {"a": null}])
    );
    assert_eq!(
        args::<Result<u8, String>>(r#"[{"Err":"no"}]"#),
        Err("no".into())
    );
}

#[test]
fn enums_read_one_argument() {
    assert_eq!(args::<Shape>(r#"["Dot"]"#), Shape::Dot);
    assert_eq!(args::<Shape>(r#"[{"Dot":null}]"#), Shape::Dot);
    assert_eq!(args::<Shape>(r#"[{"Circle":0.5}]"#), Shape::Circle(0.5));
    assert_eq!(args::<Shape>(r#"[{"Line":[1,2]}]"#), Shape::Line(1, 2));
    assert_eq!(
        args::<Shape>(r#"[{"Rectangle":{"width":1}}]"#),
        Shape::Rectangle { width: 1 }
    );
}

#[test]
fn an_option_may_be_null_or_missing() {
    assert_eq!(args::<Option<u8>>("[]"), None);
    assert_eq!(args::<Option<u8>>("[null]"), None);
    assert_eq!(args::<Option<u8>>("[1]"), Some(1));
    assert_eq!(args::<Option<(u8, u8)>>("[[1,2]]"), Some((1, 2)));
    assert_eq!(args::<Maybe>("[]"), Maybe(None));
    assert_eq!(args::<(u8, Option<u8>, ())>("[1]"), (1, None, ()));
    assert_eq!(args::<(Option<u8>, u8)>("[null,2]"), (None, 2));
}

#[test]
fn too_many_arguments_are_ignored() {
    assert_eq!(args::<(u8,)>(r#"[1,"two",{"three":[3]}]"#), (1,));
    assert_eq!(args::<u8>("[1,2]"), 1);
    assert_eq!(args::<Option<u8>>("[null,2]"), None);
}

#[test]
fn ignored_arguments_must_still_be_json() {
    assert_eq!(failure::<u8>("[1,x]").0, ErrorKind::Malformed);
    assert_eq!(failure::<u8>("[1] 2").0, ErrorKind::Malformed);
    assert_eq!(failure::<()>("[x]").0, ErrorKind::Malformed);
}

#[test]
fn missing_arguments_are_counted() {
    let text = |array| failure::<(u8, Option<u8>, u8)>(array).1;
    assert!(text("[1]").starts_with("expected 3 arguments, but 1 came: "));
    assert!(text("[1,2]").starts_with("expected 3 arguments, but 2 came: "));
    let (kind, text) = failure::<String>("[]");
    assert_eq!(kind, ErrorKind::MissingArgument);
    assert!(text.starts_with("expected 1 argument, but 0 came: "));
    assert_eq!(failure::<Value>("[]").0, ErrorKind::MissingArgument);
    assert_eq!(failure::<Vec<u8>>("[]").0, ErrorKind::MissingArgument);
    assert_eq!(failure::<Shape>("[]").0, ErrorKind::MissingArgument);
    let error = read_args::<(u8, u8)>("[1]", 0, &[]).unwrap_err();
    assert_eq!(error.argument(), Some(2));
}

#[test]
fn the_name_of_an_event_is_not_an_argument() {
    let event = r#"["na\"me",1,"two"]"#;
    assert_eq!(
        read_args::<(u8, String)>(event, 1, &[]).unwrap(),
        (1, "two".into())
    );
    assert_eq!(
        read_args::<Option<u8>>(r#"["name"]"#, 1, &[]).unwrap(),
        None
    );
    let error = read_args::<(u8, u8)>(event, 1, &[]).unwrap_err();
    assert_eq!(error.argument(), Some(2));
    assert_eq!(
        error.to_string(),
        "argument 2 does not fit its type: invalid type: string \"two\", expected u8 \
         at line 1 column 17"
    );
}

#[test]
fn a_wrong_type_names_the_argument() {
    let text = failure::<(u8, Message)>(r#"[1,{"text":5}]"#).1;
    assert!(text.starts_with("argument 2 does not fit its type: invalid type: integer `5`"));
    assert!(
        failure::<u8>("[256]")
            .1
            .starts_with("argument 1 does not fit its type: ")
    );
    assert!(
        failure::<Message>("[{}]")
            .1
            .contains("missing field `text`")
    );
    assert!(
        failure::<Shape>(r#"["Blob"]"#)
            .1
            .contains("unknown variant `Blob`")
    );
    assert!(failure::<u8>("[null]").1.contains("invalid type: null"));
}

#[test]
fn what_is_not_an_array_is_refused() {
    for array in ["", "{}", "null", "\"x\"", "[", "[1", "[1,", "1"] {
        assert!(read_args::<u8>(array, 0, &[]).is_err(), "{array}");
    }
}

#[test]
fn numbers_are_read_as_serde_json_reads_them() {
    assert_eq!(args::<u64>("[18446744073709551615]"), u64::MAX);
    assert_eq!(args::<i128>(&format!("[{}]", i128::MIN)), i128::MIN);
    assert_eq!(args::<u128>(&format!("[{}]", u128::MAX)), u128::MAX);
    assert_eq!(args::<(f64, f32)>("[1e21,1]"), (1e21, 1.0));
    assert_eq!(args::<Option<f64>>("[null]"), None);
    assert_eq!(
        args::<Value>("[9007199254740993]"),
        json!(9_007_199_254_740_993_u64)
    );
    assert!(read_args::<f64>("[1e999]", 0, &[]).is_err());
    let long = format!("[{}]", "9".repeat(10_000));
    assert!(read_args::<u128>(&long, 0, &[]).is_err());
    assert!(read_args::<f64>(&long, 0, &[]).is_err());
}

#[test]
fn the_last_of_duplicate_keys_wins_in_a_value() {
    assert_eq!(args::<Value>(r#"[{"a":1,"a":2}]"#), json!({"a": 2}));
    assert!(
        failure::<Message>(r#"[{"text":"","text":""}]"#)
            .1
            .contains("duplicate field")
    );
}

#[test]
fn raw_json_is_kept_as_it_came() {
    for attachments in [&[][..], &[Bytes::new()]] {
        let raw: Box<RawValue> = read_args("[ {\"a\" : 1} ,2]", 0, attachments).unwrap();
        assert_eq!(raw.get(), "{\"a\" : 1}");
        let pair: (Box<RawValue>, Vec<Box<RawValue>>) =
            read_args("[1.0,[ true, {} ]]", 0, attachments).unwrap();
        assert_eq!((pair.0.get(), pair.1[1].get()), ("1.0", "{}"));
    }
}

#[test]
fn flattened_and_untagged_data_is_read() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Outer {
        id: u8,
        #[serde(flatten)]
        message: Message,
        #[serde(flatten)]
        rest: HashMap<String, Value>,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(untagged)]
    enum Either {
        Number(i64),
        Message(Message),
    }
    let outer = args::<Outer>(r#"[{"id":1,"text":"a","num":{"n":[1]}}]"#);
    assert_eq!((outer.id, &*outer.message.text), (1, "a"));
    assert_eq!(outer.rest["num"], json!({"n": [1]}));
    assert_eq!(
        args::<(Either, Either)>(r#"[-1,{"text":"a"}]"#).0,
        Either::Number(-1)
    );
}

#[test]
fn a_plain_value_is_read() {
    assert_eq!(
        read_value::<(u8, String)>(r#" [1,"a"] "#).unwrap(),
        (1, "a".into())
    );
    assert_eq!(read_value::<Option<u8>>("null").unwrap(), None);
    assert_eq!(
        read_value::<u8>("x").unwrap_err().kind(),
        ErrorKind::Malformed
    );
    assert_eq!(
        read_value::<u8>("1 2").unwrap_err().kind(),
        ErrorKind::Malformed
    );
    let error = read_value::<u8>("\"x\"").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongType);
    assert!(
        error
            .to_string()
            .starts_with("the data does not fit its type: invalid type: string")
    );
}
