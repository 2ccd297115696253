//! Which of the client's offers is accepted, and how (RFC 7692 section 7.1).

use super::{Deflate, Deflater, MAX_WINDOW_BITS, MIN_WINDOW_BITS};
use crate::ws::extensions::{self, InvalidExtensions, Offer, Parameter};

pub(super) const EXTENSION: &str = "permessage-deflate";

/// An offer that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Compresses what goes to this client.
    pub deflater: Deflater,
    /// The value of `Sec-WebSocket-Extensions` for the answer to the handshake.
    pub response: String,
}

impl Deflate {
    /// Chooses among the offers in `header`, the client's `Sec-WebSocket-Extensions`; if there
    /// are several headers, joined with commas. `None`: compression is not among them.
    ///
    /// # Errors
    /// When the header is malformed, or an offer of compression has an unknown, repeated or
    /// wrong parameter. As in the `ws` package, the handshake is refused then.
    pub fn accept(&self, header: &str) -> Result<Option<Accepted>, InvalidExtensions> {
        let offers = extensions::parse(header)?;
        let ours = offers.iter().filter(|offer| offer.extension == EXTENSION);
        let demands = ours.map(Demands::read).collect::<Result<Vec<_>, _>>()?;
        // Each can be met, so the one that the client likes best is taken.
        Ok(demands.first().map(|demands| self.meet(demands)))
    }

    fn meet(&self, demands: &Demands) -> Accepted {
        let window_bits = demands.server_window_bits.unwrap_or(MAX_WINDOW_BITS);
        let window_bits = window_bits.min(self.window_bits);
        let mut response = format!(
            "{EXTENSION}; {}; {}",
            Name::ServerNoContextTakeover.as_str(),
            Name::ClientNoContextTakeover.as_str()
        );
        if demands.server_window_bits.is_some() || window_bits < MAX_WINDOW_BITS {
            let name = Name::ServerMaxWindowBits.as_str();
            response.push_str(&format!("; {name}={window_bits}"));
        }
        if let Some(bits) = demands.client_window_bits {
            let name = Name::ClientMaxWindowBits.as_str();
            response.push_str(&format!("; {name}={bits}"));
        }
        Accepted {
            deflater: Deflater::new(*self, window_bits),
            response,
        }
    }
}

/// What a client's offer asks of us. That neither side keeps a context needs no asking.
#[derive(Default)]
pub(super) struct Demands {
    /// The largest window that the client can decompress.
    server_window_bits: Option<u8>,
    /// The window that the client will use, if it names one. We can decompress any.
    client_window_bits: Option<u8>,
}

impl Demands {
    pub(super) fn read(offer: &Offer<'_>) -> Result<Self, InvalidExtensions> {
        let mut demands = Self::default();
        for (name, parameter) in names_of(offer)?.into_iter().zip(&offer.parameters) {
            demands.add(name, parameter)?;
        }
        Ok(demands)
    }

    fn add(&mut self, name: Name, parameter: &Parameter<'_>) -> Result<(), InvalidExtensions> {
        match (name, parameter.value.as_deref()) {
            (Name::ServerNoContextTakeover | Name::ClientNoContextTakeover, None) => {}
            (Name::ServerMaxWindowBits, Some(value)) => {
                self.server_window_bits = Some(window_bits(value)?);
            }
            // Without a value it only says that the client would obey a size.
            (Name::ClientMaxWindowBits, None) => {}
            (Name::ClientMaxWindowBits, Some(value)) => {
                self.client_window_bits = Some(window_bits(value)?);
            }
            _ => return Err(InvalidExtensions),
        }
        Ok(())
    }
}

/// The names of the parameters, each of which may be there once.
pub(super) fn names_of(offer: &Offer<'_>) -> Result<Vec<Name>, InvalidExtensions> {
    let mut names = Vec::new();
    for parameter in &offer.parameters {
        let name = Name::parse(parameter.name).ok_or(InvalidExtensions)?;
        if names.contains(&name) {
            return Err(InvalidExtensions);
        }
        names.push(name);
    }
    Ok(names)
}

