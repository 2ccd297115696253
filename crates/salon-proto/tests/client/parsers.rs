//! Clients that speak another form of packets than JSON.

use std::borrow::Cow;

use salon_proto::client::{Emission, Manager, Message, Received, SocketOptions};
use salon_proto::packet::Packet;
use salon_proto::parser::{Codec, Incoming, MessagePack};
use salon_proto::timer::Instant;
use salon_proto::{Encoded, Limits, SocketId};

use crate::script::{OPEN, websocket};

const NOW: Instant = Instant::from_millis(1_000);

/// Hands a packet of the server's over.
fn serve(manager: &mut Manager, packet: &Encoded, check: impl FnOnce(Received<'_>)) {
    match packet.messages().next() {
        Some(Message::Binary(data)) => check(manager.handle_binary(NOW, Cow::Borrowed(&data))),
        other => panic!("MessagePack is binary: {other:?}"),
    }
}

/// Reads the next packet of the client's.
fn read(manager: &mut Manager, incoming: &mut Incoming) -> Packet<'static> {
    manager.flush(NOW);
    match manager.poll_message(NOW) {
        Some(Message::Binary(data)) => incoming.binary(data[..].into()).unwrap().unwrap(),
        other => panic!("not a binary packet: {other:?}"),
    }
}

#[test]
fn a_client_speaks_messagepack() {
    let (codec, limits) = (Codec::new(MessagePack), Limits::default());
    let mut incoming = codec.incoming(&limits);
    let mut options = websocket();
    options.codec = codec.clone();
    let mut manager = Manager::new(options, 1);
    let socket = manager.socket("/a", SocketOptions::default()).unwrap();
    manager.connect(NOW, socket);
    let _ = manager.handle_text(NOW, OPEN);
    let connect = read(&mut manager, &mut incoming);
    assert!(
        matches!(connect, Packet::Connect { data: None, .. }),
        "{connect:?}"
    );

    let id = SocketId::from_entropy([7; 15]);
    let consent = codec.connect("/a", &id, None).unwrap();
    serve(&mut manager, &consent, |_| {});
    assert_eq!(manager.id(socket), Some(id.as_str()));
    while manager.poll_output().is_some() {}

    let event = codec.event("/a", Some(3), "x", &(1, bytes::Bytes::from_static(b"data")));
    serve(&mut manager, &event.unwrap(), |received| match received {
        Received::Event(arrived) => {
            assert_eq!((&*arrived.event.name, arrived.event.ack_id), ("x", Some(3)));
            assert_eq!(arrived.event.attachments, ["data"]);
        }
        other => panic!("not an event: {other:?}"),
    });

    let event = codec.event("/a", None, "y", &1).unwrap();
    let _ = manager.emit(NOW, socket, Emission::new(event));
    let event = read(&mut manager, &mut incoming);
    assert!(matches!(event, Packet::Event(event) if event.name == "y"));

    manager.disconnect(NOW, socket);
    let disconnect = read(&mut manager, &mut incoming);
    assert!(
        matches!(disconnect, Packet::Disconnect { .. }),
        "{disconnect:?}"
    );
}
