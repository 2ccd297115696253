// What every client does over every transport. `open` gives a client that is connected, `client` one that is not yet.
import assert from "node:assert/strict";

// 1.7 writes what is not ASCII twice in UTF-8 when it polls, and no server can know; so the rest comes after the upgrade.
const ascii = ["text", { nested: { list: [1, null, true, -0.5] } }, "", "x".repeat(5000)];
const text = ["ä🦀", ...ascii];
const bytes = [Buffer.from([0, 1, 255]), { deep: [Buffer.alloc(0), { deeper: Buffer.alloc(3000, 7) }] }, "text between", Buffer.from("more")];

async function assertEchoed(client, args) {
  const back = client.events("message-back");
  client.emit("message", ...args);
  assert.deepEqual(await back.next(), args);
}

export const scenarios = {
  "is greeted, and ends on its transport": async ({ open }) => {
    const client = await open();
    assert.deepEqual(await client.events("auth").next(), [{}]);
    await client.settled();
    assert.equal(client.transport, client.mode === "polling" ? "polling" : "websocket");
  },

  "sends and gets text": async ({ open }) => {
    const client = await open();
    await assertEchoed(client, ascii);
    await client.settled();
    await assertEchoed(client, text);
  },

  "sends and gets bytes": async ({ open }) => {
    const client = await open();
    await assertEchoed(client, bytes);
    await client.settled();
    await assertEchoed(client, bytes);
  },

  "gets acknowledgements": async ({ open }) => {
    const client = await open({ namespace: "/custom" });
    await client.settled();
    for (const args of [[], text, bytes]) assert.deepEqual(await client.ask("message-with-ack", ...args), args);
    const numbers = Array.from({ length: 20 }, (_, i) => [i]);
    assert.deepEqual(await Promise.all(numbers.map(([i]) => client.ask("message-with-ack", i))), numbers);
  },

  "gives acknowledgements": async ({ open }) => {
    const client = await open({ namespace: "/custom" });
    const answers = client.events("answer");
    await client.settled();
    for (const args of [[], text, bytes]) {
      client.emit("ask-me", 4000, ...args);
      assert.deepEqual(await answers.next(), args);
    }
  },

  "keeps the order, also while it is upgraded": async ({ open }) => {
    const client = await open();
    const back = client.events("message-back");
    const sent = Array.from({ length: 100 }, (_, i) => (i % 3 ? [i] : [i, Buffer.from([i])]));
    for (const args of sent.slice(0, 50)) client.emit("message", ...args);
    await client.settled();
    for (const args of sent.slice(50)) client.emit("message", ...args);
    assert.deepEqual(await back.take(100), sent);
  },

  "uses two namespaces, and leaves one": async ({ open, server }) => {
    const main = await open();
    const custom = await main.sibling("/custom").connect();
    assert.notEqual(custom.id, main.id);
    await assertEchoed(custom, ["to custom", ...bytes]);
    await assertEchoed(main, ["to main"]);
    const { id } = custom;
    custom.disconnect();
    assert.equal(await server.reason(id), "client namespace disconnect");
    await assertEchoed(main, ["still here"]);
    assert.equal(custom.events("message-back").all.length, 1);
  },

  "is refused by an unknown namespace": async ({ open }) => {
    const main = await open();
    await assert.rejects(main.sibling("/unknown").connect(), ({ told }) => {
      assert.deepEqual(told, { message: "Invalid namespace", ...(main.protocol === 4 && { data: undefined }) });
      return true;
    });
    await assertEchoed(main, ["still here"]);
  },

  "trap 21: is refused by a middleware, before protocol 4 with the bare data, and let in with the right token": async ({ open }) => {
    const main = await open();
    await assert.rejects(main.sibling("/auth", "wrong").connect(), ({ told }) => {
      const data = { code: 401 };
      assert.deepEqual(told, main.protocol === 4 ? { message: "not authorised", data } : data);
      return true;
    });
    await assertEchoed(main, ["still here"]);
    const admitted = await open({ namespace: "/auth", token: "secret" });
    assert.deepEqual(await admitted.events("auth").next(), [{ token: "secret" }]);
    await assertEchoed(admitted, bytes);
  },
};

