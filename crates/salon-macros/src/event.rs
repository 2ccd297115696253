//! `#[derive(Event)]`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{DeriveInput, Error, LitStr};

use crate::name::{is_reserved, snake_case};

/// `home` is the crate that the user has.
pub(crate) fn derive(input: TokenStream, home: &str) -> TokenStream {
    let implementation = syn::parse2(input).and_then(|input| implement(&input, home));
    implementation.unwrap_or_else(|error| error.to_compile_error())
}

fn implement(input: &DeriveInput, home: &str) -> Result<TokenStream, Error> {
    if !input.generics.params.is_empty() {
        return Err(Error::new_spanned(
            &input.generics,
            "the type of an event has no parameters: write `impl Event for …` yourself",
        ));
    }
    let name = name(input)?;
    let (home, event) = (Ident::new(home, Span::call_site()), &input.ident);
    Ok(quote! {
        impl ::#home::Event for #event {
            const NAME: &'static str = #name;
        }
    })
}

/// The one that `#[event("…")]` says, or the type's own.
fn name(input: &DeriveInput) -> Result<LitStr, Error> {
    let mut given = input
        .attrs
        .iter()
        .filter(|one| one.path().is_ident("event"));
    let name = match given.next() {
        Some(attribute) => attribute.parse_args::<LitStr>()?,
        None => LitStr::new(&snake_case(&input.ident.to_string()), input.ident.span()),
    };
    if let Some(second) = given.next() {
        return Err(Error::new_spanned(second, "an event has one name"));
    }
    if is_reserved(&name.value()) {
        let message = format!(
            "nobody may send an event {:?}: choose another",
            name.value()
        );
        return Err(Error::new(name.span(), message));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derived(input: &str) -> String {
        derive(input.parse().unwrap(), "salon").to_string()
    }

    #[test]
    fn the_name_is_that_of_the_type_or_the_given_one() {
        let plain = derived("struct ChatMessage { text: String }");
        let written = quote! {
            impl ::salon::Event for ChatMessage {
                const NAME: &'static str = "chat_message";
            }
        };
        assert_eq!(plain, written.to_string());
        let named = derived("#[serde(x)] #[event(\"chat message\")] enum Chat { A }");
        assert!(
            named.contains("const NAME : & 'static str = \"chat message\""),
            "{named}"
        );
        assert!(named.contains("for Chat"), "{named}");
    }

    #[test]
    fn what_cannot_be_an_event_is_an_error_that_says_why() {
        for (input, why) in [
            (
                "struct Disconnect;",
                "nobody may send an event \\\"disconnect\\\"",
            ),
            ("#[event(\"connect\")] struct A;", "nobody may send"),
            ("struct A<T>(T);", "no parameters"),
            ("#[event(\"a\")] #[event(\"b\")] struct A;", "one name"),
            ("#[event(name = 7)] struct A;", "expected string literal"),
        ] {
            let derived = derived(input);
            assert!(derived.contains("compile_error"), "{input}: {derived}");
            assert!(derived.contains(why), "{input}: {derived}");
        }
    }
}
