// Writes what socket.io-parser makes of odd packets, as vectors for crates/salon-proto/tests.
//
//   node vectors/packets.mjs > ../crates/salon-proto/tests/vectors/packets.json
//
// Each vector has the frames that arrive, binary ones in hex with an `x` before it, and what comes of
// the last of them: an `error`, `nothing`, a packet, or an `empty` one, which means nothing. Where salon is stricter on purpose, it says why.
import { Decoder } from "socket.io-parser";

const placeholder = (num) => `{"_placeholder":true,"num":${num}}`;
const binary = (array) => [`51-["x",${array}]`, "x01"];

const plain = [
  // Types
  "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "-1", "é", "10", "/", "[", '["x"]',
  // Namespaces
  "0/", "0/,", "0/a", "0/a,", "0/a,{}", "0/a{}", "0a", "0,", "0,{}", "1/a", "1/a,", "1/a/b,", "0//", "0/é☃,", "0/a?b=c,", '0/a,b,{"c":1}',
  '2/a["x"]', '2/a,["x"]', '2/["x"]', '2/,["x"]', '2//,["x"]', "2/a,", '2/a,1["x"]', '2/1,["x"]',
  // Ids
  '20["x"]', '2007["x"]', '29007199254740991["x"]', "27", "2/a,7", '2-1["x"]', '2+1["x"]', '21.5["x"]', '21e3["x"]', '2a["x"]', "31[]", "3[]", "31", "3/a,1[]",
  '07{"a":1}', "17", '47"x"',
  // Connections
  "0{}", '0{"token":"x"}', "0[]", '0"x"', "01", "0null", "0true", "0{", "0{}x", "0{} ", "0\n{}", '0{"a":1,"a":2}', "0{'a':1}", "0{a:1}",
  "1{}", "1[]", "1null", '1"x"', "1/a,{}", "1x",
  "4{}", '4"x"', "4[]", "4null", "4true", '4{"message":"x"}', '4/a,{"message":"x"}', "4x", '4"x',
  // Events
  '2["x"]', '2["x",1]', "2[1]", "2[-1]", "2[1.5]", "2[1e3]", "2[1e400]", '2[""]', "2[]", "2[null]", "2[true]", "2[[]]", "2[{}]", "2{}", "2null", '2"x"', "2x", "2[",
  '2["x"', '2["x",]', '2["x"]]', '2["x"]x', '2["x"]\n', '2[\r\n"x"]', '2["x",01]', '2["x",.5]', '2["x",1.]', '2["x",+1]', '2["x",-]', '2["x",1e]', '2["x",1e+2]',
  '2["x",NaN]', '2["x",undefined]', "2['x']", '2["x",0x1]', '2["x",1_0]', '2["x"/**/]', '2["x",{"a"}]', '2["x",{"a":}]', '2["x",{"a":1,}]', '2["x",{1:1}]', '2["x",{"":1}]',
  '2["\\u0061"]', '2["\\x61"]', '2["\\u00"]', '2["a\\/b"]', '2["\\"]', '2["a\nb"]', '2["a\tb"]', '2["\\n"]', '2["\u007f"]', '2["\u2028"]', '2["x","\u0000"]', '2["x","\\u0000"]',
  '2["x","\\ud83d\\ude00"]', '2["x","😀"]', '2["x",1e999]', '2["x",123456789012345678901234567890]', '2["x",{"__proto__":1}]', '2["x"]\u00a0',
  // Reserved names, and names that are nearly so
  ...["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"].map((name) => `2["${name}"]`),
  '2["\\u0063onnect"]', '2["Connect"]', '2["connect "]', '2["error"]', '2["message"]', '2["connection"]', '2["reconnect"]', '2["ping"]', '3["connect"]', '31["connect"]',
  // Answers
  "31[1]", "31[[]]", "31{}", "31null", '31"x"', "31[", "31[]x", '31["disconnect"]',
];

const withBinary = [
  // How many
  ['51-["x"]', "x01"], ['52-["x"]', "x01"], ['52-["x"]', "x01", "x02"], ['510-["x"]'], ['511-["x"]'], ['50-["x"]'], ['5-["x"]'], ['5["x"]'], ['51["x"]'], ["51"], ["51-"],
  ['5-1-["x"]'], ['51.5-["x"]'], ['5x-["x"]'], ['501-["x"]', "x01"], ['51--["x"]'], ['5999999999999999999999-["x"]'], ["51-", "x01"], ["61-", "x01"],
  // Where the namespace and the id are
  ['51-/a,["x"]', "x01"], ['51-/a,7["x"]', "x01"], ['51-7["x"]', "x01"], ["61-7[]", "x01"], ["61-/a,7[]", "x01"], ["61-[]", "x01"], ['5/a,1-["x"]'], ['51/a,-["x"]'],
  // What is in between
  ["x01"], ['51-["x"]', '2["y"]'], ['51-["x"]', "0"], ['52-["x"]', "x01", '2["y"]'], ['2["x"]', "x01"], ['51-["x"]', "x01", "x02"], ['51-["x"]', "x"],
  // Names and shapes
  ['51-["connect"]'], ["51-[]"], ["51-{}"], ["51-[null]"], ["51-[1]", "x01"], ["61-7{}"], ['51-["x"'],
  // Placeholders
  binary(placeholder(0)), binary(`${placeholder(0)},${placeholder(0)}`), binary(placeholder(1)), binary(placeholder(-1)), binary(placeholder('"0"')), binary(placeholder("null")),
  binary(placeholder("true")), binary(placeholder("[0]")), binary('{"_placeholder":true}'), binary('{"_placeholder":false,"num":9}'), binary('{"_placeholder":1,"num":9}'),
  binary('{"_placeholder":"true","num":9}'), binary('{"num":0,"_placeholder":true}'), binary('{"_placeholder":true,"num":0,"more":1}'), binary('{"_placeholder":true,"num":9,"num":0}'),
  binary('{"_placeholder":true,"_placeholder":false,"num":9}'), binary(`[[{"a":[${placeholder(0)}]}]]`), binary(`[[{"a":[${placeholder(3)}]}]]`), binary('{"\\u005fplaceholder":true,"num":0}'),
  binary(placeholder("18446744073709551616")), binary(placeholder("4294967296")), binary(`{"a":${placeholder(0)},"b":null}`), [`51-[${placeholder(0)}]`, "x01"],
  [`52-["x",${placeholder(1)},${placeholder(0)}]`, "x01", "x02"], [`61-3[${placeholder(0)}]`, "x01"], [`61-3[${placeholder(1)}]`, "x01"],
];

const aSpace = "a space is no digit";
const wholeNumber = "only digits are a number of attachments";
const aFloat = "only integers number an attachment";

const stricter = [
  [[""], "an empty packet is no CONNECT"],
  [[" "], aSpace],
  [[' ["x"]'], aSpace],
  [['2\u00a0["x"]'], aSpace],
  [['2\ufeff["x"]'], aSpace],
  [['51e0-["x"]'], wholeNumber],
  [['5+1-["x"]'], wholeNumber],
  [['5 1-["x"]'], wholeNumber],
  [['50x1-["x"]'], wholeNumber],
  [['51.0-["x"]'], wholeNumber],
  [binary(placeholder("0.5")), aFloat],
  [binary(placeholder("-0")), aFloat],
  [binary(placeholder("0e0")), aFloat],
  [binary(`{"_placeholder":true,"num":0,"more":${placeholder(9)}}`), "placeholders inside one another are checked too"],
  [['2["\\ud800"]'], "a name is whole Unicode"],
  [['299999999999999999999["x"]'], "an id has 64 bits"],
];

function outcome(frames) {
  const decoder = new Decoder();
  let packet;
  decoder.on("decoded", (decoded) => (packet = decoded));
  try {
    for (const frame of frames) {
      packet = undefined;
      decoder.add(frame.startsWith("x") ? Buffer.from(frame.slice(1), "hex") : frame);
    }
  } catch {
    return { outcome: "error" };
  }
  if (packet === undefined) return { outcome: "nothing" };
  const { type, nsp, id = null, data = null } = packet;
  // The server does nothing for an event without data, or an answer without an id.
  const means = type === 2 ? data !== null : type === 3 ? data !== null && id !== null : true;
  if (!means) return { outcome: "empty", nsp };
  const isBinary = frames.length > 1;
  return { outcome: "packet", type, nsp, id, data: isBinary || data === null ? null : JSON.stringify(data) };
}

const all = [...plain.map((frame) => [[frame]]), ...withBinary.map((frames) => [frames]), ...stricter];
const vectors = all.map(([frames, why = null]) => ({ frames, ...outcome(frames), stricter: why }));
const lines = vectors.map((vector) => ` ${JSON.stringify(vector)}`);
console.log(`[\n${lines.join(",\n")}\n]`);
