//! The names of the events and of the room, written once for the server, the client in the terminal
//! and the page.
//!
//! The xtask includes this file and writes what [`javascript`] renders to
//! `demo/page/src/generated/events.js`, so it must need nothing but `std`.

/// Defines each name as a constant, and all of them as the list that is rendered.
macro_rules! names {
    ($($(#[$doc:meta])* $name:ident = $value:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $value;)*

        const NAMES: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

// `IO_CLIENT_…` is what a client says and `IO_SERVER_…` what the server says,
// so that every line of code shows who speaks.
names! {
    /// The socket is connected; Socket.IO's own event on the page.
    IO_CONNECT = "connect";
    /// The socket is gone; Socket.IO's own event on the page.
    IO_DISCONNECT = "disconnect";
    /// A client greets the server.
    IO_CLIENT_HELLO = "IO_CLIENT_HELLO";
    /// A client asks to join the room it names.
    IO_CLIENT_JOIN_ROOM = "IO_CLIENT_JOIN_ROOM";
    /// The server greets.
    IO_SERVER_HELLO = "IO_SERVER_HELLO";
    /// The room in which all clients meet.
    ROOM = "hello-1234";
}

/// Renders the names as a JavaScript module that exports each of them.
pub fn javascript() -> String {
    let mut module =
        String::from("// Generated from demo/src/events.rs: change the names there.\n");
    for (name, value) in NAMES {
        module += &format!("export const {name} = {value:?};\n");
    }
    module
}

#[cfg(test)]
mod tests {
    use super::javascript;

    #[test]
    fn the_module_exports_every_name() {
        let expected = r#"// Generated from demo/src/events.rs: change the names there.
export const IO_CONNECT = "connect";
export const IO_DISCONNECT = "disconnect";
export const IO_CLIENT_HELLO = "IO_CLIENT_HELLO";
export const IO_CLIENT_JOIN_ROOM = "IO_CLIENT_JOIN_ROOM";
export const IO_SERVER_HELLO = "IO_SERVER_HELLO";
export const ROOM = "hello-1234";
"#;
        assert_eq!(javascript(), expected);
    }
}
