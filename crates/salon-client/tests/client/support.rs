//! A server with a runtime of its own, so that it can be stopped with all its connections, and its
//! tasks are not among those of the test.

use std::net::SocketAddr;
use std::time::Duration;

use salon::Server;
use salon_client::{Manager, Socket, Transport};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A server that is served until it is dropped.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Served {
    pub(crate) async fn start(io: impl FnOnce() -> Server + Send + 'static) -> Self {
        Self::on(SocketAddr::from(([127, 0, 0, 1], 0)), io).await
    }

    pub(crate) async fn on(
        address: SocketAddr,
        io: impl FnOnce() -> Server + Send + 'static,
    ) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let bound = runtime.spawn(async move {
            let listener = TcpListener::bind(address).await.unwrap();
            let address = listener.local_addr().unwrap();
            drop(tokio::spawn(salon::serve(listener, io()).into_future()));
            address
        });
        Self {
            address: bound.await.unwrap(),
            runtime: Some(runtime),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A manager that comes back soon.
    pub(crate) fn manager(&self, transports: &[Transport]) -> Manager {
        Manager::builder(&self.url("/"))
            .transports(transports.to_vec())
            .reconnection_delay(Duration::from_millis(50))
            .reconnection_delay_max(Duration::from_millis(100))
            .build()
            .unwrap()
    }

    /// A socket that is connected by WebSocket.
    pub(crate) async fn socket(&self, namespace: &str) -> Socket {
        let socket = self.manager(&[Transport::WebSocket]).socket(namespace);
        socket.connect();
        soon(socket.connected()).await.unwrap();
        socket
    }

    /// Stops, and cuts all connections.
    pub(crate) async fn stop(mut self) -> SocketAddr {
        if let Some(runtime) = self.runtime.take() {
            let stopping = move || runtime.shutdown_timeout(Duration::from_secs(10));
            tokio::task::spawn_blocking(stopping).await.unwrap();
        }
        self.address
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Fails a test that would wait for ever.
pub(crate) async fn soon<T>(future: impl IntoFuture<Output = T>) -> T {
    let limit = Duration::from_secs(20);
    let ended = tokio::time::timeout(limit, future.into_future()).await;
    ended.expect("it takes too long")
}

/// What handlers note, in order.
#[derive(Clone)]
pub(crate) struct Notes(UnboundedSender<String>);

pub(crate) struct Noted(UnboundedReceiver<String>);

pub(crate) fn notes() -> (Notes, Noted) {
    let (sender, receiver) = unbounded_channel();
    (Notes(sender), Noted(receiver))
}

impl Notes {
    pub(crate) fn add(&self, note: impl ToString) {
        drop(self.0.send(note.to_string()));
    }
}

impl Noted {
    pub(crate) async fn next(&mut self) -> String {
        soon(self.0.recv()).await.expect("somebody notes")
    }

    pub(crate) fn now(&mut self) -> Option<String> {
        self.0.try_recv().ok()
    }
}
