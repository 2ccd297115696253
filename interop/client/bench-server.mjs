// A server for `salon bench`, on Node.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, { connectionStateRecovery: {} });
io.on("connection", (socket) => {
  socket.on("echo", (text, answer) => answer(text));
  socket.on("echo-binary", (bytes, answer) => answer(bytes));
  socket.on("publish", (text) => io.emit("news", text));
  socket.on("join-room", (room, answer) => {
    socket.join(room);
    answer(true);
  });
  socket.on("publish-to", (room, count) => {
    for (let index = 0; index < count; index += 1) io.to(room).emit("news", "x");
  });
});
// A long backlog, for many who connect at once.
http.listen({ port: process.env.PORT ?? 3000, backlog: 4096 }, () => {
  console.log(`listening on ${http.address().port}, process ${process.pid}`);
});
