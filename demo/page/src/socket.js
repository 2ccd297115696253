// The socket set-up: what the page says and hears.

import { io } from "socket.io-client";
import { connected, disconnected, greeted, upgraded } from "./conversation.js";
import {
  IO_CLIENT_HELLO,
  IO_CLIENT_JOIN_ROOM,
  IO_CONNECT,
  IO_DISCONNECT,
  IO_SERVER_HELLO,
  ROOM,
} from "./generated/events.js";

/** Connects to the server that the page came from, and dispatches what happens. */
export function setUpSocket(store) {
  const socket = io();

  socket.on(IO_CONNECT, () => {
    log("Connected.");
    store.dispatch(connected(socket.io.engine.transport.name));
    // Each connection has an engine of its own, so it is asked anew each time.
    socket.io.engine.once("upgrade", ({ name }) => store.dispatch(upgraded(name)));

    socket.emit(IO_CLIENT_JOIN_ROOM, ROOM);
    socket.emit(IO_CLIENT_HELLO, "Hello!");
  });

  socket.on(IO_SERVER_HELLO, (message) => {
    log(`Server: ${message}`);
    store.dispatch(greeted(message));
  });

  socket.on(IO_DISCONNECT, () => {
    log("Disconnected.");
    store.dispatch(disconnected(socket.active));
  });
}

function log(text) {
  console.log(`[socket.io] ${text}`);
}
