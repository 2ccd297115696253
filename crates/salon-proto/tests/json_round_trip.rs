//! Whatever is written is read back the same.

mod json_data;

use bytes::Bytes;
use json_data::{Many, Random};
use salon_proto::Value;
use salon_proto::packet::json::{read_args, scan_args, scan_event, write_args, write_event};
use serde::de::IgnoredAny;

const ROUNDS: usize = 2000;

#[test]
fn generated_events_survive_the_round_trip() {
    let mut random = Random(0x5eed_1234_abcd_0001);
    for _ in 0..ROUNDS {
        let args: Vec<Value> = (0..random.below(4)).map(|_| random.data(4)).collect();
        let name = random.text();
        let (mut text, mut attachments) = (Vec::new(), Vec::new());
        write_event(&mut text, &name, &Many(&args), &mut attachments).unwrap();
        let text = String::from_utf8(text).unwrap();

        let scanned = scan_event(&text).unwrap();
        assert_eq!(
            (&*scanned.name, scanned.len),
            (&*name, args.len()),
            "{text}"
        );
        for (index, arg) in args.iter().enumerate() {
            let read: Value = read_args(&text, index + 1, &attachments).unwrap();
            assert_eq!(&read, arg, "{text}");
        }
    }
}

#[test]
fn attachments_come_in_depth_first_order() {
    fn collect(data: &Value, found: &mut Vec<Bytes>) {
        match data {
            Value::Binary(bytes) => found.push(bytes.clone()),
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            Value::Object(entries) => entries.iter().for_each(|(_, item)| collect(item, found)),
            _ => {}
        }
    }
    let mut random = Random(0x5eed_1234_abcd_0002);
    for _ in 0..ROUNDS {
        let data = random.data(5);
        let (mut text, mut attachments) = (Vec::new(), Vec::new());
        write_args(&mut text, &data, &mut attachments).unwrap();
        let mut expected = Vec::new();
        collect(&data, &mut expected);
        assert_eq!(attachments, expected);
    }
}

/// The scanner accepts what serde_json accepts, however the text is damaged, and what it refuses
/// cannot be read.
#[test]
fn the_scanner_agrees_with_serde_json() {
    const DAMAGE: &[u8] = b"[]{}\",:\\/ntfu0123456789abcdefE+-. \n\x00\x1f";
    let mut random = Random(0x5eed_1234_abcd_0003);
    let (mut good, mut bad) = (0, 0);
    for _ in 0..20 * ROUNDS {
        let (mut text, mut attachments) = (Vec::new(), Vec::new());
        write_args(
            &mut text,
            &(random.data(2), random.data(3)),
            &mut attachments,
        )
        .unwrap();
        for _ in 0..random.below(3) {
            let at = random.below(text.len() as u64);
            text[at] = DAMAGE[random.below(DAMAGE.len() as u64)];
        }
        let text = String::from_utf8_lossy(&text);
        let reference = serde_json::from_str::<Vec<IgnoredAny>>(&text);
        match scan_args(&text) {
            Ok(len) => assert_eq!(len, reference.expect(&text).len()),
            Err(error) => {
                assert!(reference.is_err(), "{text}: {error}");
                assert!(
                    read_args::<Value>(&text, 0, &attachments).is_err(),
                    "{text}"
                );
                assert!(read_args::<Value>(&text, 0, &[]).is_err(), "{text}");
            }
        }
        *(if scan_args(&text).is_ok() {
            &mut good
        } else {
            &mut bad
        }) += 1;
    }
    assert!(good > ROUNDS && bad > ROUNDS, "{good} good, {bad} bad");
}
