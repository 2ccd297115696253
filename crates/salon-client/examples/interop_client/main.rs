//! The client that the interop tests drive. Its contract is `interop/client/CONTRACT.md`.

mod lines;
mod manager;
mod order;
mod program;
mod report;
mod socket;

use std::io::BufRead;

use order::Order;
use program::Program;
use tokio::sync::mpsc;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut orders = read_orders();
    let mut program = Program::default();
    while let Some(order) = orders.recv().await {
        program.obey(order);
    }
    std::process::exit(0);
}

/// The orders from standard input, to its end. A thread reads them, since a runtime that reads standard
/// input cannot end before it does.
fn read_orders() -> mpsc::UnboundedReceiver<Order> {
    let (send, orders) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let order = line.map_err(|error| error.to_string());
            let order = order.and_then(|line| read_order(&line));
            match order {
                Ok(order) => {
                    let _ = send.send(order);
                }
                Err(error) => {
                    eprintln!("an order that is not in the contract: {error}");
                    std::process::exit(1);
                }
            }
        }
    });
    orders
}

fn read_order(line: &str) -> Result<Order, String> {
    serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))
}
