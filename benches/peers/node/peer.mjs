// What all servers here have in common: the events of ../../README.md, the pings, the beginning and
// the end.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const PAYLOAD = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF";

/** Pings once an hour, which is longer than any round, so that none is among what is counted. */
const HOUR = 3_600_000;

export const hasDefaultPings = process.env.BENCH_PINGS === "default";
export const pings = hasDefaultPings ? {} : { pingInterval: HOUR };

export function answer(io) {
  io.on("connection", (socket) => {
    socket.on("echo", (text, ack) => ack(text));
    socket.on("echo-binary", (bytes, ack) => ack(bytes));
    socket.on("join", (ack) => enter(socket, "everyone", ack));
    socket.on("join-room", (room, ack) => enter(socket, room, ack));
    socket.on("publish", () => io.emit("news", PAYLOAD));
    socket.on("publish-room", () => io.to("everyone").emit("news", PAYLOAD));
    socket.on("publish-to", (room, count) => {
      for (let index = 0; index < count; index += 1) io.to(room).emit("news", PAYLOAD);
    });
  });
}

function enter(socket, room, ack) {
  socket.join(room);
  ack(true);
}

/** Says where the server listens; whoever started it is gone when its input ends. */
export function announce(port) {
  console.log(`listening on 127.0.0.1:${port}`);
  process.stdin.resume().on("end", () => process.exit(0));
}

/** With the argument `--about`: says what the server is made of, and ends. */
export function introduce(...parts) {
  if (process.argv[2] !== "--about") return;
  console.log(parts.join(", "));
  process.exit(0);
}

export const requireHere = createRequire(import.meta.url);

/** The name and version of an installed package, as the one who requires it finds it. */
export function version(name, from = requireHere) {
  // Not every package lets its package.json be required.
  let folder = dirname(from.resolve(name));
  for (;;) {
    try {
      const found = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      if (found.name === name) return `${name} ${found.version}`;
    } catch {}
    if (folder === dirname(folder)) return name;
    folder = dirname(folder);
  }
}
