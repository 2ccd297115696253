//! Who may come back, and until when.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use salon::{Extension, HandlerError, Recovery, Socket};
use serde_json::{Value, json};

use super::{answer, back, join, lose, not_recovered, recovered, recovering, with};
use crate::support::{Host, Notes, pass, seconds, settle};

#[tokio::test(start_paused = true)]
async fn whoever_left_or_was_put_out_connects_anew() {
    let host = recovering();
    let (mut client, memory) = join(&host).await;
    client.send("41").await;
    settle().await;
    not_recovered(&host, &memory).await;

    let (_client, memory) = join(&host).await;
    host.of("/").socket(&memory.id()).unwrap().disconnect(false);
    not_recovered(&host, &memory).await;

    let (_client, memory) = join(&host).await;
    host.of("/").socket(&memory.id()).unwrap().disconnect(true);
    not_recovered(&host, &memory).await;
    let stats = host.recovery_stats();
    assert_eq!((stats.recovered, stats.missed), (0, 3));
}

#[tokio::test(start_paused = true)]
async fn a_client_whose_connection_ended_in_other_ways_comes_back() {
    let host = recovering();
    // The client answers no ping.
    let (client, memory) = join(&host).await;
    pass(seconds(46)).await;
    recovered(&host, &memory).await;
    drop(client);
    // It closes its WebSocket.
    let (mut client, memory) = join(&host).await;
    client.close(Some(1_000)).await;
    settle().await;
    recovered(&host, &memory).await;
    // It breaks the rules.
    let (mut client, memory) = join(&host).await;
    client.send("42/nowhere,[\"x\"]").await;
    settle().await;
    recovered(&host, &memory).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_set_while_it_disconnects_is_there_when_it_comes_back() {
    let host = recovering();
    host.on_disconnecting(|socket: Socket| async move {
        socket
            .set_data(json!({"rooms": socket.rooms().len()}))
            .unwrap();
    });
    host.on_disconnect(|socket: Socket| async move {
        tokio::time::sleep(seconds(1)).await;
        socket.set_extension(7);
    });
    host.on(
        "what?",
        |socket: Socket, number: Extension<i32>| async move {
            (socket.data::<Value>().unwrap(), *number)
        },
    );
    let (client, memory) = join(&host).await;
    host.of("/").socket(&memory.id()).unwrap().join("red");
    lose(client).await;
    pass(seconds(2)).await;
    let mut client = recovered(&host, &memory).await;
    assert_eq!(client.ask(r#"["what?"]"#).await, r#"[{"rooms":2},7]"#);
}

#[tokio::test(start_paused = true)]
async fn what_is_set_after_it_came_back_is_not_overwritten_by_its_former_socket() {
    let host = recovering();
    host.on("what?", |socket: Socket| async move {
        socket.data::<i32>().unwrap()
    });
    let (client, memory) = join(&host).await;
    let former = host.of("/").socket(&memory.id()).unwrap();
    lose(client).await;
    former.set_data(1).unwrap();
    let client = recovered(&host, &memory).await;
    let present = host.of("/").socket(&memory.id()).unwrap();
    assert_eq!(present.data::<i32>().unwrap(), 1);
    present.set_data(2).unwrap();
    former.set_data(3).unwrap();
    lose(client).await;
    former.set_data(4).unwrap();
    let mut client = recovered(&host, &memory).await;
    assert_eq!(client.ask(r#"["what?"]"#).await, "[2]");
}

#[tokio::test(start_paused = true)]
async fn whoever_stays_away_too_long_connects_anew_and_its_end_is_told() {
    let host = with(Recovery::new().max_disconnection(seconds(10)));
    let notes = Notes::default();
    let seen = notes.clone();
    host.on_recovery_expired(move |lost| {
        let seen = seen.clone();
        async move {
            let name = lost.data::<Value>().unwrap()["name"].to_string();
            seen.add(format_args!("{} {name} {}", lost.id(), lost.rooms().len()));
        }
    });
    let (client, memory) = join(&host).await;
    let socket = host.of("/").socket(&memory.id()).unwrap();
    socket.set_data(json!({"name": "Ada"})).unwrap();
    socket.join("red");
    lose(client).await;
    host.emit("missed", ());
    pass(seconds(9)).await;
    assert!(notes.take().is_empty());
    pass(seconds(2)).await;
    assert_eq!(notes.take(), [format!(r#"{} "Ada" 2"#, memory.sid)]);
    not_recovered(&host, &memory).await;
    let stats = host.recovery_stats();
    assert_eq!((stats.missed, stats.expired, stats.away), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn each_expiry_is_told_in_its_time() {
    let host = with(
        Recovery::new()
            .max_disconnection(seconds(10))
            .max_sessions(2),
    );
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    host.on_recovery_expired(move |_| {
        seen.fetch_add(1, Ordering::Relaxed);
        async {}
    });
    for (number, told) in [(1, 0), (2, 0), (3, 1)] {
        let (client, _) = join(&host).await;
        lose(client).await;
        assert_eq!(count.load(Ordering::Relaxed), told, "after {number}");
        pass(seconds(2)).await;
    }
    for (time, told) in [(5, 1), (2, 2), (2, 3)] {
        pass(seconds(time)).await;
        assert_eq!(count.load(Ordering::Relaxed), told);
    }
}

#[tokio::test(start_paused = true)]
async fn middlewares_are_not_asked_again_unless_told_to() {
    for skips in [true, false] {
        let host = with(Recovery::new().skip_middlewares(skips));
        let asked = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&asked);
        host.middleware(move |socket: Socket| {
            let number = seen.fetch_add(1, Ordering::Relaxed);
            async move {
                tokio::time::sleep(seconds(1)).await;
                socket.set_extension(number);
            }
        });
        host.on("number", |number: Extension<usize>| async move { *number });
        let (client, mut memory) = join(&host).await;
        lose(client).await;
        host.emit("missed", 1);
        let mut client = back(&host, &memory).await;
        settle().await;
        // While the middleware is at work, more is sent.
        host.emit("missed", 2);
        assert_eq!(memory.event(&mut client).await, json!(["missed", 1]));
        if skips {
            answer(&mut client).await;
            assert_eq!(memory.event(&mut client).await, json!(["missed", 2]));
        } else {
            assert_eq!(memory.event(&mut client).await, json!(["missed", 2]));
            answer(&mut client).await;
        }
        assert_eq!(asked.load(Ordering::Relaxed), if skips { 1 } else { 2 });
        // What the middleware put there is there.
        let number = if skips { "[0]" } else { "[1]" };
        assert_eq!(client.ask(r#"["number"]"#).await, number);
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_a_middleware_refuses_has_lost_its_state() {
    let host = with(Recovery::new().skip_middlewares(false));
    let asked = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&asked);
    host.middleware(move || {
        let is_second = seen.fetch_add(1, Ordering::Relaxed) == 1;
        async move {
            if is_second {
                return Err(HandlerError::new("no longer"));
            }
            Ok(())
        }
    });
    let (client, memory) = join(&host).await;
    lose(client).await;
    let mut client = back(&host, &memory).await;
    client.expect(r#"44{"message":"no longer"}"#).await;
    not_recovered(&host, &memory).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_again_before_it_is_let_in_may_try_again() {
    let host = with(Recovery::new().skip_middlewares(false));
    host.middleware(|| async { tokio::time::sleep(seconds(5)).await });
    let (client, mut memory) = join(&host).await;
    lose(client).await;
    host.emit("missed", ());
    let client = back(&host, &memory).await;
    settle().await;
    lose(client).await;
    pass(seconds(6)).await;
    let mut client = back(&host, &memory).await;
    assert_eq!(memory.event(&mut client).await, json!(["missed"]));
    assert_eq!(answer(&mut client).await.sid, memory.sid);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_emitted_to_a_client_that_has_left_for_good() {
    let host = recovering();
    let (mut client, memory) = join(&host).await;
    let socket = host.of("/").socket(&memory.id()).unwrap();
    client.send("41").await;
    settle().await;
    let error = socket.emit("late", ()).result().unwrap_err();
    assert!(error.is_disconnected());
}

#[tokio::test(start_paused = true)]
async fn two_who_know_the_secret_do_not_become_one() {
    let host = recovering();
    let (client, memory) = join(&host).await;
    lose(client).await;
    let first = recovered(&host, &memory).await;
    settle().await;
    let mut second = recovered(&host, &memory).await;
    settle().await;
    assert_eq!(host.of("/").len(), 1);
    host.emit("x", ());
    memory.clone().event(&mut second).await;
    drop(first);
}

#[tokio::test(start_paused = true)]
async fn whatever_a_client_says_of_itself_it_gets_at_most_a_new_socket() {
    let host = recovering();
    let (client, memory) = join(&host).await;
    host.emit("x", ());
    lose(client).await;
    let pid = &memory.pid;
    for auth in [
        json!({"pid": "nobody", "offset": "1"}),
        json!({"pid": memory.sid, "offset": "1"}),
        json!({"pid": 7, "offset": "1"}),
        json!({"pid": pid, "offset": 7}),
        json!({"pid": pid, "offset": {"deep": [1]}}),
        json!({"pid": pid, "offset": "not one of ours"}),
        json!({"pid": pid, "offset": "ffffffffffffffff"}),
        json!({"pid": [pid]}),
        json!({"offset": "1"}),
        json!({}),
    ] {
        let mut client = host.open().await;
        client.send(&format!("40{auth}")).await;
        let answer = answer(&mut client).await;
        assert_ne!(answer.sid, memory.sid, "{auth}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_has_missed_more_than_an_outbox_holds_connects_anew() {
    let host = Host::with(|builder| {
        let builder = builder.recovery(Recovery::new());
        builder.limits(|limits| limits.max_outbox_packets = 10)
    });
    for (missed, comes_back) in [(8, true), (12, false)] {
        let (client, memory) = join(&host).await;
        lose(client).await;
        for number in 0..missed {
            host.emit("missed", number);
        }
        let mut client = back(&host, &memory).await;
        let first = client.text().await;
        assert_eq!(first.starts_with("42"), comes_back, "{missed}: {first}");
    }
}

#[tokio::test(start_paused = true)]
async fn namespaces_keep_apart() {
    let host = recovering();
    host.of("/a");
    let (client, memory) = join(&host).await;
    lose(client).await;
    let mut client = host.open().await;
    client
        .send(&format!("40/a,{}", &memory.connect()[2..]))
        .await;
    let text = client.text().await;
    assert!(
        text.starts_with("40/a,") && !text.contains(&memory.sid),
        "{text}"
    );
    recovered(&host, &memory).await;
}

#[tokio::test(start_paused = true)]
async fn a_dynamic_namespace_waits_for_those_who_are_away() {
    let host = Host::with(|builder| {
        let recovery = Recovery::new().max_disconnection(seconds(10));
        builder
            .recovery(recovery)
            .cleanup_empty_child_namespaces(true)
    });
    let notes = Notes::default();
    let seen = notes.clone();
    let parent = host.of_matching(|name: &str| name == "/child");
    parent.on_recovery_expired(move |lost| {
        let seen = seen.clone();
        async move { seen.add(lost.id()) }
    });
    let mut client = host.open().await;
    client.send("40/child,").await;
    let text = client.text().await;
    let data: Value = serde_json::from_str(text.strip_prefix("40/child,").unwrap()).unwrap();
    for _ in 0..2 {
        lose(client).await;
        assert_eq!(parent.children().len(), 1);
        client = host.open().await;
        let auth = json!({"pid": data["pid"]});
        client.send(&format!("40/child,{auth}")).await;
        client.expect(&text).await;
    }
    lose(client).await;
    assert_eq!(parent.recovery_stats().recovered, 2);
    pass(seconds(11)).await;
    assert!(parent.children().is_empty());
    assert_eq!(notes.take(), [data["sid"].as_str().unwrap()]);
}
