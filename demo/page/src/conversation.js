// What the page knows: the connection's state, and what was said so far.

/** A tab that stays open for days keeps the end of the conversation only. */
const KEPT_LINES = 200;

export const initial = { connection: "connecting", transport: null, lines: [] };

export const connected = (transport) => ({ type: "connected", transport });
export const upgraded = (transport) => ({ type: "upgraded", transport });
export const greeted = (text) => ({ type: "greeted", text });
export const disconnected = (returning) => ({ type: "disconnected", returning });

/** The state after an action. */
export function next(state, action) {
  switch (action.type) {
    case "connected":
      return withLine({ ...state, connection: "connected", transport: action.transport }, "notice", "Connected.");
    case "upgraded":
      return { ...state, transport: action.transport };
    case "greeted":
      return withLine(state, "server", action.text);
    case "disconnected": {
      const connection = action.returning ? "reconnecting" : "disconnected";
      return withLine({ ...state, connection, transport: null }, "notice", "Disconnected.");
    }
    default:
      throw new Error(`The store knows no action of type "${action.type}".`);
  }
}

function withLine(state, from, text) {
  const id = (state.lines.at(-1)?.id ?? 0) + 1;
  const line = { id, from, text, at: new Date() };
  return { ...state, lines: [...state.lines, line].slice(-KEPT_LINES) };
}
