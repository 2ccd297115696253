import assert from "node:assert/strict";
import { test } from "node:test";
import { connected, disconnected, greeted, initial, next, upgraded } from "./conversation.js";
import { createStore } from "./store.js";

const texts = ({ lines }) => lines.map(({ text }) => text);

test("the conversation has a line for each thing that was said or happened", () => {
  const store = createStore(next, initial);
  [connected("polling"), upgraded("websocket"), greeted("Hello!"), disconnected(true)].forEach(store.dispatch);
  assert.deepEqual(texts(store.state), ["Connected.", "Hello!", "Disconnected."]);
});

test("the transport is known while there is a connection", () => {
  const polling = next(initial, connected("polling"));
  assert.equal(polling.transport, "polling");
  assert.equal(next(polling, upgraded("websocket")).transport, "websocket");
  assert.equal(next(polling, disconnected(true)).transport, null);
});

test("a connection that will not come back says so", () => {
  assert.equal(next(initial, disconnected(true)).connection, "reconnecting");
  assert.equal(next(initial, disconnected(false)).connection, "disconnected");
});

test("a long conversation keeps its end, and its lines keep their numbers", () => {
  let state = initial;
  for (let count = 1; count <= 250; count++) state = next(state, greeted(`Hello ${count}!`));
  assert.equal(state.lines.length, 200);
  assert.equal(state.lines[0].text, "Hello 51!");
  assert.equal(state.lines.at(-1).id, 250);
});

test("an unknown action is an error", () => {
  assert.throws(() => next(initial, { type: "sing" }), /no action of type "sing"/);
});

test("a subscriber hears the state now and at each change, until it leaves", () => {
  const store = createStore((state, step) => state + step, 1);
  const heard = [];
  const leave = store.subscribe((state) => heard.push(state));
  store.dispatch(2);
  leave();
  store.dispatch(4);
  assert.deepEqual(heard, [1, 3]);
});
