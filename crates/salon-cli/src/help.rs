//! What `--help` and `--version` show.

pub(crate) const VERSION: &str = concat!("salon ", env!("CARGO_PKG_VERSION"));

pub(crate) const ALL: &str = "\
Talks to Socket.IO servers.

  salon connect URL              a conversation: prints what comes, emits what you type
  salon emit URL EVENT [ARG…]    emits one event, for scripts
  salon bench SCENARIO URL       load for a server, and what becomes of it

`salon connect --help` and the like tell more.";

macro_rules! server_options {
    () => {
        "
The server:
  URL                       where it is; http:// may be left out. Its path names the namespace,
                            its query goes with each request
  --namespace NAME          the namespace, instead of the URL's path
  --path PATH               where Socket.IO is on the server; /socket.io/ if not said
  --auth JSON               an object for the namespace, such as '{\"token\":\"x\"}'
  --transport WHICH         polling, websocket or both; if not said both: polling, then upgraded
  --header KEY:VALUE        a header of each request; may be given several times
  --query KEY=VALUE         a part of each request's query; may be given several times
  --proxy URL               an HTTP or SOCKS5 proxy; otherwise as HTTPS_PROXY and its kin say
  --ca FILE                 trust the authorities in this file, and no others (PEM)
  --insecure                do not check the server's certificate
  --connect-timeout TIME    how long connecting may take; 20s if not said
"
    };
}

pub(crate) const CONNECT: &str = concat!(
    "\
salon connect [OPTION…] URL

Prints what the server sends, and emits what you type or pipe in: the name of an event and its
arguments, which are JSON, or bare words for strings. `hello you {\"n\":1}` emits the event hello
with a string and an object. `/help` lists the commands.

  --json                    print one JSON object a line; binary is {\"$binary\":\"base64\"}
  --timeout TIME            how long an answer to --ack may take; 10s if not said
  --answer ARGS             answer whatever the server asks with these arguments
  --stay                    go on at the end of a piped input, until there is no connection
  --retry                   try the first connection again and again, as a lost one
  --attempts NUMBER         give up after so many attempts to connect again
  --no-reconnect            do not make a lost connection anew
",
    server_options!(),
    "
A time is written 500ms, 5s or 2m.

The program's status: 0 done; 2 wrong usage, or a line that could not be read; 3 no connection;
4 refused by the server; 5 no answer in time; 6 disconnected; 130 stopped by Ctrl-C; 1 anything
else. On a terminal only what ends the program counts; for piped input the first thing that went
wrong does."
);

pub(crate) const EMIT: &str = concat!(
    "\
salon emit [OPTION…] URL EVENT [ARG…]

Connects, emits the event and disconnects. Each argument is JSON, or else a string.

  --ack                     wait for the answer and print it, one argument a line
  --timeout TIME            how long it may take; 10s if not said
  --json                    print one JSON object a line; binary is {\"$binary\":\"base64\"}
",
    server_options!(),
    "
A time is written 500ms, 5s or 2m. After -- nothing is an option.

The program's status: 0 done; 2 wrong usage; 3 no connection; 4 refused by the server; 5 no answer
in time; 6 disconnected before the answer; 1 anything else."
);

pub(crate) const BENCH: &str = concat!(
    "\
salon bench SCENARIO [OPTION…] URL

Makes load for a Socket.IO server of any make and tells what became of it. docs/bench.md has servers
with the handlers that the scenarios need.

  connect                   opens connections, until CONNECT is answered; --connections stay open
  echo                      events that are answered
  events                    events that are not; now and then `echo` asks whether they were read
  broadcast                 one publishes, and the server emits to all
  rooms                     the same in rooms of --room-size
  binary                    as echo, with binary data
  polling                   as echo, over long-polling
  idle                      connections that do nothing: whether they stay, and are pinged
  jitter                    broadcasts to connections that are cut at random and come back
  avalanche                 the server is restarted, and all come back

  --connections NUMBER      100 if not said
  --rate NUMBER             how often a second, at fixed times, whether or not the server keeps up;
                            latencies count from these times. 1000 if not said; broadcast and jitter
                            10, connect and rooms 100
  --rate max                as often as answers come: --in-flight at a time
  --in-flight NUMBER        for --rate max, of each connection (connect: of each thread); and how many
                            events `echo` confirms; 1 if not said, events 64
  --duration TIME           how long it counts; 10s if not said, avalanche 60s at most
  --warm-up TIME            how long it does not count before; 1s if not said
  --payload SIZE            bytes of a message, such as 100, 16k or 1m; 64 if not said
  --timeout TIME            how long an answer may take; 5s if not said
  --open-rate NUMBER        connections opened a second before it begins; 1000 if not said
  --threads NUMBER          threads that make the load; 1 if not said
  --source ADDRESS,…        local addresses: each is good for some 28,000 connections to one port
  --event NAME              the event that is emitted, in place of the scenario's own
  --listen NAME             the event by which broadcasts arrive; news if not said
  --room-size NUMBER        connections in a room; 10 if not said
  --cut-every TIME          jitter: how long a connection lasts, on average; 10s if not said
  --away TIME               jitter: how long it stays away; 1s if not said
  --restart-command COMMAND avalanche: restarts the server; otherwise you do
  --pid NUMBER              the server's process, if it is on this machine: its processor time too
  --json, --json=FILE       the report as JSON, on standard output or in a file
  --html FILE               the report as a page
",
    server_options!(),
    "
A time is written 500ms, 5s or 2m. The transport is websocket if not said, but for polling. Ctrl-C
ends it early, with a report.

The program's status: 0 all that was due was delivered; 7 not all was, or something failed; 2 wrong
usage; 3 no connection; 4 refused by the server; 5 the server has no such handler; 130 stopped by
Ctrl-C; 1 anything else."
);
