// The options of the reference server that concern HTTP requests.

/** An origin that is an object with an `end` stands for a regular expression, which JSON cannot hold. */
function corsOptions({ origin, ...others }) {
  return origin?.end === undefined ? { origin, ...others } : { origin: new RegExp(`${RegExp.escape?.(origin.end) ?? origin.end.replaceAll(".", "\\.")}$`), ...others };
}

async function allowRequest(request, callback) {
  await null;
  const words = request.headers["x-refuse"];
  callback(words, words === undefined);
}

const noContext = { serverNoContextTakeover: true, clientNoContextTakeover: true };

export function requestOptions({ CORS, ADD_TRAILING_SLASH, SERVE_CLIENT, HOOKS, PER_MESSAGE_DEFLATE }) {
  return {
    ...(CORS && { cors: corsOptions(JSON.parse(CORS)) }),
    ...(ADD_TRAILING_SLASH === "no" && { addTrailingSlash: false }),
    ...(SERVE_CLIENT && { serveClient: true }),
    ...(PER_MESSAGE_DEFLATE && { perMessageDeflate: { threshold: Number(PER_MESSAGE_DEFLATE), ...noContext } }),
    ...(HOOKS !== undefined && { cookie: true, allowRequest }),
  };
}

export function addHooks(engine) {
  const generateId = engine.generateId.bind(engine);
  engine.generateId = async (request) => {
    const id = request.headers["x-id"];
    if (id === "fail") throw new Error("no more ids");
    return id ?? generateId(request);
  };
  engine.on("initial_headers", (headers, request) => (headers["x-initial"] = request.method));
  engine.on("headers", (headers, request) => (headers["x-each"] = request.method));
  engine.on("connection_error", ({ req, code, message, context }) => {
    const { sid, error, ...others } = context; // a secret, and an object
    const sorted = Object.fromEntries(Object.entries(others).sort().map(([name, value]) => [name, String(value)]));
    console.log(`refused ${code} ${message} ${req.method} ${JSON.stringify(sorted)}`);
  });
}
