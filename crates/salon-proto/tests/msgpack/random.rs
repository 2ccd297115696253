//! Random data: there and back, and damaged on the way.

use salon_proto::Value;
use salon_proto::packet::Packet;
use salon_proto::packet::json::read_args;
use serde::de::IgnoredAny;

use super::json_data::{Many, Random};
use super::{codec, decode, frame};

const ROUNDS: usize = 2_000;

/// What comes back: whole floats come as integers, as in JavaScript.
fn as_it_returns(data: &Value) -> Value {
    match data {
        Value::Float(number) if number.fract() == 0.0 => {
            let whole = *number as u64;
            Value::Unsigned(whole)
        }
        Value::Array(items) => Value::Array(items.iter().map(as_it_returns).collect()),
        Value::Object(entries) => {
            let entries = entries.iter();
            Value::Object(
                entries
                    .map(|(k, v)| (k.clone(), as_it_returns(v)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

fn random_event(random: &mut Random) -> (Vec<Value>, Vec<u8>) {
    let args: Vec<_> = (0..random.below(4)).map(|_| random.data(4)).collect();
    let id = (random.below(2) == 0).then(|| random.next());
    let packet = codec()
        .event("/namespace", id, "name", &Many(&args))
        .unwrap();
    (args, frame(&packet).to_vec())
}

#[test]
fn generated_events_survive_the_round_trip() {
    let mut random = Random(0x5eed_1234_abcd_0011);
    for _ in 0..ROUNDS {
        let (args, bytes) = random_event(&mut random);
        let raw = decode(&bytes).unwrap();
        let Ok(Packet::Event(event)) = raw.check() else {
            panic!("no event: {bytes:x?}");
        };
        assert_eq!((&*event.namespace, &*event.name), ("/namespace", "name"));
        for (index, arg) in args.iter().enumerate() {
            let read: Value = read_args(&event.array, index + 1, &event.attachments).unwrap();
            assert_eq!(read, as_it_returns(arg), "{}", event.array);
        }
    }
}

/// What comes of damaged packets is refused, or is a packet that can be read and written.
#[test]
fn damage_is_refused_or_makes_another_packet() {
    let mut random = Random(0x5eed_1234_abcd_0012);
    let mut accepted = 0;
    for _ in 0..20 * ROUNDS {
        let (_, mut bytes) = random_event(&mut random);
        for _ in 0..=random.below(3) {
            damage(&mut bytes, &mut random);
        }
        accepted += usize::from(is_sound(&bytes));
    }
    assert!(accepted > ROUNDS, "only {accepted} were accepted");
}

fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len() as u64 + 1);
    match random.below(3) {
        0 => bytes.truncate(at),
        1 => bytes.insert(at, random.next() as u8),
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = random.next() as u8;
            }
        }
    }
}

#[test]
fn random_bytes_are_harmless() {
    let mut random = Random(0x5eed_1234_abcd_0013);
    for _ in 0..50 * ROUNDS {
        let length = random.below(40);
        let bytes: Vec<_> = (0..length).map(|_| random.next() as u8).collect();
        is_sound(&bytes);
    }
}

/// Random data in an otherwise valid packet gets further than random bytes.
#[test]
fn random_arguments_are_harmless() {
    let mut random = Random(0x5eed_1234_abcd_0014);
    let mut accepted = 0;
    for _ in 0..50 * ROUNDS {
        let length = 1 + random.below(30);
        let argument: Vec<_> = (0..length).map(|_| random.next() as u8).collect();
        accepted += usize::from(is_sound(&super::event_with(&[&argument])));
    }
    assert!(accepted > ROUNDS, "only {accepted} were accepted");
}

/// Whether it is a packet; then its data must be readable, and writable again.
fn is_sound(bytes: &[u8]) -> bool {
    let Ok(raw) = decode(bytes) else {
        return false;
    };
    let Ok(packet) = raw.check() else {
        return false;
    };
    if let Packet::Event(event) = packet {
        read_args::<IgnoredAny>(&event.array, 1, &event.attachments).unwrap();
        let Ok(data) = read_args::<Value>(&event.array, 1, &event.attachments) else {
            return true;
        };
        let echo = codec().event("/", None, "x", &(&data,)).unwrap();
        decode(&frame(&echo)).unwrap();
    }
    true
}
