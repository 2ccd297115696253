//! Settings of the engine, each changed from its default.

use salon::Transport;

use crate::support::Host;

const POLLING: &str = "GET /socket.io/?EIO=4&transport=polling";

async fn open_packet(host: &Host) -> String {
    let answer = host.request(POLLING, "").await.unwrap();
    answer.ok()
}

#[tokio::test(start_paused = true)]
async fn upgrades_are_offered_only_where_they_are_allowed() {
    let offers = [
        (Host::with(|builder| builder), r#""upgrades":["websocket"]"#),
        (
            Host::with(|builder| builder.allow_upgrades(false)),
            r#""upgrades":[]"#,
        ),
        (
            Host::with(|builder| builder.transports([Transport::Polling])),
            r#""upgrades":[]"#,
        ),
    ];
    for (host, upgrades) in offers {
        let packet = open_packet(&host).await;
        assert!(packet.contains(upgrades), "{packet}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_transport_that_is_not_offered_is_unknown() {
    let host = Host::with(|builder| builder.transports([Transport::WebSocket]));
    let answer = host.request(POLLING, "").await.unwrap();
    let expected = (400, r#"{"code":0,"message":"Transport unknown"}"#);
    assert_eq!((answer.status, &*answer.body), expected);
    assert_eq!(host.session_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_times_and_the_limit_are_told_to_the_client() {
    let host = Host::with(|builder| {
        builder
            .ping_interval(std::time::Duration::from_millis(300))
            .ping_timeout(std::time::Duration::from_millis(200))
            .max_payload(5_000)
    });
    let packet = open_packet(&host).await;
    let told = r#""pingInterval":300,"pingTimeout":200,"maxPayload":5000}"#;
    assert!(packet.ends_with(told), "{packet}");
}
