//! Of the chapter "Acknowledgements".

use crate::*;

async fn answering(Scene { io, .. }: Scene) -> Outcome {
    io.on("double", |n: i64| async move { 2 * n });
    Ok(())
}

async fn answering_later(Scene { io, .. }: Scene) -> Outcome {
    io.on("work", |ack: Ack| async move {
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let _ = ack.send("done");
        });
    });
    Ok(())
}

async fn asking(Scene { socket, .. }: Scene) -> Outcome {
    let age: u32 = socket
        .timeout(Duration::from_secs(5))
        .emit_with_ack("how old?", ())
        .await?;
    Ok(())
}

async fn asking_many(Scene { io, .. }: Scene) -> Outcome {
    let ages: Responses<u32> = io
        .to("room")
        .timeout(Duration::from_secs(5))
        .emit_with_ack("how old?", ())
        .await?;
    Ok(())
}
