// The real client of socket.io.
import { io } from "socket.io-client";
import { next } from "./deadline.mjs";

const transports = {
  polling: { transports: ["polling"] },
  websocket: { transports: ["websocket"] },
  upgrade: { transports: ["polling", "websocket"] },
};

export const modes = Object.keys(transports);

/** A socket that is not connected yet, with a connection of its own. */
export function client(server, { mode = "websocket", namespace = "/", ...options } = {}) {
  return io(`http://${server.address}${namespace}`, {
    forceNew: true,
    autoConnect: false,
    reconnection: false,
    ...transports[mode],
    ...options,
  });
}

/** Connects the socket; a refusal fails with the server's own error. */
export async function connected(socket) {
  const refusal = new Promise((_, reject) => socket.once("connect_error", reject));
  const success = next(socket, "connect", `a connection to "${socket.nsp}"`);
  socket.connect();
  await Promise.race([success, refusal]);
  return socket;
}

export async function refused(socket) {
  const refusal = next(socket, "connect_error", `a refusal by "${socket.nsp}"`);
  socket.connect();
  const [error] = await refusal;
  return error;
}

/** Waits until the connection below the socket runs on WebSocket. */
export async function upgraded(socket) {
  const { engine } = socket.io;
  if (engine.transport.name !== "websocket") await next(engine, "upgrade", "the upgrade to WebSocket");
  return socket;
}

/** Returns when everything the server sent this socket so far has arrived. */
export function fence(socket) {
  return socket.timeout(5000).emitWithAck("message-with-ack", "fence");
}
