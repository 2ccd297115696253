//! What the user asked for: the port and the options of the command line.

/// The port that is used when `PORT` names none.
const DEFAULT_PORT: u16 = 8000;

/// What the user asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// The port to listen on; 0 lets the system choose one.
    pub port: u16,
    /// Whether the page's scripts come from the development server.
    pub dev: bool,
}

impl Options {
    /// Reads the arguments and the value of `PORT`, or says in one sentence what is wrong.
    pub fn read(
        arguments: impl IntoIterator<Item = String>,
        port: Option<String>,
    ) -> Result<Self, String> {
        let mut dev = false;
        for argument in arguments {
            match argument.as_str() {
                "--dev" => dev = true,
                _ => return Err(unknown(&argument)),
            }
        }
        Ok(Self {
            port: read_port(port)?,
            dev,
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
    format!("{argument:?} is unknown: the one option is --dev, for scripts with hot reload.")
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn read(arguments: &[&str], port: Option<&str>) -> Result<Options, String> {
        let arguments = arguments.iter().map(ToString::to_string);
        Options::read(arguments, port.map(ToString::to_string))
    }

    #[test]
    fn the_port_is_8000_unless_told_otherwise() {
        assert_eq!(
            read(&[], None),
            Ok(Options {
                port: 8000,
                dev: false
            })
        );
        assert_eq!(
            read(&[], Some("")),
            Ok(Options {
                port: 8000,
                dev: false
            })
        );
        assert_eq!(
            read(&["--dev"], Some("9000")),
            Ok(Options {
                port: 9000,
                dev: true
            })
        );
    }

    #[test]
    fn a_wrong_port_says_what_to_do() {
        for port in ["eight", "-1", "65536"] {
            let sentence = read(&[], Some(port)).expect_err(port);
            assert!(sentence.contains("a number up to 65535"), "{sentence}");
        }
    }

    #[test]
    fn an_unknown_option_names_the_known_one() {
        let sentence = read(&["--hot"], None).expect_err("--hot");
        assert!(
            sentence.contains("--hot") && sentence.contains("--dev"),
            "{sentence}"
        );
    }
}
