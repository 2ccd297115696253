//! `salon emit`: one event, for scripts.

use std::time::Instant;

use salon_client::{AllArgs, Socket};

use crate::client::{self, Again};
use crate::exit::{Failure, Status};
use crate::json::{self, Binary};
use crate::line::How;
use crate::options::EmitOnce;
use crate::output::Output;
use crate::show::Report;

/// Connects, emits, waits for the answer if that is wanted, and disconnects.
pub(crate) async fn run(options: EmitOnce, mut output: Output) -> Result<Status, Failure> {
    let socket = client::build(&options.server, Again::Never)?;
    socket.connect();
    let connected = socket.connected().await;
    connected.map_err(|error| client::failure(&options.server, &error))?;
    let outcome = match options.emit.how {
        How::WithAck => ask(&socket, &options, &mut output).await,
        How::Plain | How::Volatile => emit(&socket, &options).await,
    };
    client::leave(&socket).await;
    outcome.map(|()| Status::Done)
}

async fn emit(socket: &Socket, options: &EmitOnce) -> Result<(), Failure> {
    let args = AllArgs(options.emit.args.clone());
    let emitted = socket.emit(&options.emit.event, args).await;
    emitted.map_err(|error| {
        let sentence = format!("The event was not sent: {error}.");
        Failure::new(client::emit_status(&error), sentence)
    })
}

async fn ask(socket: &Socket, options: &EmitOnce, output: &mut Output) -> Result<(), Failure> {
    let start = Instant::now();
    let args = AllArgs(options.emit.args.clone());
    let answer = socket.emit_with_ack(&options.emit.event, args);
    match answer.timeout(options.timeout).await {
        Ok(AllArgs(args)) => {
            let report = Report::Answer {
                event: options.emit.event.clone(),
                args,
                took: start.elapsed(),
            };
            print(options.json, &report, output)
        }
        Err(error) => Err(Failure::new(
            client::ack_status(&error),
            client::ack_sentence(&error),
        )),
    }
}

/// An object for programs; for a shell just the arguments, one a line, as JSON.
fn print(json: bool, report: &Report, output: &mut Output) -> Result<(), Failure> {
    match report {
        Report::Answer { args, .. } if !json => args
            .iter()
            .try_for_each(|arg| output.print(json::text(arg, Binary::Base64))),
        report => output.report(report),
    }
}
