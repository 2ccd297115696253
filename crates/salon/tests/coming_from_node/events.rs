//! Of the chapter "Events".

use crate::*;

async fn a_handler(Scene { io, socket, .. }: Scene) -> Outcome {
    io.on("message", |socket: Socket, text: String| async move {
        socket.emit("message", text);
    });
    Ok(())
}

async fn a_typed_event(Scene { io, socket, .. }: Scene) -> Outcome {
    io.on_event(|socket: Socket, greeting: Greeting| async move {
        println!("{} greets", greeting.name);
    });
    let name = "Ada".into();
    socket.emit_event(&Greeting { name });
    Ok(())
}

async fn for_one_socket_only(Scene { socket, .. }: Scene) -> Outcome {
    socket.on("message", |text: String| async move { println!("{text}") });
    socket.once("ready", || async { println!("ready") });
    Ok(())
}

async fn removing_handlers(Scene { io, socket, .. }: Scene) -> Outcome {
    let registration = io.on_connect(|| async {});
    registration.off();
    socket.off("message");
    Ok(())
}

async fn any_event(Scene { io, .. }: Scene) -> Outcome {
    io.on_any(|event: EventName, args: AllArgs<Value>| async move {
        println!("{} {:?}", &*event, args.0);
    });
    Ok(())
}

async fn any_outgoing_event(Scene { io, .. }: Scene) -> Outcome {
    io.of("/").on_any_outgoing(|event: EventName| async move {
        println!("{}", &*event);
    });
    Ok(())
}

async fn before_each_event(Scene { io, .. }: Scene) -> Outcome {
    io.event_middleware(|event: EventName| async move {
        match event.starts_with("admin:") {
            true => Err(HandlerError::new("not allowed")),
            false => Ok(()),
        }
    });
    Ok(())
}

async fn errors(Scene { io, .. }: Scene) -> Outcome {
    io.on_error(|failure: &Failure<'_>| println!("{failure}"));
    Ok(())
}

async fn names_of_events_that_have_handlers(Scene { io, .. }: Scene) -> Outcome {
    io.of("/").event_names();
    Ok(())
}

async fn retries_of_the_client_handled_once(Scene { io, key, .. }: Scene) -> Outcome {
    fn key(call: &Call<'_>) -> Result<String, HandlerError> {
        let (key, _): (String, String) = call.data()?;
        Ok(key)
    }
    io.on(
        "order",
        deduplicated(key, |(_, article): (String, String)| async move {
            format!("{article} is on its way")
        }),
    );
    Ok(())
}

async fn one_at_a_time(Scene { io, .. }: Scene) -> Outcome {
    io.on(
        "save",
        sequential(|text: String| async move {
            println!("{text}");
        }),
    );
    Ok(())
}

async fn several_arguments(Scene { io, socket, .. }: Scene) -> Outcome {
    io.on("add", |(a, b): (i64, i64)| async move {
        println!("{a} and {b}");
    });
    socket.emit("sum", (1, 2, 3));
    Ok(())
}

async fn any_number_of_arguments(Scene { io, .. }: Scene) -> Outcome {
    io.on("log", |args: AllArgs<Value>| async move {
        println!("{:?}", args.0);
    });
    Ok(())
}

async fn binary_data(
    Scene {
        io, socket, bytes, ..
    }: Scene,
) -> Outcome {
    socket.emit("file", Bytes::from_static(&[1, 2, 3]));
    io.on("file", |data: Bytes| async move {
        println!("{} bytes", data.len());
    });
    Ok(())
}

async fn state_that_handlers_share(Scene { io, .. }: Scene) -> Outcome {
    io.set_state(AtomicU64::new(0));
    io.on("visit", |visits: State<AtomicU64>| async move {
        visits.fetch_add(1, Ordering::Relaxed);
    });
    Ok(())
}

async fn volatile_uncompressed(Scene { socket, bytes, .. }: Scene) -> Outcome {
    socket.volatile().emit("position", (1, 2));
    socket.compress(false).emit("picture", &bytes);
    Ok(())
}

async fn the_event_message(Scene { io, socket, .. }: Scene) -> Outcome {
    socket.send("hello");
    io.send("hello");
    Ok(())
}
