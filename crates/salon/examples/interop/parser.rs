//! The parsers that clients may ask for.

use std::borrow::Cow;
use std::env;

use salon::parser::{Decoder, Frames, MessagePack, PacketType, Parser, ParserError, RawPacket};
use salon::{Limits, ServerBuilder};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Sets the parser that the environment names.
pub(crate) fn chosen(builder: ServerBuilder) -> ServerBuilder {
    match env::var("PARSER").as_deref() {
        Ok("msgpack") => builder.parser(MessagePack),
        Ok("json") => builder.parser(Json),
        Ok(other) => panic!("no parser is called {other}"),
        Err(_) => builder,
    }
}

/// One text for each packet.
struct Json;

#[derive(Serialize, Deserialize)]
struct Text<'a> {
    r#type: u8,
    nsp: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
}

impl Parser for Json {
    fn encode(&self, packet: &RawPacket<'_>) -> Result<Frames, ParserError> {
        if !packet.attachments.is_empty() {
            return Err(ParserError::new("JSON has no form for binary data"));
        }
        let data = packet.data.as_deref().map(serde_json::from_str);
        let text = Text {
            r#type: packet.kind.number(),
            nsp: Cow::Borrowed(&packet.namespace),
            data: data.transpose().map_err(ParserError::new)?,
            id: packet.ack_id,
        };
        let text = serde_json::to_string(&text).map_err(ParserError::new)?;
        Ok(Frames::text(text))
    }

    fn decoder(&self, _: &Limits) -> Box<dyn Decoder> {
        Box::new(Self)
    }
}

impl Decoder for Json {
    fn text<'a>(&mut self, text: &'a str) -> Result<Option<RawPacket<'a>>, ParserError> {
        let text: Text<'a> = serde_json::from_str(text).map_err(ParserError::new)?;
        let kind = PacketType::from_number(text.r#type.into());
        Ok(Some(RawPacket {
            kind: kind.ok_or_else(|| ParserError::new("invalid packet type"))?,
            namespace: text.nsp,
            ack_id: text.id,
            data: text.data.map(|data| data.get().into()),
            attachments: Vec::new(),
        }))
    }
}
