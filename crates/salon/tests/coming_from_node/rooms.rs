//! Of the chapter "Rooms".

use crate::*;

async fn joining_and_leaving(Scene { socket, .. }: Scene) -> Outcome {
    socket.join("room");
    socket.leave("room");
    socket.rooms();
    Ok(())
}

async fn broadcasting(Scene { io, socket, .. }: Scene) -> Outcome {
    io.emit("news", 1);
    io.to("room").emit("news", 1);
    io.within("room").except("muted").emit("news", 1);
    socket.broadcast().emit("news", 1);
    socket.to("room").emit("news", 1);
    io.local().emit("news", 1);
    Ok(())
}

async fn to_one_socket_by_its_id(Scene { io, socket_id, .. }: Scene) -> Outcome {
    io.to(socket_id).emit("news", 1);
    Ok(())
}

async fn moving_and_disconnecting_many(Scene { io, .. }: Scene) -> Outcome {
    io.within("a").sockets_join("b");
    io.within("a").sockets_leave("b");
    io.within("a").disconnect_sockets(true);
    Ok(())
}

async fn looking_at_sockets_wherever_they_are(Scene { io, socket, .. }: Scene) -> Outcome {
    for socket in io.within("room").fetch_sockets().await {
        println!("{} {:?}", socket.id(), socket.rooms());
        socket.leave("room");
    }
    Ok(())
}

async fn events_of_rooms(Scene { io, socket, .. }: Scene) -> Outcome {
    io.of("/").on_room(|event| match event {
        RoomEvent::Created(room) => println!("{room} is open"),
        RoomEvent::Joined(room, socket) => println!("{socket} is in {room}"),
        _ => {}
    });
    Ok(())
}

async fn who_is_there(Scene { io, .. }: Scene) -> Outcome {
    io.of("/").rooms();
    io.of("/").sockets();
    Ok(())
}
