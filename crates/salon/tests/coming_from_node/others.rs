//! Of the chapter "The rest".

use crate::*;

async fn events_for_other_servers(Scene { io, .. }: Scene) -> Outcome {
    io.of("/").server_side_emit("hello", "world")?;
    Ok(())
}

async fn engine_io_without_socket_io(Scene { socket, .. }: Scene) -> Outcome {
    let server = engine::Server::new();
    server.on_message(
        |socket: engine::Socket, message: engine::Message| async move {
            let _ = socket.send(message);
        },
    );
    Ok(())
}
