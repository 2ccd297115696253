// The contract of CONTRACT.md, kept by socket.io itself. What the tests find here is a fact.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { parserOptions } from "./harness/parsers.mjs";
import { addNamespace } from "./reference-handlers.mjs";
import { addHooks, requestOptions } from "./reference-options.mjs";

const number = (name, otherwise) => Number(process.env[name] ?? otherwise);

const http = createServer((request, response) => {
  response.writeHead(404, { "content-type": "text/plain" });
  response.end("elsewhere");
});

const io = new Server({
  serveClient: false,
  pingInterval: number("PING_INTERVAL", 300),
  pingTimeout: number("PING_TIMEOUT", 200),
  connectTimeout: number("CONNECT_TIMEOUT", 1000),
  upgradeTimeout: number("UPGRADE_TIMEOUT", 10_000),
  maxHttpBufferSize: number("MAX_PAYLOAD", 1e6),
  allowEIO3: process.env.ALLOW_EIO3 !== undefined,
  cors: process.env.CORS_ORIGIN ? { origin: process.env.CORS_ORIGIN, credentials: true } : undefined,
  connectionStateRecovery: process.env.CONNECTION_STATE_RECOVERY
    ? { maxDisconnectionDuration: number("CONNECTION_STATE_RECOVERY"), skipMiddlewares: true }
    : undefined,
  ...requestOptions(process.env),
  ...parserOptions(process.env),
});

const admit = (allows) => (socket, next) => {
  if (allows(socket.handshake.auth.token)) return next();
  const error = new Error("not authorised");
  error.data = { code: 401 };
  next(error);
};

const dynamic = io.of(/^\/dynamic-\d+$/);
const asked = io.of((name, { token }, next) => next(null, name.startsWith("/asked-") && token === "secret"));
io.of("/auth").use(admit((token) => token === "secret"));
dynamic.use(admit((token) => token !== "wrong"));

function aim(socket, { sender = false, rooms = [], except = [], local = false, volatile = false, uncompressed = false }) {
  let target = (sender ? socket.nsp : socket.broadcast).compress(!uncompressed);
  if (rooms.length > 0) target = target.to(rooms);
  if (except.length > 0) target = target.except(except);
  if (volatile) target = target.volatile;
  return local ? target.local : target;
}

function greet(socket) {
  socket.emit("auth", socket.handshake.auth);

  socket.on("message", (...args) => socket.emit("message-back", ...args));
  socket.on("message-with-ack", (...args) => args.pop()(...args));
  socket.on("count-to", (n) => {
    for (let i = 0; i < n; i++) socket.emit("number", i);
  });
  socket.on("volatile-count-to", (n) => {
    for (let i = 0; i < n; i++) socket.volatile.emit("number", i);
  });
  socket.on("ask-me", (timeout, ...args) => {
    socket.timeout(timeout).emit("question", ...args, (error, ...answer) => {
      if (error) socket.emit("answer-timeout");
      else socket.emit("answer", ...answer);
    });
  });

  socket.on("ask-all", (target, timeout, args, done) => {
    aim(socket, target)
      .timeout(timeout)
      .emit("question", ...args, (error, answers) => done(!error, answers));
  });

  socket.on("join", (rooms, done) => {
    socket.join(rooms);
    done();
  });
  socket.on("leave", (room, done) => {
    socket.leave(room);
    done();
  });
  socket.on("my-rooms", (done) => done([...socket.rooms]));
  socket.on("set-data", (data, done) => {
    socket.data = data;
    done();
  });
  socket.on("state", (done) => done({ recovered: socket.recovered, data: socket.data }));
  socket.on("room-size", (room, done) => done(socket.nsp.adapter.rooms.get(room)?.size ?? 0));
  socket.on("send", (target, event, args, done) => {
    aim(socket, target).emit(event, ...args);
    done();
  });
  socket.on("tell-dynamic", (event, args, done) => {
    dynamic.emit(event, ...args);
    done();
  });
  socket.on("count", (done) => done(io.engine.clientsCount, socket.nsp.sockets.size));

  socket.on("fetch", async (target, done) => {
    const sockets = await aim(socket, target).fetchSockets();
    done(sockets.map(({ id, handshake, rooms, data }) => ({ id, handshake, rooms: [...rooms], data })));
  });
  socket.on("move", (target, joins, leaves, done) => {
    aim(socket, target).socketsJoin(joins);
    aim(socket, target).socketsLeave(leaves);
    done();
  });
  socket.on("expel", (target, close, done) => {
    done();
    aim(socket, target).disconnectSockets(close);
  });
  socket.on("handshake", (done) => done(socket.handshake));
  socket.on("disconnect-me", (close) => socket.disconnect(close));
  socket.on("disconnect", (reason) => console.log(`disconnect ${socket.id} ${reason}`));
}

for (const name of ["/", "/custom", "/rooms", "/auth"]) io.of(name).on("connection", greet);
for (const parent of [dynamic, asked]) parent.on("connection", greet);

addNamespace(io, greet);

io.attach(http);
if (process.env.HOOKS !== undefined) addHooks(io.engine);
http.listen(number("PORT", 0), "127.0.0.1", () => console.log(`listening on 127.0.0.1:${http.address().port}`));

process.on("SIGTERM", () => io.close().then(() => process.exit(0)));
process.stdin.resume().on("end", () => process.exit(0));
