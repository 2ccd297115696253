//! The names of events.

/// Nobody may send these: JavaScript's own events. They are those of `salon-proto`, which a macro
/// need not wait for; a test compares them.
const RESERVED: &[&str] = &[
    "connect",
    "connect_error",
    "disconnect",
    "disconnecting",
    "newListener",
    "removeListener",
];

pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// `ChatMessage` is `chat_message`, and `HTTPError` is `http_error`.
pub(crate) fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(index + 1);
        let follows_small = before.is_some_and(|one| !one.is_uppercase() && *one != '_');
        let begins_word = before.is_some_and(|one| one.is_uppercase())
            && after.is_some_and(|one| one.is_lowercase());
        if letter.is_uppercase() && (follows_small || begins_word) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_names_are_those_of_the_protocol() {
        assert_eq!(RESERVED, salon_proto::packet::RESERVED_EVENTS);
    }

    #[test]
    fn words_are_parted() {
        for (name, snake) in [
            ("Greeting", "greeting"),
            ("ChatMessage", "chat_message"),
            ("HTTPError", "http_error"),
            ("Move2D", "move2_d"),
            ("Already_Snake", "already_snake"),
            ("A", "a"),
        ] {
            assert_eq!(snake_case(name), snake);
        }
    }
}
