// Bytes in JSON texts: {"$bin": base64}.
export function readable(value) {
  if (value === null || typeof value !== "object") return value;
  if ("$bin" in value) return Buffer.from(value.$bin, "base64");
  return map(value, readable);
}

export function writable(value) {
  if (value === null || typeof value !== "object") return value;
  if (ArrayBuffer.isView(value)) return { $bin: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
  return map(value, writable);
}

function map(value, change) {
  if (Array.isArray(value)) return value.map(change);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, change(item)]));
}
