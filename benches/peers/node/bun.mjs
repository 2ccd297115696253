// socket.io on Bun with the engine that socket.io has for it.

import { Server as Engine } from "@socket.io/bun-engine";
import { Server } from "socket.io";
import { announce, answer, hasDefaultPings, introduce, pings, version } from "./peer.mjs";

introduce(version("socket.io"), version("@socket.io/bun-engine"), `Bun ${process.versions.bun}`);

const io = new Server();
const engine = new Engine({ path: "/socket.io/", ...pings });
io.bind(engine);
answer(io);

const handler = engine.handler();
if (!hasDefaultPings) {
  // Bun has pings of its own, and its longest timeout is 255 seconds.
  handler.websocket.idleTimeout = 0;
  handler.idleTimeout = 255;
}
announce(Bun.serve({ hostname: "127.0.0.1", port: 0, ...handler }).port);
