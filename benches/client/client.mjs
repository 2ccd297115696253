// The client of Node in `cargo bench-client`: socket.io-client as its documentation recommends it
// for speed, which is WebSocket from the beginning, and ws with its native part (bufferutil).
//
//   node --expose-gc client.mjs ADDRESS ROOM
//
// It does what ../src/clients/order.rs says, as ../src/bin/salon-bench-client.rs does.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const PAYLOAD = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF";
const AT_ONCE = 16;
const PATIENCE = 60_000;

const [address, room] = process.argv.slice(2);
const sockets = [];

/** What the sockets tell the work of the moment about each broadcast that they get. */
let received = () => {
  fail("nobody has asked for a broadcast");
};

function connect() {
  const socket = io(`http://${address}`, {
    transports: ["websocket"],
    forceNew: true,
    reconnection: false,
  });
  socket.on("news", (text) => {
    expect(text);
    received();
  });
  socket.on("disconnect", (reason) => {
    if (reason !== "io client disconnect") fail(`disconnected: ${reason}`);
  });
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    socket.on("connect_error", reject);
    socket.on("connect", () => socket.emit("join-room", room, resolve));
  });
}

function expect(text) {
  if (text !== PAYLOAD) fail(`this should not have come: ${JSON.stringify(text)}`);
}

function fail(what) {
  throw new Error(what);
}

const commands = {
  async open(count) {
    for (let left = count; left > 0; left -= AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, connect));
    }
    return count;
  },

  close() {
    sockets.forEach((socket) => socket.disconnect());
    return sockets.splice(0).length;
  },

  /** Callbacks cost less than promises, so they are what is measured. */
  echo(window, milliseconds) {
    const end = performance.now() + milliseconds;
    let inFlight = sockets.length * window;
    let answered = 0;
    return new Promise((resolve) => {
      const ask = (socket) =>
        socket.emit("echo", PAYLOAD, (text) => {
          expect(text);
          answered += 1;
          if (performance.now() < end) return ask(socket);
          inFlight -= 1;
          if (inFlight === 0) resolve(answered);
        });
      for (const socket of sockets) {
        for (let index = 0; index < window; index += 1) ask(socket);
      }
    });
  },

  receive(burst, milliseconds) {
    const end = performance.now() + milliseconds;
    const each = sockets.length * burst;
    let missing = each;
    let total = 0;
    const ask = () => sockets[0].emit("publish-to", room, burst);
    return new Promise((resolve) => {
      received = () => {
        missing -= 1;
        if (missing > 0) return;
        total += each;
        missing = each;
        if (performance.now() < end) ask();
        else resolve(total);
      };
      ask();
    });
  },

  /** Rubbish is not what a connection needs, so it goes before memory is read. */
  rest() {
    globalThis.gc();
    return 0;
  },
};

function versions() {
  const require = createRequire(import.meta.url);
  const inWs = createRequire(require.resolve("ws", { paths: [require.resolve("engine.io-client")] }));
  const of = (name, from = require) => `${name} ${from(`${name}/package.json`).version}`;
  // It must be there: without it, ws would use JavaScript in its place and say nothing.
  inWs("bufferutil");
  const ws = `ws ${inWs("./package.json").version}`;
  return [of("socket.io-client"), ws, of("bufferutil", inWs), `Node ${process.versions.node}`];
}

console.log(`ready ${versions().join(", ")}`);
for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...numbers] = line.split(" ");
  const patience = setTimeout(() => fail(`"${line}" takes too long`), PATIENCE);
  console.log(`done ${await commands[name](...numbers.map(Number))}`);
  clearTimeout(patience);
}
process.exit(0);
