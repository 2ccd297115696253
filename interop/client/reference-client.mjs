// The contract of CONTRACT.md, kept by socket.io-client itself. What the tests find here is a fact.
import { createInterface } from "node:readline";
import { io, Manager } from "socket.io-client";
import { msgpack } from "../harness/parsers.mjs";
import { readable, writable } from "./bytes.mjs";

const managers = new Map();
const sockets = new Map();
const answers = [];

const tell = (line) => process.stdout.write(`${JSON.stringify(writable(line))}\n`);

const errors = {
  "operation has timed out": "timeout",
  "socket has been disconnected": "disconnected",
};

const noContext = { serverNoContextTakeover: true, clientNoContextTakeover: true };

const managerOptions = ({ headers, cookies, parser, deflate, ...options } = {}) => ({
  autoConnect: false,
  forceNew: true,
  ...options,
  ...(headers && { extraHeaders: headers }),
  ...(cookies && { withCredentials: true }),
  perMessageDeflate: deflate === undefined ? false : { threshold: deflate, ...noContext },
  ...(parser === "msgpack" && { parser: msgpack }),
});

const socketOptions = ({ auth, auths, retries, ackTimeout } = {}) => ({
  auth: auths ? nextOf([...auths]) : auth,
  retries,
  ackTimeout,
});

function nextOf(auths) {
  return async (give) => {
    await null;
    give(auths.length > 1 ? auths.shift() : auths[0]);
  };
}

function keepManager(number, manager) {
  const report = (what, details) => tell({ manager: number, what, ...details });
  managers.set(number, manager);
  manager.on("reconnect_attempt", (attempt) => report("reconnect_attempt", { attempt }));
  manager.on("reconnect", (attempt) => report("reconnect", { attempt }));
  manager.on("reconnect_error", ({ message }) => report("reconnect_error", { message }));
  manager.on("reconnect_failed", () => report("reconnect_failed"));
}

function keepSocket(number, socket) {
  const report = (what, details) => tell({ socket: number, what, ...details });
  sockets.set(number, socket);
  socket.on("connect", () => report("connect", { id: socket.id, recovered: Boolean(socket.recovered) }));
  socket.on("connect_error", ({ message, data }) => report("connect_error", { message, data, active: socket.active }));
  socket.on("disconnect", (reason) => report("disconnect", { reason, active: socket.active, id: socket.id ?? null }));
  socket.onAny((name, ...args) => report("event", { name, args, answer: takeAnswer(args) }));
}

/** The number of the acknowledgement that the server wants, if any. */
function takeAnswer(args) {
  if (typeof args.at(-1) !== "function") return undefined;
  return answers.push(args.pop()) - 1;
}

const orders = {
  manager({ manager, url, options }) {
    keepManager(manager, new Manager(url, managerOptions(options)));
  },

  socket({ socket, manager, namespace, options }) {
    keepSocket(socket, managers.get(manager).socket(namespace, socketOptions(options)));
  },

  open({ socket, manager, url, options }) {
    const made = io(url, { ...managerOptions(options), ...socketOptions(options) });
    keepManager(manager, made.io);
    keepSocket(socket, made);
    made.connect();
  },

  connect({ socket }) {
    sockets.get(socket).connect();
  },

  emit({ socket: number, event, args, volatile, compress, timeout, ack }) {
    let socket = sockets.get(number);
    if (volatile) socket = socket.volatile;
    if (compress !== undefined) socket = socket.compress(compress);
    if (timeout !== undefined) socket = socket.timeout(timeout);
    socket.emit(event, ...args, ...(ack === undefined ? [] : [reporting(ack)]));
  },

  answer({ answer, args }) {
    answers[answer](...args);
  },

  disconnect({ socket }) {
    sockets.get(socket).disconnect();
  },

  close({ manager }) {
    managers.get(manager)._close();
  },

  state({ socket, reply }) {
    const { connected, active, recovered, id, io } = sockets.get(socket);
    const transport = io._readyState === "open" ? io.engine.transport.name : null;
    tell({ reply, connected, active, recovered: Boolean(recovered), id: id ?? null, transport });
  },

  usage({ reply }) {
    tell({ reply, tasks: process.getActiveResourcesInfo().length });
  },
};

/** As `emitWithAck` has it, with all the arguments. */
function reporting(ack) {
  const callback = (error, ...args) => tell(error ? { ack, error: errors[error.message] ?? String(error) } : { ack, args });
  callback.withError = true;
  return callback;
}

const lines = createInterface(process.stdin);
lines.on("line", (line) => {
  const order = readable(JSON.parse(line));
  orders[order.do](order);
});
lines.on("close", () => process.exit(0));
