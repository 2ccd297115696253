//! Is the port free? Asked before anything is built.

use std::env;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

use crate::failure::{Outcome, fail};

const SERVER: u16 = 8000;

/// Where the page's development server listens, as its configuration says.
const PAGE: u16 = 7000;

pub(crate) fn check(dev: bool) -> Outcome {
    let port = chosen(env::var("PORT").ok().as_deref())?;
    require_free(port, &format!("run `PORT={} cargo demo`", other(port)))?;
    if dev {
        require_free(PAGE, "run `cargo demo` without `--dev`")?;
    }
    Ok(())
}

/// An empty PORT counts as none, as for the server.
fn chosen(port: Option<&str>) -> Outcome<u16> {
    let Some(port) = port.filter(|port| !port.is_empty()) else {
        return Ok(SERVER);
    };
    match port.parse() {
        Ok(port) => Ok(port),
        Err(_) => fail(format!("PORT is `{port}`: set it to a number up to 65535.")),
    }
}

fn require_free(port: u16, otherwise: &str) -> Outcome {
    let Err(error) = listen(port) else {
        return Ok(());
    };
    fail(match error.kind() {
        ErrorKind::AddrInUse => {
            format!("Port {port} is taken: stop the other program or {otherwise}.")
        }
        ErrorKind::PermissionDenied => format!("Port {port} is not yours to open: {otherwise}."),
        _ => format!("Port {port} cannot be opened ({error}): {otherwise}."),
    })
}

/// On every address of both families, so that a listener on any of them is noticed.
fn listen(port: u16) -> io::Result<()> {
    match TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)) {
        Err(error) if error.kind() != ErrorKind::AddrInUse => {
            TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).map(drop)
        }
        result => result.map(drop),
    }
}

fn other(port: u16) -> u16 {
    if port < 1024 {
        SERVER
    } else {
        port.checked_add(1).unwrap_or(SERVER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_8000_or_as_the_environment_says() {
        assert_eq!(chosen(None).unwrap(), 8000);
        assert_eq!(chosen(Some("")).unwrap(), 8000);
        assert_eq!(chosen(Some("9001")).unwrap(), 9001);
        let failure = chosen(Some("http")).unwrap_err();
        assert_eq!(
            failure.to_string(),
            "PORT is `http`: set it to a number up to 65535."
        );
    }

    #[test]
    fn a_taken_port_is_noticed_on_either_address() {
        for address in ["127.0.0.1:0", "0.0.0.0:0"] {
            let listener = TcpListener::bind(address).unwrap();
            let port = listener.local_addr().unwrap().port();
            let failure = require_free(port, "do that").unwrap_err();
            assert_eq!(
                failure.to_string(),
                format!("Port {port} is taken: stop the other program or do that.")
            );
            drop(listener);
            assert!(require_free(port, "do that").is_ok());
        }
    }

    #[test]
    fn another_port_is_proposed() {
        assert_eq!((other(8000), other(80), other(65535)), (8001, 8000, 8000));
    }
}
