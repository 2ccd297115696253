//! Starts one half of the greeting app: the server, or a client in the terminal.

use std::env;
use std::io::{self, ErrorKind};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use demo::app::{self, Settings};
use demo::client;
use demo::options::{Half, Options};
use demo::page::Assets;
use demo::shutdown::Signals;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How long answers under way may take when the server stops. A long poll would otherwise hold
/// it for 25 seconds.
const GRACE: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

/// Runs until the user stops the program. An error is one sentence for the user.
#[tokio::main]
async fn run() -> Result<(), String> {
    let options = Options::read(env::args().skip(1), env::var("PORT").ok())?;
    let signals = Signals::listen();
    let signals = signals.map_err(|error| format!("Ctrl-C cannot be heard: {error}."))?;
    match options.half {
        Half::Server { dev } => run_server(options.port, dev, signals).await,
        Half::Client => client::run(options.port, signals).await,
    }
}

async fn run_server(port: u16, dev: bool, signals: Signals) -> Result<(), String> {
    let settings = settings(dev);
    hint_at_missing_script(&settings);
    let listener = listen(port).await?;
    let served = serve(listener, settings, signals).await;
    served.map_err(|error| format!("The server stopped because of an error: {error}."))
}

/// `DEMO_FOLDER` is for a program that was moved away from its sources.
fn settings(dev: bool) -> Settings {
    let folder = env::var_os("DEMO_FOLDER").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Settings {
        folder: PathBuf::from(folder),
        assets: if dev { Assets::Live } else { Assets::Built },
    }
}

fn hint_at_missing_script(settings: &Settings) {
    let script = settings.folder.join("dist/js/app.js");
    if settings.assets == Assets::Built && !script.exists() {
        eprintln!("The page has no script yet: start with `cargo demo`, which builds it.");
    }
}

async fn listen(port: u16) -> Result<TcpListener, String> {
    let opened = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await;
    opened.map_err(|error| refusal(port, &error))
}

fn refusal(port: u16, error: &io::Error) -> String {
    let other = if port == 8000 { 8001 } else { 8000 };
    let advice = format!("choose another port, for example PORT={other} cargo demo");
    match error.kind() {
        ErrorKind::AddrInUse => {
            format!("Port {port} is taken: stop the program that uses it, or {advice}.")
        }
        _ => format!("Port {port} cannot be opened ({error}): {advice}."),
    }
}

async fn serve(listener: TcpListener, settings: Settings, signals: Signals) -> io::Result<()> {
    let port = listener.local_addr()?.port();
    let io = demo::socket::server();
    let app = app::router(settings).layer(io.layer());
    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, app).with_graceful_shutdown(async { drop(stopped.await) });
    let server = tokio::spawn(server.into_future());
    println!("Server running on port {port} ({}).", mode());

    signals.received().await;
    io.close().await;
    drop(stop);
    // Whoever is not answered by then is cut off; that is no failure.
    drop(timeout(GRACE, server).await);
    Ok(())
}

fn mode() -> &'static str {
    if cfg!(debug_assertions) {
        "development"
    } else {
        "production"
    }
}