/// A number from 8 to 15 without leading zeros.
fn window_bits(value: &str) -> Result<u8, InvalidExtensions> {
    (MIN_WINDOW_BITS..=MAX_WINDOW_BITS)
        .find(|bits| bits.to_string() == value)
        .ok_or(InvalidExtensions)
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    ServerNoContextTakeover,
    ClientNoContextTakeover,
    ServerMaxWindowBits,
    ClientMaxWindowBits,
}

impl Name {
    const ALL: [Self; 4] = [
        Self::ServerNoContextTakeover,
        Self::ClientNoContextTakeover,
        Self::ServerMaxWindowBits,
        Self::ClientMaxWindowBits,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::ServerNoContextTakeover => "server_no_context_takeover",
            Self::ClientNoContextTakeover => "client_no_context_takeover",
            Self::ServerMaxWindowBits => "server_max_window_bits",
            Self::ClientMaxWindowBits => "client_max_window_bits",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    fn response(deflate: Deflate, header: &str) -> Option<String> {
        let accepted = deflate.accept(header).unwrap();
        accepted.map(|accepted| accepted.response)
    }

    #[test]
    fn neither_side_keeps_a_context_whether_the_client_asks_or_not() {
        for header in [
            "permessage-deflate",
            "permessage-deflate; client_max_window_bits",
            "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
            "x-webkit-deflate-frame; a=1, permessage-deflate",
            "permessage-deflate, permessage-deflate; server_max_window_bits=10",
        ] {
            assert_eq!(response(Deflate::new(), header).as_deref(), Some(BOTH));
        }
    }

    #[test]
    fn windows_are_confirmed() {
        for (header, added) in [
            ("server_max_window_bits=10", "server_max_window_bits=10"),
            ("server_max_window_bits=\"8\"", "server_max_window_bits=8"),
            ("server_max_window_bits=15", "server_max_window_bits=15"),
            ("client_max_window_bits=9", "client_max_window_bits=9"),
        ] {
            let header = format!("permessage-deflate; {header}");
            let expected = format!("{BOTH}; {added}");
            assert_eq!(response(Deflate::new(), &header), Some(expected));
        }
    }

    #[test]
    fn our_own_window_is_announced() {
        let deflate = Deflate::new().server_max_window_bits(12);
        for (parameter, bits) in [
            ("", 12),
            ("; server_max_window_bits=15", 12),
            ("; server_max_window_bits=9", 9),
        ] {
            let header = format!("permessage-deflate{parameter}");
            let expected = format!("{BOTH}; server_max_window_bits={bits}");
            assert_eq!(response(deflate, &header), Some(expected));
        }
    }

    #[test]
    fn other_extensions_are_declined() {
        for header in ["x-webkit-deflate-frame", "PERMESSAGE-DEFLATE", "a, b; c=1"] {
            assert_eq!(response(Deflate::new(), header), None);
        }
    }

    /// The `ws` package refuses them likewise.
    #[test]
    fn a_wrong_offer_spoils_the_others() {
        for parameters in [
            "foo",
            "Client_max_window_bits",
            "server_max_window_bits",
            "server_max_window_bits=7",
            "server_max_window_bits=16",
            "server_max_window_bits=-9",
            "client_max_window_bits=99999999999999999999",
            "server_no_context_takeover=true",
            "client_no_context_takeover=1",
            "server_no_context_takeover; server_no_context_takeover",
            "server_max_window_bits=10; server_max_window_bits=10",
        ] {
            let header = format!("permessage-deflate, permessage-deflate; {parameters}");
            let refused = Deflate::new().accept(&header);
            assert_eq!(refused, Err(InvalidExtensions), "{parameters}");
        }
    }

    /// Here `ws` reads numbers as JavaScript does; RFC 7692 section 7.1.2.1 knows only this one.
    #[test]
    fn a_window_is_a_plain_number() {
        for value in ["010", "1e1", "0xa", "+9", "9.", "8.0"] {
            let header = format!("permessage-deflate; server_max_window_bits={value}");
            assert_eq!(Deflate::new().accept(&header), Err(InvalidExtensions));
        }
    }
}
