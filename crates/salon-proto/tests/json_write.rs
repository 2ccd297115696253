//! How Rust values become text and attachments.

use std::collections::BTreeMap;

use bytes::Bytes;
use salon_proto::packet::json::{ErrorKind, write_args, write_event, write_value};
use serde::Serialize;
use serde_json::value::RawValue;

fn args<T: Serialize + ?Sized>(args: &T) -> String {
    let (mut text, mut attachments) = (Vec::new(), Vec::new());
    write_args(&mut text, args, &mut attachments).unwrap();
    assert!(attachments.is_empty());
    String::from_utf8(text).unwrap()
}

fn event<T: Serialize + ?Sized>(name: &str, args: &T) -> (String, Vec<Bytes>) {
    let (mut text, mut attachments) = (Vec::new(), Vec::new());
    write_event(&mut text, name, args, &mut attachments).unwrap();
    (String::from_utf8(text).unwrap(), attachments)
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Point(i32, i32);

#[derive(Serialize)]
struct Pair((i32, i32));

#[derive(Serialize)]
struct Message<'a> {
    text: &'a str,
    tags: (u8, u8),
}

#[derive(Serialize)]
enum Shape {
    Dot,
    Circle(f64),
    Line(i32, i32),
    Rectangle { width: u8 },
}

