//! Of the chapter "Namespaces".

use crate::*;

async fn a_namespace(Scene { io, socket, .. }: Scene) -> Outcome {
    let chat = io.of("/chat");
    chat.on_connect(|socket: Socket| async move {
        println!("{}", socket.id());
    });
    chat.emit("news", 1);
    Ok(())
}

async fn namespaces_by_a_pattern(Scene { io, .. }: Scene) -> Outcome {
    let rooms = io.of_matching(|name| name.starts_with("/room-"));
    rooms.on_connect(|namespace: Namespace| async move {
        println!("{}", namespace.name());
    });
    Ok(())
}

async fn namespaces_by_a_function(Scene { io, .. }: Scene) -> Outcome {
    io.of_if(|name: String, auth: Team| async move { name == format!("/{}", auth.team) });
    Ok(())
}

async fn new_namespaces(Scene { io, .. }: Scene) -> Outcome {
    io.on_new_namespace(|namespace| println!("{}", namespace.name()));
    Ok(())
}
