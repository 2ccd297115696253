// socket.io on Node with ws, and what its page "Performance tuning" recommends: ws with its native
// part (bufferutil; utf-8-validate is of no use since Node has buffer.isUtf8), and no kept requests.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { Server } from "socket.io";
import { announce, answer, introduce, pings, requireHere, version } from "./peer.mjs";

const ofEngine = createRequire(requireHere.resolve("engine.io"));
const ofWs = createRequire(ofEngine.resolve("ws"));
// It must be there: without it, ws would use JavaScript in its place and say nothing.
ofWs("bufferutil");
introduce(version("socket.io"), version("ws", ofEngine), version("bufferutil", ofWs), `Node ${process.versions.node}`);

const http = createServer();
const io = new Server(http, pings);
io.engine.on("connection", (session) => {
  session.request = null;
});
answer(io);
http.listen(0, "127.0.0.1", 4_096, () => announce(http.address().port));
