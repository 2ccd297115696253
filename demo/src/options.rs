//! What the user asked for: the port and the options of the command line.

/// The port that is used when `PORT` names none.
const DEFAULT_PORT: u16 = 8000;

/// What the user asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// The port of the server; where it is to listen, 0 lets the system choose one.
    pub port: u16,
    /// Which half of the demo to be.
    pub half: Half,
}

/// The two halves that greet each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// The server, with its page.
    Server {
        /// Whether the page's scripts come from the development server.
        dev: bool,
    },
    /// A client in the terminal.
    Client,
}

impl Options {
    /// Reads the arguments and the value of `PORT`, or says in one sentence what is wrong.
    pub fn read(
        arguments: impl IntoIterator<Item = String>,
        port: Option<String>,
    ) -> Result<Self, String> {
        let mut half = Half::Server { dev: false };
        for argument in arguments {
            half = match argument.as_str() {
                "--dev" => Half::Server { dev: true },
                "client" => Half::Client,
                _ => return Err(unknown(&argument)),
            };
        }
        Ok(Self {
            port: read_port(port)?,
            half,
        })
    }
}

/// `PORT=` with nothing after it counts as not set, as shells and services write it so.
fn read_port(port: Option<String>) -> Result<u16, String> {
    match port.filter(|text| !text.is_empty()) {
        None => Ok(DEFAULT_PORT),
        Some(text) => text.parse().map_err(|_| {
            format!("PORT is {text:?}: set it to a number up to 65535, or leave it out for {DEFAULT_PORT}.")
        }),
    }
}

fn unknown(argument: &str) -> String {
    format!("{argument:?} is unknown: there are --dev, for scripts with hot reload, and client.")
}

#[cfg(test)]
mod tests {
    use super::{Half, Options};

    fn read(arguments: &[&str], port: Option<&str>) -> Result<Options, String> {
        let arguments = arguments.iter().map(ToString::to_string);
        Options::read(arguments, port.map(ToString::to_string))
    }

    #[test]
    fn the_port_is_8000_unless_told_otherwise() {
        let server = |port, dev| {
            let half = Half::Server { dev };
            Ok(Options { port, half })
        };
        assert_eq!(read(&[], None), server(8000, false));
        assert_eq!(read(&[], Some("")), server(8000, false));
        assert_eq!(read(&["--dev"], Some("9000")), server(9000, true));
    }

    #[test]
    fn the_client_looks_for_the_server_on_the_same_port() {
        let client = |port| {
            let half = Half::Client;
            Ok(Options { port, half })
        };
        assert_eq!(read(&["client"], None), client(8000));
        assert_eq!(read(&["client"], Some("9000")), client(9000));
    }

    #[test]
    fn a_wrong_port_says_what_to_do() {
        for port in ["eight", "-1", "65536"] {
            let sentence = read(&[], Some(port)).expect_err(port);
            assert!(sentence.contains("a number up to 65535"), "{sentence}");
        }
    }

    #[test]
    fn an_unknown_option_names_the_known_ones() {
        let sentence = read(&["--hot"], None).expect_err("--hot");
        assert!(
            sentence.contains("--hot") && sentence.contains("--dev") && sentence.contains("client"),
            "{sentence}"
        );
    }
}
