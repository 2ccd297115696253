//! What a client costs: an event that arrives or goes out, and a client that does nothing.

use std::sync::Arc;
use std::time::Duration;

use salon_proto::client::{
    Emission, Emitted, Manager, Options, Output, Received, SocketKey, SocketOptions,
};
use salon_proto::engine::Transport;
use salon_proto::timer::Instant;
use salon_testkit::allocations::{CountingAllocator, allocations, live};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const NOW: Instant = Instant::from_millis(5_000);

fn options() -> Arc<Options> {
    let mut options = Options::default();
    options.transports = vec![Transport::WebSocket];
    Arc::new(options)
}

/// A client that is connected, with a server that keeps its state.
fn connected(options: Arc<Options>) -> (Manager, SocketKey) {
    let mut manager = Manager::new(options, 1);
    let socket = manager.socket("/", SocketOptions::default()).unwrap();
    manager.connect(NOW, socket);
    let open = r#"0{"sid":"abcdefghijklmnopqrst","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
    let _ = manager.handle_text(NOW, open);
    turn(&mut manager);
    let consent = r#"40{"sid":"abcdefghijklmnopqrst","pid":"abcdefghijklmnopqrst"}"#;
    let _ = manager.handle_text(NOW, consent);
    turn(&mut manager);
    assert!(manager.is_connected(socket));
    (manager, socket)
}

fn turn(manager: &mut Manager) {
    manager.flush(NOW);
    loop {
        let output = manager.poll_output();
        assert!(!matches!(output, Some(Output::ConnectError { .. })));
        if output.is_none() && manager.poll_message(NOW).is_none() {
            return;
        }
    }
}

#[test]
fn an_event_that_arrives_costs_no_allocation() {
    let (mut manager, _) = connected(options());
    let mut receive = |text| {
        let received = manager.handle_text(NOW, text);
        assert!(matches!(received, Received::Event(_)));
        turn(&mut manager);
    };
    receive(r#"42["news",{"a":[1,2,3]},"Q86TIfL"]"#);
    let cost = allocations(|| receive(r#"42["news",{"a":[1,2,3]},"Q86TIfM"]"#));
    assert_eq!(cost, 0);
}

#[test]
fn an_event_that_goes_out_costs_no_allocation_but_its_packet() {
    let (mut manager, socket) = connected(options());
    let packet = |manager: &Manager| manager.codec().event("/", None, "news", &1).unwrap();
    let mut send = |packet| {
        let emission = Emission::new(packet);
        assert_eq!(manager.emit(NOW, socket, emission), Emitted::Accepted);
        turn(&mut manager);
    };
    let first = packet(&Manager::new(options(), 1));
    let second = packet(&Manager::new(options(), 1));
    send(first);
    assert_eq!(allocations(|| send(second)), 0);
}

#[test]
fn a_client_that_does_nothing_costs_less_than_two_kibibytes() {
    let options = options();
    let before = live().bytes;
    let (mut manager, socket) = connected(Arc::clone(&options));
    let inside = size_of::<Manager>().cast_signed();
    let cost = live().bytes - before + inside;
    assert!(
        cost < 2_048,
        "{cost} bytes, of which {inside} in the manager itself"
    );

    // After a burst it is small again.
    for number in 0..1_000 {
        let packet = manager.codec().event("/", Some(number), "x", &1).unwrap();
        let emission = Emission::new(packet).with_ack(number, Duration::from_secs(1));
        let _ = manager.emit(NOW, socket, emission);
    }
    turn(&mut manager);
    for number in 0..1_000 {
        let _ = manager.handle_text(NOW, &format!("43{number}[]"));
    }
    turn(&mut manager);
    let cost = live().bytes - before + inside;
    assert!(cost < 4_096, "{cost} bytes after a burst");
}