#[test]
fn unit_is_no_argument() {
    assert_eq!(args(&()), "[]");
    assert_eq!(args(&Unit), "[]");
    assert_eq!(args::<[u8; 0]>(&[]), "[]");
    assert_eq!(event("x", &()).0, r#"["x"]"#);
    assert_eq!(event("x", &Unit).0, r#"["x"]"#);
    assert_eq!(event::<[u8; 0]>("x", &[]).0, r#"["x"]"#);
}

#[test]
fn a_tuple_is_as_many_arguments() {
    assert_eq!(args(&(1,)), "[1]");
    assert_eq!(args(&(1, "two", [3.5])), r#"[1,"two",[3.5]]"#);
    assert_eq!(event("x", &(1,)).0, r#"["x",1]"#);
    assert_eq!(
        event("x", &((1, 2), (), ((),))).0,
        r#"["x",[1,2],null,[null]]"#
    );
    assert_eq!(event("x", &&Box::new((1, 2))).0, r#"["x",1,2]"#);
}

#[test]
fn a_fixed_array_is_as_many_arguments() {
    assert_eq!(args(&[1, 2, 3]), "[1,2,3]");
    assert_eq!(args(&([1, 2],)), "[[1,2]]");
}

#[test]
fn anything_else_is_one_argument() {
    assert_eq!(args(&vec![1, 2]), "[[1,2]]");
    assert_eq!(args(&[1, 2][..]), "[[1,2]]");
    assert_eq!(args("text"), r#"["text"]"#);
    assert_eq!(args(&None::<u8>), "[null]");
    assert_eq!(args(&Some((1, 2))), "[[1,2]]");
    assert_eq!(args(&Point(1, 2)), "[[1,2]]");
    assert_eq!(args(&Pair((1, 2))), "[[1,2]]");
    assert_eq!(
        args(&Message {
            text: "a",
            tags: (1, 2)
        }),
        r#"[{"text":"a","tags":[1,2]}]"#
    );
    assert_eq!(
        args(&BTreeMap::from([(1, 'a'), (2, 'b')])),
        r#"[{"1":"a","2":"b"}]"#
    );
    assert_eq!(
        args(&serde_json::json!([1, {"a": null}])),
        r#"[[1,{"a":null}]]"#
    );
    assert_eq!(args(&format_args!("{}-{}", 1, 2)), r#"["1-2"]"#);
    assert_eq!(args(&Err::<u8, _>("no")), r#"[{"Err":"no"}]"#);
}

#[test]
fn enums_are_one_argument() {
    assert_eq!(args(&Shape::Dot), r#"["Dot"]"#);
    assert_eq!(args(&Shape::Circle(0.5)), r#"[{"Circle":0.5}]"#);
    assert_eq!(args(&Shape::Line(1, 2)), r#"[{"Line":[1,2]}]"#);
    assert_eq!(
        args(&Shape::Rectangle { width: 1 }),
        r#"[{"Rectangle":{"width":1}}]"#
    );
}

#[test]
fn numbers_are_written_in_full() {
    assert_eq!(
        args(&(u64::MAX, i64::MIN)),
        "[18446744073709551615,-9223372036854775808]"
    );
    assert_eq!(args(&i128::MIN), format!("[{}]", i128::MIN));
    assert_eq!(args(&u128::MAX), format!("[{}]", u128::MAX));
    assert_eq!(args(&(1.5f32, 0.1f64)), "[1.5,0.1]");
}

#[test]
fn numbers_that_are_not_finite_are_null() {
    assert_eq!(
        args(&(f64::NAN, f64::INFINITY, f32::NEG_INFINITY)),
        "[null,null,null]"
    );
    assert_eq!(args(&f64::NAN), "[null]");
}

#[test]
fn raw_json_is_written_as_it_is() {
    let raw = RawValue::from_string("{\"a\" : 1}".into()).unwrap();
    assert_eq!(args(&raw), "[{\"a\" : 1}]");
    assert_eq!(args(&(&raw, 2)), "[{\"a\" : 1},2]");
}

#[test]
fn a_name_is_escaped() {
    assert_eq!(event("a\"b\\\n", &1).0, r#"["a\"b\\\n",1]"#);
}

#[test]
fn text_is_appended() {
    let (mut text, mut attachments) = (b"2/chat,7".to_vec(), Vec::new());
    write_event(&mut text, "x", &(1, 2), &mut attachments).unwrap();
    assert_eq!(text, br#"2/chat,7["x",1,2]"#);
    text = b"3[".to_vec();
    write_args(&mut text, &(), &mut attachments).unwrap();
    assert_eq!(text, b"3[[]");
}

#[test]
fn binary_becomes_attachments_at_any_depth() {
    #[derive(Serialize)]
    struct File<'a> {
        name: &'a str,
        #[serde(with = "serde_bytes")]
        data: Vec<u8>,
        parts: Vec<Option<Bytes>>,
    }
    let file = File {
        name: "a",
        data: vec![1],
        parts: vec![None, Some(Bytes::from_static(b"2"))],
    };
    let (text, attachments) = event("x", &(file, serde_bytes::Bytes::new(b"three")));
    assert_eq!(
        text,
        r#"["x",{"name":"a","data":{"_placeholder":true,"num":0},"parts":[null,{"_placeholder":true,"num":1}]},{"_placeholder":true,"num":2}]"#
    );
    assert_eq!(attachments, [&b"\x01"[..], b"2", b"three"]);
}

#[test]
fn binary_may_be_the_only_argument() {
    let (text, attachments) = event("x", &Bytes::new());
    assert_eq!(text, r#"["x",{"_placeholder":true,"num":0}]"#);
    assert_eq!(attachments, [Bytes::new()]);
}

#[test]
fn a_vector_of_bytes_is_not_binary() {
    assert_eq!(args(&vec![1u8, 2]), "[[1,2]]");
}

#[test]
fn binary_in_flattened_and_tagged_data_becomes_attachments() {
    #[derive(Serialize)]
    #[serde(tag = "type")]
    enum Tagged {
        Image(Image),
    }
    #[derive(Serialize)]
    struct Image {
        #[serde(flatten)]
        content: BTreeMap<String, Bytes>,
    }
    let content = BTreeMap::from([("data".to_owned(), Bytes::from_static(b"1"))]);
    let (text, attachments) = event("x", &Tagged::Image(Image { content }));
    assert_eq!(
        text,
        r#"["x",{"type":"Image","data":{"_placeholder":true,"num":0}}]"#
    );
    assert_eq!(attachments, [&b"1"[..]]);
}

#[test]
fn placeholders_are_numbered_from_zero_whatever_came_before() {
    let mut attachments = vec![Bytes::from_static(b"of another packet")];
    let mut text = Vec::new();
    write_args(&mut text, &Bytes::from_static(b"mine"), &mut attachments).unwrap();
    assert_eq!(text, br#"[{"_placeholder":true,"num":0}]"#);
    assert_eq!(attachments.len(), 2);
}

#[test]
fn a_failure_leaves_everything_as_it_was() {
    let keys = BTreeMap::from([(vec![1], 1)]);
    let mut text = b"kept".to_vec();
    let mut attachments = vec![Bytes::from_static(b"kept")];
    let args = (Bytes::from_static(b"lost"), keys);
    let error = write_event(&mut text, "x", &args, &mut attachments).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotSerializable);
    assert_eq!((&*text, attachments.len()), (&b"kept"[..], 1));
    assert!(write_value(&mut text, &(1, Bytes::new())).is_err());
    assert_eq!(text, b"kept");
}

#[test]
fn binary_as_a_map_key_is_an_error() {
    let keys = BTreeMap::from([(Bytes::from_static(b"key"), 1)]);
    let error = write_args(&mut Vec::new(), &keys, &mut Vec::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the data cannot be written as JSON: key must be a string"
    );
}

#[test]
fn a_plain_value_has_no_arguments_and_no_binary() {
    let mut text = Vec::new();
    write_value(&mut text, &(1, ("a", ()))).unwrap();
    write_value(&mut text, &()).unwrap();
    assert_eq!(text, br#"[1,["a",null]]null"#);

    let error = write_value(&mut text, &[Bytes::new()]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BinaryNotAllowed);
    assert!(error.to_string().contains("base64"));
}

#[test]
fn an_iterator_that_can_be_used_once_is_used_once() {
    struct Once<I>(std::cell::RefCell<Option<I>>);
    impl<I: Iterator<Item = u8>> Serialize for Once<I> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(self.0.take().expect("serialized once"))
        }
    }
    assert_eq!(args(&Once(Some(1..4).into())), "[[1,2,3]]");
}

#[test]
fn a_small_event_makes_the_buffer_grow_once() {
    let mut text = Vec::new();
    let args = ("lobby", 12345, "x".repeat(140));
    write_event(&mut text, "message", &args, &mut Vec::new()).unwrap();
    assert_eq!(text.capacity(), 192 + "message".len());
}
