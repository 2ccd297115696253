// Servers of Node's packages inside the test, for what no server under test does.
import { createServer } from "node:http";
import { Server as EngineServer } from "engine.io";
import { Server } from "socket.io";
import { Inbox } from "../../harness/inbox.mjs";

async function listen(http, abort) {
  await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
  return { address: `127.0.0.1:${http.address().port}`, abort };
}

/** A server of socket.io 4; `serve` gets each socket. */
export async function socketIo(options, serve) {
  const http = createServer();
  const io = new Server(http, { serveClient: false, ...options });
  io.on("connection", serve);
  return { io, ...(await listen(http, () => io.close())) };
}

/**
 * A server of plain Engine.IO: what a client sends comes into the inbox `messages`, and `send` answers it. It says
 * `greeting` to who joins a namespace.
 */
export async function engineIo({ greeting = '0{"sid":"an-id"}', ...options } = {}) {
  const http = createServer();
  const engine = new EngineServer({ pingInterval: 25_000, ...options });
  engine.attach(http, { path: "/socket.io/" });
  const server = { engine, messages: new Inbox("messages"), ends: new Inbox("ends of sessions"), sessions: [] };
  engine.on("connection", (session) => {
    server.sessions.push(session);
    session.on("message", (message) => {
      server.messages.put(message);
      if (message === "0") session.send(greeting);
    });
    session.on("close", (reason) => server.ends.put(reason));
  });
  const abort = () => {
    engine.close();
    http.closeAllConnections();
    return new Promise((resolve) => http.close(resolve));
  };
  return Object.assign(server, await listen(http, abort));
}
