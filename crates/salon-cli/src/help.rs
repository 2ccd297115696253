//! What `--help` and `--version` show.

pub(crate) const VERSION: &str = concat!("salon ", env!("CARGO_PKG_VERSION"));

pub(crate) const ALL: &str = "\
Talks to Socket.IO servers.

  salon connect URL              a conversation: prints what comes, emits what you type
  salon emit URL EVENT [ARG…]    emits one event, for scripts

`salon connect --help` and `salon emit --help` tell more.";

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
