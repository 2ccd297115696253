//! How placeholders and attachments become binary data.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use bytes::{Bytes, BytesMut};
use salon_proto::packet::json::{ErrorKind, read_args};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_bytes::{ByteArray, ByteBuf};
use serde_json::value::RawValue;
use serde_json::{Value, json};

const ONE: &str = r#"{"_placeholder":true,"num":0}"#;
const TWO: &str = r#"{"_placeholder":true,"num":1}"#;

/// The third is there so that the others may be repeated.
fn attachments() -> [Bytes; 3] {
    [
        Bytes::from_static(b"\xffone"),
        Bytes::from_static(b"two"),
        Bytes::from_static(&[0; 100]),
    ]
}

/// Reads `array`, in which `@1` and `@2` stand for placeholders.
fn read<T: DeserializeOwned>(array: &str) -> T {
    read_args(
        &array.replace("@1", ONE).replace("@2", TWO),
        0,
        &attachments(),
    )
    .unwrap()
}

fn kind<T: DeserializeOwned + Debug>(array: &str) -> ErrorKind {
    read_args::<T>(array, 0, &attachments()).unwrap_err().kind()
}

#[derive(Debug, Deserialize)]
struct File {
    name: String,
    data: Bytes,
}

#[derive(Debug, Deserialize)]
struct Newtype(Bytes);

#[derive(Debug, Deserialize)]
enum Part {
    Empty,
    Whole(Bytes),
    Halves(Bytes, Bytes),
    Named { data: Option<Bytes> },
}

#[test]
fn every_binary_type_reads_an_attachment() {
    assert_eq!(read::<Bytes>("[@1]"), attachments()[0]);
    assert_eq!(read::<BytesMut>("[@2]"), attachments()[1]);
    assert_eq!(read::<ByteBuf>("[@2]"), b"two");
    assert_eq!(*read::<ByteArray<3>>("[@2]"), *b"two");
    assert_eq!(read::<(Bytes, Bytes)>("[@2,@1]").0, "two");
}

