//! With TLS, and a certificate that can be renewed while the server runs.
//!
//! `cargo run -p salon --example tls --features tls` makes a certificate that nobody trusts;
//! `CERT=cert.pem KEY=key.pem` takes yours, and reads it again after SIGHUP.

use std::fs::read;
use std::io;
use std::net::Ipv4Addr;

use salon::{Listener, Server, Socket, Tls};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> io::Result<()> {
    let io = Server::new();
    io.on("add", |(a, b): (i64, i64)| async move { a + b });
    io.on("secure", |socket: Socket| async move {
        socket.handshake().is_secure()
    });

    let (certificate, key) = certificate()?;
    let tls = Tls::from_pem(&certificate, &key)?;
    #[cfg(unix)]
    tokio::spawn(renew(tls.clone()));

    let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, port())).await?;
    println!("listening on {}", tcp.local_addr()?);
    let asked_to_stop = async { drop(tokio::signal::ctrl_c().await) };
    salon::serve(Listener::from(tcp).with_tls(&tls), io)
        .with_graceful_shutdown(asked_to_stop)
        .await
}

/// From the files that `CERT` and `KEY` name, or else a new one.
fn certificate() -> io::Result<(Vec<u8>, Vec<u8>)> {
    if let (Ok(certificate), Ok(key)) = (std::env::var("CERT"), std::env::var("KEY")) {
        return Ok((read(certificate)?, read(key)?));
    }
    let made = rcgen::generate_simple_self_signed(["localhost".into()]);
    let made = made.map_err(io::Error::other)?;
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    Ok((certificate.into(), key.into()))
}

/// Connections that are open keep the old certificate.
#[cfg(unix)]
async fn renew(tls: Tls) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut asked = signal(SignalKind::hangup())?;
    while asked.recv().await.is_some() {
        let (certificate, key) = certificate()?;
        match tls.reload_pem(&certificate, &key) {
            Ok(()) => println!("a new certificate is in use"),
            Err(error) => eprintln!("the old certificate stays: {error}"),
        }
    }
    Ok(())
}

fn port() -> u16 {
    let port = std::env::var("PORT").ok();
    port.and_then(|port| port.parse().ok()).unwrap_or(3000)
}
