// Clients by hand that come back.

/** Joins by hand; returns what the server told, and the offset of its first event. */
export async function known(session) {
  await session.handshake();
  session.send("40");
  const told = JSON.parse((await session.next()).slice(2));
  const [, , offset] = JSON.parse((await session.next()).slice(2));
  return { ...told, offset };
}

/** Comes back by another connection; returns what the server sends until it has answered. */
export async function comeBack(frames, auth) {
  const session = await frames();
  await session.handshake();
  session.send(`40${JSON.stringify(auth)}`);
  const before = [];
  for (;;) {
    const frame = await session.next();
    if (frame.startsWith("40")) return { session, before, ...JSON.parse(frame.slice(2)) };
    before.push(frame);
  }
}