/** How a connection ends: what is done, why the client says it ended, and why the server does, perhaps for each transport. */
export const endings = {
  "the client leaves": {
    end: (client) => client.disconnect(),
    client: "left",
    server: "client namespace disconnect",
  },
  "the server sends it away": {
    end: (client) => client.emit("disconnect-me", false),
    client: "sentAway",
    server: "server namespace disconnect",
  },
  "the server sends it away and closes the connection": {
    end: (client) => client.emit("disconnect-me", true),
    client: "sentAway",
    server: "server namespace disconnect",
  },
  "the client closes the connection": {
    end: (client) => client.closeConnection(),
    client: "closed",
    server: "transport close",
  },
  "the client beats in the wrong direction": {
    end: (client) => client.sendPacket(client.protocol === 4 ? "ping" : "pong"),
    client: "lost",
    server: "transport error",
  },
  "the client sends an unknown Engine.IO packet": {
    end: (client) => client.sendPacket("nonsense"),
    client: "lost",
    server: "parse error",
  },
  "the client sends an unreadable Socket.IO packet": {
    end: (client) => client.sendMessage("nonsense"),
    client: "lost",
    server: "forced close",
  },
  "the client writes to a namespace that it has not joined": {
    end: (client) => client.sendMessage('2/custom,["message"]'),
    client: "lost",
    // Between two polls nobody can be told at once.
    server: { polling: ["forced close", "forced server close"], websocket: "forced close", upgrade: "forced close" },
  },
  "the client sends more than the server takes": {
    end: (client) => client.sendMessage("x".repeat(1_000_001)),
    client: "refused",
    // By polling it may close its session before or after it drops its poll.
    server: { polling: ["transport close", "transport error"], websocket: "transport error", upgrade: "transport error" },
  },
};

/** What all clients do at once. Each gets all of them, and the server. */
export const gatherings = {
  "broadcasts of any of them reach all, in order": async ({ clients }) => {
    const inboxes = clients.map((client) => client.events("news"));
    for (const client of clients) {
      await client.settled();
      const sent = [[1, ...ascii], [2, ...bytes], [3]];
      for (const args of sent) await client.ask("send", { sender: true }, "news", args);
      for (const inbox of inboxes) assert.deepEqual(await inbox.take(3), sent);
    }
    for (const inbox of inboxes) assert.equal(inbox.all.length, 3 * clients.length);
  },

  "come back when the server is shut down and starts again": async ({ clients, server, ended }) => {
    await Promise.all(clients.map((client) => client.settled()));
    const before = clients.map(({ id }) => id);
    await server.shutDown();
    await Promise.all(clients.map((client) => ended(client, "gone")));
    for (const id of before) assert.equal(await server.reason(id), "server shutting down");
    await assertBack({ clients, server });
    clients.forEach(({ id }) => assert.ok(!before.includes(id)));
  },

  "come back when the server crashes and starts again": async ({ clients, server, ended }) => {
    await Promise.all(clients.map((client) => client.settled()));
    await server.kill();
    await Promise.all(clients.map((client) => ended(client, "gone")));
    await assertBack({ clients, server });
  },
};

async function assertBack({ clients, server }) {
  const late = clients.map((client) => client.ask("message-with-ack", "emitted while the server is away", ...bytes));
  await server.start();
  await Promise.all(clients.map((client) => client.reconnected()));
  for (const answer of await Promise.all(late)) assert.deepEqual(answer, ["emitted while the server is away", ...bytes]);
}

/** The same, on a server that expects pongs soon. */
export const silences = {
  "that fall silent are a ping timeout": async ({ clients, server, ended }) => {
    // After an upgrade Node no longer minds a silent client of protocol 3: see quirks.test.mjs.
    const minded = clients.filter(({ protocol, mode }) => protocol === 4 || mode !== "upgrade");
    await Promise.all(clients.map((client) => client.settled()));
    const ids = minded.map(({ id }) => id);
    for (const client of minded) client.fallSilent();
    for (const id of ids) assert.equal(await server.reason(id), "ping timeout");
    await Promise.all(minded.map((client) => ended(client, "lost")));
  },

  "notice a server that falls silent, and come back when it speaks again": async ({ clients, server, ended }) => {
    await Promise.all(clients.map((client) => client.settled()));
    server.freeze();
    await Promise.all(clients.map((client) => ended(client, "silence")));
    server.thaw();
    await Promise.all(clients.map((client) => client.reconnected()));
    for (const client of clients) await assertEchoed(client, ["back"]);
  },
};
