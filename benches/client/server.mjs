// The server of Node in `cargo bench-client`: socket.io with the events of
// ../src/bin/salon-bench-server.rs that clients use.

import { createServer } from "node:http";
import { Server } from "socket.io";

const PAYLOAD = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF";

const http = createServer();
// Longer than any round, so that no ping is among what is counted.
const io = new Server(http, { pingInterval: 3_600_000 });

io.on("connection", (socket) => {
  socket.on("echo", (text, answer) => answer(text));
  socket.on("join-room", (room, answer) => {
    socket.join(room);
    answer(true);
  });
  socket.on("publish-to", (room, count) => {
    for (let index = 0; index < count; index += 1) io.to(room).emit("news", PAYLOAD);
  });
});

http.listen(0, "127.0.0.1", 4_096, () => {
  console.log(`listening on 127.0.0.1:${http.address().port}`);
});

// Whoever started it is gone when its input ends.
process.stdin.resume().on("end", () => process.exit(0));
