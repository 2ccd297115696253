// Shows the store's state in the page.

const STATUS = {
  connecting: "Connecting…",
  connected: "Connected",
  reconnecting: "Connection lost. Reconnecting…",
  disconnected: "Disconnected. Reload the page to connect again.",
};

const TRANSPORTS = { polling: "HTTP long-polling", websocket: "WebSocket", webtransport: "WebTransport" };

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** Shows the state and each change, until the returned function is called. */
export function show(store) {
  const status = document.querySelector("#connection");
  const list = document.querySelector("#conversation");
  list.replaceChildren();

  return store.subscribe((state) => {
    showStatus(status, state);
    showLines(list, state.lines);
  });
}

function showStatus(status, { connection, transport }) {
  status.dataset.connection = connection;
  status.textContent = transport ? `${STATUS[connection]} over ${TRANSPORTS[transport]}` : STATUS[connection];
}

/** Adds what is new instead of drawing anew, so that a screen reader reads just that. */
function showLines(list, lines) {
  const shown = Number(list.lastElementChild?.dataset.id ?? 0);
  list.append(...lines.filter(({ id }) => id > shown).map(item));
  while (list.children.length > lines.length) list.firstElementChild.remove();
}

function item({ id, from, text, at }) {
  const line = document.createElement("li");
  line.dataset.id = id;
  line.dataset.from = from;

  const words = document.createElement("span");
  words.textContent = text;
  const time = document.createElement("time");
  time.dateTime = at.toISOString();
  time.textContent = clock.format(at);

  line.append(words, time);
  return line;
}