#[test]
fn binary_is_read_at_any_depth() {
    let (file, list): (File, Vec<Option<Bytes>>) = read(r#"[{"name":"a","data":@1},[null,@2]]"#);
    assert_eq!((&*file.name, &*file.data), ("a", &b"\xffone"[..]));
    assert_eq!(list, [None, Some("two".into())]);
    assert_eq!(
        read::<HashMap<String, Vec<Newtype>>>(r#"[{"a":[@2]}]"#)["a"][0].0,
        "two"
    );
    assert_eq!(read::<Newtype>("[@2]").0, "two");
    assert_eq!(read::<Option<Newtype>>("[@2]").unwrap().0, "two");
    assert_eq!(read::<Option<Bytes>>("[]"), None);
}

#[test]
fn binary_is_read_in_enums() {
    let [a, b, c, d]: [Part; 4] =
        read(r#"["Empty",{"Whole":@2},{"Halves":[@2,@2]},{"Named":{"data":@2}}]"#);
    assert!(matches!(a, Part::Empty));
    assert!(matches!(b, Part::Whole(data) if data == "two"));
    assert!(matches!(c, Part::Halves(x, y) if x == y && x == "two"));
    assert!(matches!(d, Part::Named { data: Some(data) } if data == "two"));
}

#[test]
fn an_attachment_may_be_used_twice_or_not_at_all() {
    assert_eq!(
        read::<(Bytes, Bytes)>("[@2,@2]"),
        ("two".into(), "two".into())
    );
    assert_eq!(read::<u8>("[1]"), 1);
    assert_eq!(read::<()>("[@1]"), ());
}

#[test]
fn a_large_attachment_cannot_be_multiplied() {
    let large = [Bytes::from_static(&[0; 1000]), Bytes::from_static(b"a")];
    let array = format!("[[{ONE},{TWO},{ONE}]]");
    let error = read_args::<Vec<Bytes>>(&array, 0, &large).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IllegalAttachments);
    let error = read_args::<Vec<Untagged>>(&array, 0, &large).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IllegalAttachments);
    assert_eq!(read_args::<Vec<Value>>(&array, 0, &large).unwrap().len(), 3);
    let repeated = format!("[[{TWO},{TWO},{TWO}]]");
    assert_eq!(
        read_args::<Vec<Bytes>>(&repeated, 0, &large).unwrap(),
        ["a", "a", "a"]
    );
}

#[test]
fn a_placeholder_may_be_written_in_any_way_that_javascript_understands() {
    for placeholder in [
        r#"{"num":1,"_placeholder":true}"#,
        r#" { "_placeholder" : true , "num" : 1 } "#,
        r#"{"_placeholder":true,"extra":[{}],"num":1}"#,
        r#"{"\u005fplaceholder":true,"n\u0075m":1}"#,
        r#"{"_placeholder":false,"num":9,"_placeholder":true,"num":1}"#,
    ] {
        assert_eq!(
            read::<Bytes>(&format!("[{placeholder}]")),
            "two",
            "{placeholder}"
        );
    }
}

#[test]
fn a_placeholder_must_name_an_attachment() {
    for number in [
        "3",
        "-1",
        "0.5",
        "1e0",
        "\"0\"",
        "null",
        "[0]",
        "18446744073709551616",
        "1e99",
    ] {
        let array = format!(r#"[{{"_placeholder":true,"num":{number}}}]"#);
        assert_eq!(
            kind::<Bytes>(&array),
            ErrorKind::IllegalAttachments,
            "{array}"
        );
        assert_eq!(
            kind::<Option<Newtype>>(&array),
            ErrorKind::IllegalAttachments,
            "{array}"
        );
    }
    assert_eq!(
        kind::<Bytes>(r#"[{"_placeholder":true}]"#),
        ErrorKind::IllegalAttachments
    );
    let error = read_args::<Bytes>(r#"[{"_placeholder":true,"num":3}]"#, 0, &attachments());
    assert_eq!(
        error.unwrap_err().to_string(),
        "illegal attachments: a placeholder does not name one of the 3 that came, or they are repeated"
    );
}

#[test]
fn an_ordinary_object_is_not_binary() {
    for object in [
        "{}",
        r#"{"num":0}"#,
        r#"{"_placeholder":false,"num":0}"#,
        "1",
        "null",
        "true",
    ] {
        assert_eq!(
            kind::<Bytes>(&format!("[{object}]")),
            ErrorKind::WrongType,
            "{object}"
        );
    }
    let error = read_args::<(u8, Bytes)>("[1,{}]", 0, &attachments()).unwrap_err();
    assert_eq!(error.argument(), Some(2));
    assert!(
        error
            .to_string()
            .contains("invalid type: map, expected byte array")
    );
}

#[test]
fn without_attachments_a_placeholder_is_an_ordinary_object() {
    let array = format!("[{ONE}]");
    let error = read_args::<Bytes>(&array, 0, &[]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongType);
    assert_eq!(read_args::<Value>(&array, 0, &[]).unwrap()["num"], 0);
}

#[test]
fn text_and_number_arrays_are_read_as_bytes_with_or_without_attachments() {
    for attachments in [&[][..], &attachments()] {
        assert_eq!(
            read_args::<Bytes>(r#"["a\n"]"#, 0, attachments).unwrap(),
            "a\n"
        );
        assert_eq!(
            read_args::<Bytes>(r#"["ab"]"#, 0, attachments).unwrap(),
            "ab"
        );
        assert_eq!(
            read_args::<Bytes>("[[97,98]]", 0, attachments).unwrap(),
            "ab"
        );
    }
}

#[test]
fn a_vector_of_bytes_does_not_read_an_attachment() {
    assert_eq!(kind::<Vec<u8>>(&format!("[{ONE}]")), ErrorKind::WrongType);
}

#[test]
fn a_placeholder_is_an_ordinary_object_where_no_bytes_are_asked_for() {
    #[derive(Deserialize)]
    struct Placeholder {
        num: u8,
    }
    let array = r#"[@1,[@2],@2,@2]"#;
    let (value, list, object, raw): (Value, Vec<Value>, Placeholder, Box<RawValue>) = read(array);
    assert_eq!(value, json!({"_placeholder": true, "num": 0}));
    assert_eq!(list[0]["num"], 1);
    assert_eq!(object.num, 1);
    assert_eq!(raw.get(), TWO);
    assert_eq!(read::<HashMap<String, Value>>("[@2]")["num"], 1);
    // Values do not look whether the placeholder is a legal one.
    assert_eq!(
        read::<Value>(r#"[{"_placeholder":true,"num":9}]"#)["num"],
        9
    );
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "type")]
enum Internal {
    Image { data: Bytes, size: (u8, u8) },
    Any { data: Value },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Untagged {
    Number(u8),
    Binary(Bytes),
    Many(Vec<Bytes>),
}

#[derive(Debug, Deserialize, PartialEq)]
struct Flat {
    own: Bytes,
    #[serde(flatten)]
    inner: Inner,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Inner {
    data: Option<Bytes>,
}

#[test]
fn binary_is_read_where_serde_buffers() {
    assert_eq!(
        read::<Internal>(r#"[{"data":@2,"size":[1,2],"type":"Image"}]"#),
        Internal::Image {
            data: "two".into(),
            size: (1, 2)
        }
    );
    assert_eq!(
        read::<(Untagged, Untagged)>("[1,@2]").1,
        Untagged::Binary("two".into())
    );
    assert_eq!(
        read::<Untagged>("[[@2]]"),
        Untagged::Many(vec!["two".into()])
    );
    let flat = Flat {
        own: "two".into(),
        inner: Inner {
            data: Some("two".into()),
        },
    };
    assert_eq!(read::<Flat>(r#"[{"data":@2,"own":@2}]"#), flat);
    let swapped = r#"[{"data":{"num":1,"_placeholder":true},"own":@2}]"#;
    assert_eq!(read::<Flat>(swapped), flat);
}

#[test]
fn a_value_is_read_where_serde_buffers() {
    let object = json!({"_placeholder": true, "num": 1});
    assert_eq!(
        read::<Internal>(r#"[{"data":@2,"type":"Any"}]"#),
        Internal::Any {
            data: object.clone()
        }
    );
    // Outside of what is buffered, binary is read in the same go.
    #[derive(Deserialize)]
    struct Rest {
        own: Bytes,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    }
    let rest: Rest = read(r#"[{"own":@2,"other":@2}]"#);
    assert_eq!((&*rest.own, &rest.rest["other"]), (&b"two"[..], &object));
}

#[test]
fn objects_that_begin_like_placeholders_survive_buffering() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(untagged)]
    enum Binary {
        Bytes { data: Bytes, other: Value },
    }
    for other in [
        json!({"num": 1}),
        json!({"num": [1, {"num": 2}], "x": 3}),
        json!({"_placeholder": true}),
        json!({"_placeholder": false, "num": 0}),
        json!({"_placeholder": true, "num": "0"}),
        json!({"_placeholder": true, "num": 0, "x": {"y": [null]}}),
        json!({"a": 1, "num": 0, "_placeholder": true}),
    ] {
        let Binary::Bytes { data, other: read } =
            read(&format!(r#"[{{"data":@2,"other":{other}}}]"#));
        assert_eq!((data, read), ("two".into(), other));
    }
}

#[test]
fn binary_and_placeholder_objects_cannot_be_mixed_where_serde_buffers() {
    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    #[allow(dead_code, reason = "it is never read")]
    enum Mixed {
        Both(Bytes, Value),
    }
    assert_eq!(
        kind::<Mixed>(&format!("[[{ONE},{ONE}]]")),
        ErrorKind::WrongType
    );
}

#[test]
fn the_deepest_nesting_can_be_buffered() {
    #[derive(Deserialize)]
    struct Deep {
        #[serde(flatten)]
        rest: HashMap<String, Value>,
    }
    let nested = format!(
        r#"[{{"a":{}{ONE}{}}}]"#,
        r#"{"a":"#.repeat(120),
        "}".repeat(120)
    );
    assert!(read::<Deep>(&nested).rest["a"].is_object());
    let bottomless = format!("[{}", r#"{"num":"#.repeat(100_000));
    assert_eq!(kind::<Untagged>(&bottomless), ErrorKind::Malformed);
}

#[test]
fn an_illegal_placeholder_is_reported_where_serde_buffers() {
    let array = r#"[{"_placeholder":true,"num":3}]"#;
    assert_eq!(kind::<Untagged>(array), ErrorKind::IllegalAttachments);
}

#[test]
fn bytes_that_are_text_are_read_as_text_by_an_untagged_enum_that_asks_for_it_first() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(untagged)]
    enum TextFirst {
        Text(String),
        Binary(Bytes),
    }
    assert_eq!(read::<TextFirst>("[@2]"), TextFirst::Text("two".into()));
    assert_eq!(
        read::<TextFirst>("[@1]"),
        TextFirst::Binary(attachments()[0].clone())
    );
}
