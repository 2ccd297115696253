// Handlers that come and go, and hooks, as CONTRACT.md has them.

/** What happened to the rooms of a namespace, in the order in which it happened. */
function logRooms(namespace) {
  const log = [];
  for (const what of ["create-room", "join-room", "leave-room", "delete-room"]) {
    namespace.adapter.on(what, (room) => log.push([what, room]));
  }
  return log;
}

const logs = new Map();

function roomLog(namespace) {
  if (!logs.has(namespace.name)) logs.set(namespace.name, logRooms(namespace));
  return logs.get(namespace.name);
}

function addHandlers(socket) {
  const log = roomLog(socket.nsp);
  socket.use(([event], next) => next(event === "forbidden" ? new Error("forbidden") : undefined));
  socket.on("forbidden", () => socket.emit("forbidden-back"));
  socket.once("once-only", (n) => socket.emit("once-only-back", n));
  const removable = () => socket.emit("removable-back");
  socket.on("removable", removable);
  socket.on("remove", (done) => {
    socket.off("removable", removable);
    done();
  });
  socket.on("watch", (done) => {
    const [incoming, outgoing] = [[], []];
    socket.onAny((event) => incoming.push(event));
    socket.onAnyOutgoing((event) => outgoing.push(event));
    socket.on("watched", (done) => done(incoming, outgoing));
    done();
  });
  socket.on("announce", (event, done) => {
    socket.on("disconnecting", (reason) => {
      for (const room of socket.rooms) if (room !== socket.id) socket.to(room).emit(event, room, reason);
    });
    done();
  });
  socket.on("room-log", (prefix, done) => {
    done(log.filter(([, room]) => room.startsWith(prefix)).map(([what, room]) => `${what} ${room}`));
  });
}

/** Adds the namespace of this file; `greet` has the handlers of all the others. */
export function addNamespace(io, greet) {
  const handlers = io.of("/handlers");
  roomLog(handlers);
  handlers.on("connection", greet).on("connection", addHandlers);
}
