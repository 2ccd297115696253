// Parsers in place of socket.io-parser, by the names that the variable PARSER has for them.
import { EventEmitter } from "node:events";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** One binary frame for each packet. */
export const msgpack = require("socket.io-msgpack-parser");

/** One text for each packet: an object with `type`, `nsp`, `data` and `id`. */
export const json = {
  protocol: 5,
  Encoder: class {
    encode({ type, nsp, data, id }) {
      return [JSON.stringify({ type, nsp, data, id })];
    }
  },
  Decoder: class extends EventEmitter {
    add(frame) {
      const packet = JSON.parse(frame);
      const needsArray = packet.type === 2 || packet.type === 3;
      if (![0, 1, 2, 3, 4].includes(packet.type) || typeof packet.nsp !== "string" || needsArray !== Array.isArray(packet.data)) {
        throw new Error("invalid packet");
      }
      this.emit("decoded", packet);
    }
    destroy() {}
  },
};

export function parserOptions({ PARSER }) {
  return PARSER === undefined ? {} : { parser: { msgpack, json }[PARSER] };
}
