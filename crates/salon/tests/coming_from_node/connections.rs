//! Of the chapter "Connections".

use crate::*;

async fn on_connection(Scene { io, socket, .. }: Scene) -> Outcome {
    io.on_connect(|socket: Socket| async move {
        println!("{}", socket.id());
    });
    Ok(())
}

async fn on_disconnection(Scene { io, socket, .. }: Scene) -> Outcome {
    io.on_disconnect(|socket: Socket, reason: DisconnectReason| async move {
        println!("{} has gone: {reason}", socket.id());
    });
    Ok(())
}

async fn before_the_rooms_are_left(Scene { io, socket, .. }: Scene) -> Outcome {
    io.on_disconnecting(|socket: Socket| async move {
        println!("{:?}", socket.rooms());
    });
    Ok(())
}

async fn who_may_connect(Scene { io, .. }: Scene) -> Outcome {
    io.middleware(|auth: Auth| async move {
        match auth.token.as_str() {
            "secret" => Ok(()),
            _ => Err(HandlerError::new("not authorised")),
        }
    });
    Ok(())
}

async fn a_refusal_with_data(Scene { .. }: Scene) -> Outcome {
    let error = HandlerError::new("not authorised");
    let error = error.with_data(json!({"retryAfter": 5}));
    Ok(())
}

async fn the_handshake(Scene { socket, .. }: Scene) -> Outcome {
    let handshake = socket.handshake();
    handshake.header("user-agent");
    handshake.query_value("room");
    handshake.address();
    Ok(())
}

async fn data_of_a_socket(Scene { socket, .. }: Scene) -> Outcome {
    socket.set_data(json!({"name": "Ada"}))?;
    let data: Value = socket.data()?;
    Ok(())
}

async fn where_it_stands(Scene { socket, .. }: Scene) -> Outcome {
    socket.is_connected();
    socket.transport();
    socket.namespace().name();
    Ok(())
}

async fn disconnecting_it(Scene { socket, .. }: Scene) -> Outcome {
    socket.disconnect(false);
    socket.disconnect(true);
    Ok(())
}
