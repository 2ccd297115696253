//! The managers and sockets of the program, and what is done with them.

use std::collections::HashMap;
use std::time::Duration;

use salon_client::{AckError, AckFuture, AllArgs, Manager, Socket, Transport};
use serde_json::{Value, json};

use crate::lines::{from_line, to_line};
use crate::order::{Emission, Order};
use crate::report::tell;
use crate::{manager, socket};

#[derive(Default)]
pub(crate) struct Program {
    managers: HashMap<u64, Manager>,
    sockets: HashMap<u64, Socket>,
}

impl Program {
    pub(crate) fn obey(&mut self, order: Order) {
        match order {
            Order::Manager {
                manager: number,
                url,
                options,
            } => {
                let builder = manager::with_options(Manager::builder(&url), options);
                self.keep_manager(number, builder.build().expect("usable options"));
            }
            Order::Socket {
                socket: number,
                manager,
                namespace,
                options,
            } => {
                let builder = self.managers[&manager].socket_builder(&namespace);
                self.keep_socket(number, socket::with_options(builder, options).build());
            }
            Order::Open {
                socket,
                manager: number,
                url,
                options,
            } => {
                let connect = salon_client::connect(&url);
                let connect = connect.manager(|builder| manager::with_options(builder, options));
                let opened = connect.start().expect("usable options");
                self.keep_manager(number, opened.manager().clone());
                self.keep_socket(socket, opened);
            }
            Order::Connect { socket } => self.sockets[&socket].connect(),
            Order::Emit(emission) => self.emit(emission),
            Order::Answer { answer, args } => socket::answer(answer, args),
            Order::Disconnect { socket } => self.sockets[&socket].disconnect(),
            Order::Close { manager } => self.close(manager),
            Order::State { socket, reply } => tell(&state(&self.sockets[&socket], reply)),
            Order::Usage { reply } => {
                let tasks = tokio::runtime::Handle::current()
                    .metrics()
                    .num_alive_tasks();
                tell(&json!({"reply": reply, "tasks": tasks}));
            }
        }
    }

    fn keep_manager(&mut self, number: u64, manager: Manager) {
        manager::report(&manager, number);
        self.managers.insert(number, manager);
    }

    fn keep_socket(&mut self, number: u64, socket: Socket) {
        socket::report(&socket, number);
        self.sockets.insert(number, socket);
    }

    fn emit(
        &self,
        Emission {
            socket,
            event,
            args,
            volatile,
            timeout,
            ack,
        }: Emission,
    ) {
        let socket = &self.sockets[&socket];
        let args = from_line(args);
        let Some(ack) = ack else {
            let _ = match volatile {
                true => socket.volatile().emit(&event, args),
                false => socket.emit(&event, args),
            };
            return;
        };
        let mut answer = socket.emit_with_ack::<AllArgs<salon_client::Value>>(&event, args);
        if let Some(timeout) = timeout {
            answer = answer.timeout(Duration::from_millis(timeout));
        }
        tokio::spawn(tell_answer(ack, answer));
    }

    fn close(&self, manager: u64) {
        tokio::spawn(self.managers[&manager].close());
    }
}

async fn tell_answer(ack: u64, answer: AckFuture<AllArgs<salon_client::Value>>) {
    let told = match answer.await {
        Ok(args) => json!({"ack": ack, "args": to_line(args)}),
        Err(AckError::Timeout) => json!({"ack": ack, "error": "timeout"}),
        Err(AckError::Disconnected) => json!({"ack": ack, "error": "disconnected"}),
        Err(error) => json!({"ack": ack, "error": error.to_string()}),
    };
    tell(&told);
}

fn state(socket: &Socket, reply: u64) -> Value {
    json!({
        "reply": reply,
        "connected": socket.is_connected(),
        "active": socket.is_active(),
        "recovered": socket.is_recovered(),
        "id": socket.id().as_deref(),
        "transport": socket.manager().transport().map(Transport::as_str),
    })
}
