// socket.io on Node with µWebSockets.js: the newest build that this system can load.

import { Server } from "socket.io";
import { announce, answer, hasDefaultPings, introduce, pings, requireHere, version } from "./peer.mjs";

/** The newer one needs glibc 2.38. */
const BUILDS = ["@btc-vision/uwebsockets.js", "@trufflesuite/uws-js-unofficial"];

function load() {
  const failures = [];
  for (const name of BUILDS) {
    try {
      return { name, uws: requireHere(name) };
    } catch (error) {
      failures.push(`${name}: ${error.message.trim().split("\n").at(-1)}`);
    }
  }
  throw new Error(failures.join("; "));
}

const { name, uws } = load();
introduce(version("socket.io"), `µWebSockets.js (${version(name)})`, `Node ${process.versions.node}`);

const app = uws.App();
const io = new Server(pings);
// µWebSockets has pings of its own; without these options, those of its defaults.
io.attachApp(app, hasDefaultPings ? {} : { idleTimeout: 0 });
answer(io);
app.listen("127.0.0.1", 0, (listening) => {
  if (!listening) throw new Error("no port");
  announce(uws.us_socket_local_port(listening));
});
