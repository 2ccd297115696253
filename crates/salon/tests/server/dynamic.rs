//! Namespaces that are made when a client asks for them.

use salon::{Namespace, Socket};
use serde::Deserialize;

use crate::support::{Client, Host, Logs, Notes, fail, pass, seconds, settle};

fn is_numbered(name: &str) -> bool {
    let number = name.strip_prefix("/dyn-");
    number.is_some_and(|number| number.parse::<u32>().is_ok())
}

/// Asks for a namespace and returns the answer.
async fn knock(client: &mut Client, namespace: &str) -> String {
    client.send(&format!("40{namespace}")).await;
    client.text().await
}

#[tokio::test(start_paused = true)]
async fn a_rule_decides_by_the_name_and_each_name_is_a_namespace() {
    let host = Host::new();
    let parent = host.of_matching(is_numbered);
    parent.on("where", |namespace: Namespace| async move {
        namespace.name().to_owned()
    });
    let mut client = host.open().await;
    client.join("/dyn-1,").await;
    client.join("/dyn-2,").await;
    let refusal = knock(&mut client, "/dyn-x,").await;
    assert_eq!(refusal, r#"44/dyn-x,{"message":"Invalid namespace"}"#);
    client.send(r#"42/dyn-2,0["where"]"#).await;
    client.expect(r#"43/dyn-2,0["/dyn-2"]"#).await;
    assert_eq!(host.of("/dyn-1").len(), 1);
    assert_eq!((parent.len(), parent.children().len()), (2, 2));
    assert!(
        knock(&mut client, &format!("{},", parent.name()))
            .await
            .starts_with("44")
    );
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_is_there_comes_first_and_then_the_earliest_rule() {
    let (host, notes) = (Host::new(), Notes::default());
    host.of("/dyn-1");
    for which in ["first", "second"] {
        let notes = notes.clone();
        let parent = host.of_matching(is_numbered);
        parent.on_connect(move |namespace: Namespace| async move {
            notes.add(format_args!("{which} {}", namespace.name()));
        });
    }
    let mut client = host.open().await;
    client.join("/dyn-1,").await;
    client.join("/dyn-2,").await;
    assert_eq!(notes.take(), ["first /dyn-2"]);
}

#[derive(Deserialize)]
struct Team {
    team: String,
}

#[tokio::test(start_paused = true)]
async fn a_rule_may_wait_and_see_the_auth_data() {
    let host = Host::new();
    host.of_if(|name: String, auth: Team| async move {
        settle().await;
        name == format!("/{}", auth.team)
    });
    let mut client = host.open().await;
    assert!(
        knock(&mut client, r#"/red,{"team":"red"}"#)
            .await
            .starts_with("40/red,")
    );
    assert!(
        knock(&mut client, r#"/blue,{"team":"red"}"#)
            .await
            .starts_with("44/blue,")
    );
    // Data that does not fit, and data that is not there.
    assert!(
        knock(&mut client, r#"/blue,{"team":1}"#)
            .await
            .starts_with("44/blue,")
    );
    assert!(knock(&mut client, "/blue,").await.starts_with("44/blue,"));
    assert!(
        knock(&mut client, r#"/blue,{"team":"blue"}"#)
            .await
            .starts_with("40/blue,")
    );
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_sees_auth_data_is_asked_about_each_client() {
    let host = Host::new();
    let teams = host.of_if(|name: String, auth: Team| async move {
        settle().await;
        name == format!("/{}", auth.team)
    });
    // It comes later, and so never gets a namespace that is a team's.
    host.of_matching(|name| name == "/red");
    let (mut member, mut stranger) = (host.open().await, host.open().await);
    assert!(
        knock(&mut member, r#"/red,{"team":"red"}"#)
            .await
            .starts_with("40/red,")
    );
    let refusal = knock(&mut stranger, r#"/red,{"team":"blue"}"#).await;
    assert_eq!(refusal, r#"44/red,{"message":"Invalid namespace"}"#);
    assert!(
        knock(&mut stranger, r#"/red,{"team":"red"}"#)
            .await
            .starts_with("40/red,")
    );
    assert_eq!((teams.len(), teams.children().len()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_panics_says_no_and_the_next_one_is_asked() {
    let (host, logs) = (Host::new(), Logs::collect());
    host.of_matching(|_| {
        fail();
        true
    });
    host.of_if(|_: String, _: serde_json::Value| async {
        fail();
        true
    });
    host.of_matching(is_numbered);
    let mut client = host.open().await;
    client.join("/dyn-1,").await;
    assert_eq!(logs.take().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_child_has_its_parents_handlers_and_then_its_own() {
    let (host, notes) = (Host::new(), Notes::default());
    let parent = host.of_matching(is_numbered);
    let child = host.of("/dyn-1");
    for (namespace, whose) in [(&child, "child"), (&parent, "parent")] {
        let (checks, events, ends) = (notes.clone(), notes.clone(), notes.clone());
        namespace.middleware(move || async move { checks.add(format_args!("{whose} checks")) });
        namespace.on(
            "x",
            move || async move { events.add(format_args!("{whose} x")) },
        );
        namespace.on_disconnect(move || async move { ends.add(format_args!("{whose} end")) });
    }
    let mut client = host.open().await;
    client.join("/dyn-1,").await;
    client.send_all([r#"42/dyn-1,["x"]"#, "41/dyn-1,"]).await;
    client.fence().await;
    let expected = [
        "parent checks",
        "child checks",
        "parent x",
        "child x",
        "parent end",
        "child end",
    ];
    assert_eq!(notes.take(), expected);
    client.join("/dyn-2,").await;
    assert_eq!(notes.take(), ["parent checks"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_emitted_to_a_parent_goes_to_all_children_and_to_nobody_else() {
    let host = Host::new();
    let parent = host.of_matching(is_numbered);
    parent.on_connect(|socket: Socket| async move {
        socket.join("red");
    });
    let mut client = host.join().await;
    client.join("/dyn-1,").await;
    client.join("/dyn-2,").await;
    assert_eq!(parent.to("red").emit("news", 1).recipients(), 2);
    let mut news = [client.text().await, client.text().await];
    news.sort();
    assert_eq!(news, [r#"42/dyn-1,["news",1]"#, r#"42/dyn-2,["news",1]"#]);
    assert_eq!(parent.except("red").emit("news", 2).recipients(), 0);
    parent.to("red").sockets_leave("red");
    assert_eq!(parent.to("red").emit("news", 3).recipients(), 0);
    client.fence().await;
}

#[tokio::test(start_paused = true)]
async fn all_children_can_be_asked() {
    let host = Host::new();
    let parent = host.of_matching(is_numbered);
    let mut client = host.open().await;
    client.join("/dyn-1,").await;
    client.join("/dyn-2,").await;
    let question = parent.emit_with_ack::<u32>("how many?", ());
    for number in [1, 2] {
        let asked = client.text().await;
        let head = asked.replace("42", "43").replace(r#"["how many?"]"#, "");
        client.send(&format!("{head}[{number}]")).await;
    }
    let responses = question.await.unwrap();
    let answers: Vec<_> = responses.into_iter().collect();
    assert_eq!(answers, [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn the_sockets_of_a_parent_are_those_of_all_its_children() {
    let host = Host::new();
    let parent = host.of_matching(is_numbered);
    let mut client = host.open().await;
    client.join("").await;
    for name in ["/dyn-1,", "/dyn-2,"] {
        client.join(name).await;
    }
    let fetched = parent.fetch_sockets().await.len();
    assert_eq!((parent.sockets().len(), fetched), (2, 2));
    parent.broadcast().sockets_join("room");
    assert_eq!(parent.to("room").sockets().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn empty_children_stay_unless_they_are_to_be_cleaned_up() {
    for cleans in [false, true] {
        let host = Host::with(|builder| builder.cleanup_empty_child_namespaces(cleans));
        let parent = host.of_matching(is_numbered);
        let (mut first, mut second) = (host.open().await, host.open().await);
        for client in [&mut first, &mut second] {
            client.join("/dyn-1,").await;
        }
        first.send("41/dyn-1,").await;
        first.fence().await;
        assert_eq!(parent.children().len(), 1, "one client is still there");
        second.close(None).await;
        second.rest().await;
        settle().await;
        assert_eq!(parent.children().len(), usize::from(!cleans));
        first.join("/dyn-1,").await;
        assert_eq!(parent.emit("x", ()).recipients(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_client_leaves_no_child_behind() {
    let host = Host::with(|builder| builder.cleanup_empty_child_namespaces(true));
    let parent = host.of_matching(is_numbered);
    parent.middleware(|| async { Err::<(), _>(salon::HandlerError::new("no")) });
    let mut client = host.open().await;
    assert!(knock(&mut client, "/dyn-1,").await.starts_with("44"));
    assert!(parent.children().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_while_a_middleware_waits_leaves_no_child_behind() {
    let host = Host::with(|builder| builder.cleanup_empty_child_namespaces(true));
    let parent = host.of_matching(is_numbered);
    parent.middleware(|| async { settle().await });
    let mut client = host.open().await;
    client.send("40/dyn-1,").await;
    client.fence().await;
    assert_eq!(parent.children().len(), 1);
    client.close(None).await;
    client.rest().await;
    pass(seconds(1)).await;
    assert!(parent.children().is_empty());
}

#[tokio::test(start_paused = true)]
async fn clients_cannot_make_namespaces_without_end() {
    let host = Host::with(|builder| builder.limits(|limits| limits.max_child_namespaces = 2));
    let parent = host.of_matching(is_numbered);
    let mut client = host.open().await;
    client.join("/dyn-1,").await;
    client.join("/dyn-2,").await;
    let refusal = knock(&mut client, "/dyn-3,").await;
    assert_eq!(refusal, r#"44/dyn-3,{"message":"Too many namespaces"}"#);
    let mut other = host.open().await;
    other.join("/dyn-1,").await;
    assert_eq!(parent.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn new_namespaces_are_told_of_once() {
    let (host, notes) = (Host::new(), Notes::default());
    let told = notes.clone();
    let registration = host.on_new_namespace(move |namespace| told.add(namespace.name()));
    host.of_matching(is_numbered);
    host.of("/chat");
    host.of("chat");
    let mut client = host.open().await;
    client.join("/dyn-1,").await;
    assert_eq!(notes.take(), ["/chat", "/dyn-1"]);
    assert!(registration.off());
    host.of("/more");
    assert!(notes.take().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_middleware_cannot_disconnect_a_socket_that_is_not_connected() {
    let host = Host::new();
    host.middleware(|socket: Socket| async move { socket.disconnect(false) });
    host.on("x", || async { 1 });
    let mut client = host.join().await;
    assert_eq!(client.ask(r#"["x"]"#).await, "[1]");
}
