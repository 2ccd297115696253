//! On a Unix socket, behind a proxy on the same machine.
//!
//! `SOCKET=/tmp/salon.sock cargo run -p salon --example unix_socket`, and in nginx
//! `proxy_pass http://unix:/tmp/salon.sock;`

#[cfg(unix)]
#[tokio::main]
async fn main() -> std::io::Result<()> {
    let io = salon::Server::new();
    io.on("add", |(a, b): (i64, i64)| async move { a + b });

    let path = std::env::var("SOCKET").unwrap_or_else(|_| "/tmp/salon.sock".into());
    // What a server that was killed left behind.
    drop(std::fs::remove_file(&path));
    let listener = tokio::net::UnixListener::bind(&path)?;
    println!("listening on {path}");
    let asked_to_stop = async { drop(tokio::signal::ctrl_c().await) };
    let served = salon::serve(listener, io)
        .with_graceful_shutdown(asked_to_stop)
        .await;
    drop(std::fs::remove_file(&path));
    served
}

#[cfg(not(unix))]
fn main() {
    eprintln!("There are no Unix sockets here.");
}
