//! Of the chapter "The server".

use crate::*;

async fn a_server_of_its_own(Scene { .. }: Scene) -> Outcome {
    let io = Server::new();
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    salon::serve(listener, io).await?;
    Ok(())
}

async fn on_the_port_of_a_web_framework(Scene { listener, .. }: Scene) -> Outcome {
    let io = Server::new();
    let app = axum::Router::new().layer(io.layer());
    axum::serve(listener, app).await?;
    Ok(())
}

async fn with_tls(
    Scene {
        io, cert, key, tcp, ..
    }: Scene,
) -> Outcome {
    let tls = Tls::from_pem(&cert, &key)?;
    let listener = Listener::from(tcp).with_tls(&tls);
    salon::serve(listener, io).await?;
    Ok(())
}

async fn options(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder()
        .path("/realtime")
        .transports([Transport::WebSocket])
        .allow_upgrades(false)
        .ping_interval(Duration::from_secs(10))
        .ping_timeout(Duration::from_secs(5))
        .upgrade_timeout(Duration::from_secs(5))
        .connect_timeout(Duration::from_secs(10))
        .max_payload(100_000)
        .http_compression(None)
        .build();
    Ok(())
}

async fn cors(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder()
        .cors(Cors::origins(["https://app.example"]).credentials())
        .build();
    Ok(())
}

async fn clients_of_version_2(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder().allow_eio3(true).build();
    Ok(())
}

async fn connection_state_recovery(Scene { .. }: Scene) -> Outcome {
    let recovery = Recovery::new()
        .max_disconnection(Duration::from_secs(60))
        .skip_middlewares(false);
    let io = Server::builder().recovery(recovery).build();
    Ok(())
}

async fn who_may_open_a_session(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder()
        .allow_request(|request: RequestHead| async move {
            match request.header("origin") {
                Some("https://app.example") => Ok(()),
                _ => Err("not from here"),
            }
        })
        .build();
    Ok(())
}

async fn a_cookie_for_load_balancers(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder().cookie(Cookie::default()).build();
    Ok(())
}

async fn the_client_s_files(Scene { socket, .. }: Scene) -> Outcome {
    let io = Server::builder()
        .serve_client("node_modules/socket.io/client-dist")?
        .build();
    Ok(())
}

async fn compression_of_websockets(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder()
        .per_message_deflate(Deflate::new().threshold(4096))
        .build();
    Ok(())
}

async fn another_parser(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder().parser(MessagePack).build();
    Ok(())
}

async fn requests_that_are_refused(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder()
        .on_connection_error(|error: &ConnectionError| {
            println!("{} {}", error.code(), error.message());
            println!("{:?}", error.context());
        })
        .build();
    Ok(())
}

async fn headers_of_answers(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder()
        .on_headers(|headers: &mut HeaderMap, request: &RequestHead| {
            headers.insert("x-server", HeaderValue::from_static("a"));
        })
        .build();
    Ok(())
}

async fn ids_of_sessions(Scene { .. }: Scene) -> Outcome {
    let io = Server::builder()
        .generate_id(|request: RequestHead| async { unique_id() })
        .build();
    Ok(())
}

async fn the_end(Scene { io, .. }: Scene) -> Outcome {
    io.close().await;
    Ok(())
}

async fn how_many_clients(Scene { io, .. }: Scene) -> Outcome {
    io.session_count();
    io.of("/chat").len();
    Ok(())
}
