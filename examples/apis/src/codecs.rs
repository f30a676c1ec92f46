//! Formats that the engine does not have, each a few lines: a declaration names them by `-> by Xml Type` and `body by Xml (name: Type)`.

use serde::Serialize;
use serde::de::DeserializeOwned;
use typed_endpoint::{BoxError, Codec, DecodeError};

fn unreadable(error: impl std::error::Error) -> DecodeError {
    DecodeError::custom(error.to_string())
}

/// XML, by quick-xml.
#[derive(Debug)]
pub enum Xml {}

impl<T: Serialize + DeserializeOwned> Codec<T> for Xml {
    const MEDIA_TYPE: &'static str = "application/xml";

    fn decode(body: &[u8]) -> Result<T, DecodeError> {
        quick_xml::de::from_reader(body).map_err(unreadable)
    }

    fn encode(value: &T) -> Result<Vec<u8>, BoxError> {
        Ok(quick_xml::se::to_string(value)?.into_bytes())
    }
}

/// MessagePack, by rmp-serde: objects as maps.
#[derive(Debug)]
pub enum MessagePack {}

impl<T: Serialize + DeserializeOwned> Codec<T> for MessagePack {
    const MEDIA_TYPE: &'static str = "application/msgpack";

    fn decode(body: &[u8]) -> Result<T, DecodeError> {
        rmp_serde::from_slice(body).map_err(unreadable)
    }

    fn encode(value: &T) -> Result<Vec<u8>, BoxError> {
        Ok(rmp_serde::to_vec_named(value)?)
    }
}

/// CBOR, by ciborium.
#[derive(Debug)]
pub enum Cbor {}

impl<T: Serialize + DeserializeOwned> Codec<T> for Cbor {
    const MEDIA_TYPE: &'static str = "application/cbor";

    fn decode(body: &[u8]) -> Result<T, DecodeError> {
        ciborium::from_reader(body).map_err(unreadable)
    }

    fn encode(value: &T) -> Result<Vec<u8>, BoxError> {
        let mut body = Vec::new();
        ciborium::into_writer(value, &mut body)?;
        Ok(body)
    }
}

/// Protocol buffers, by prost.
#[derive(Debug)]
pub enum Protobuf {}

impl<T: prost::Message + Default> Codec<T> for Protobuf {
    const MEDIA_TYPE: &'static str = "application/x-protobuf";

    fn decode(body: &[u8]) -> Result<T, DecodeError> {
        T::decode(body).map_err(unreadable)
    }

    fn encode(value: &T) -> Result<Vec<u8>, BoxError> {
        Ok(value.encode_to_vec())
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use typed_endpoint::mock::Mock;
    use typed_endpoint::{Api, Case, Client, ErrorKind, Retry, Unmapped, endpoint};

    use super::*;

    enum Formats {}

    impl Api for Formats {
        const NAME: &'static str = "Formats";
        const SERVERS: &'static [&'static str] = &["https://formats.example"];
        const CASE: Case = Case::Snake;
        type Error = Unmapped;
    }

    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Book {
        title: String,
        pages: u32,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    struct Page {
        #[prost(string, tag = "1")]
        text: String,
        #[prost(uint64, repeated, tag = "2")]
        notes: Vec<u64>,
    }

    endpoint! {
        /// Sends a book back.
        InXml: Formats = PUT "/xml" body by Xml (book: Book) -> by Xml Book
    }
    endpoint! {
        /// Sends a book back.
        InMessagePack: Formats = PUT "/msgpack" body by MessagePack (book: Book) -> by MessagePack Book
    }
    endpoint! {
        /// Sends a book back.
        InCbor: Formats = PUT "/cbor" body by Cbor (book: Book) -> by Cbor Book
    }
    endpoint! {
        /// Sends a page back.
        InProtobuf: Formats = PUT "/protobuf" body by Protobuf (page: Page) -> by Protobuf Page
    }

    fn book() -> Book {
        Book { title: "Moby-Dick & others".into(), pages: 635 }
    }

    #[tokio::test]
    async fn each_format_goes_there_and_back() {
        let mock = Mock::new()
            .on(async |put: InXml| Ok(put.book))
            .on(async |put: InMessagePack| Ok(put.book))
            .on(async |put: InCbor| Ok(put.book))
            .on(async |put: InProtobuf| Ok(put.page));
        let client = mock.client::<Client<Formats>>();
        let xml = client.call(InXml::new(book())).with_response().await.unwrap();
        assert_eq!(xml.value, book());
        assert_eq!(xml.raw_body, "<Book><title>Moby-Dick &amp; others</title><pages>635</pages></Book>");
        let msgpack = client.call(InMessagePack::new(book())).with_response().await.unwrap();
        assert_eq!((msgpack.value, msgpack.raw_body[0]), (book(), 0x82));
        let cbor = client.call(InCbor::new(book())).with_response().await.unwrap();
        assert_eq!((cbor.value, cbor.raw_body[0]), (book(), 0xA2));
        let page = Page { text: "Call me Ishmael.".into(), notes: vec![1, 300] };
        let protobuf = client.call(InProtobuf::new(page.clone())).with_response().await.unwrap();
        assert_eq!((protobuf.value, &protobuf.raw_body[18..]), (page, &[0x12, 3, 1, 0xAC, 2][..]));
        let types: Vec<_> =
            mock.seen().iter().map(|parts| parts.headers["content-type"].to_str().unwrap().to_owned()).collect();
        assert_eq!(types, ["application/xml", "application/msgpack", "application/cbor", "application/x-protobuf"]);
    }

    #[tokio::test]
    async fn what_is_no_such_format_is_an_error() {
        let mock = Mock::new().fallback(async |_| typed_endpoint::mock::Reply::text(200, "\u{ff}{"));
        let client = mock.client::<Client<Formats>>().retry(Retry::never());
        let kinds = [
            client.call(InXml::new(book())).await.unwrap_err().kind(),
            client.call(InMessagePack::new(book())).await.unwrap_err().kind(),
            client.call(InCbor::new(book())).await.unwrap_err().kind(),
            client.call(InProtobuf::new(Page::default())).await.unwrap_err().kind(),
        ];
        assert_eq!(kinds, [ErrorKind::Decode; 4]);
    }
}
