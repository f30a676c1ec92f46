//! The head of a response: its status, and the headers that mean something to trickle.

use bytes::{Buf, BytesMut};

/// The largest head, and the most headers, that are read.
const MAX_HEAD: usize = 32 * 1024;
const MAX_HEADERS: usize = 64;

/// The head of a response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// `Lp-Trickle-Seq`: the segment.
    pub(crate) seq: Option<u64>,
    /// `Lp-Trickle-Latest`: the segment after the newest.
    pub(crate) latest: Option<u64>,
    /// `Lp-Trickle-Closed`: the channel has ended.
    pub(crate) closed: bool,
    pub(crate) content_type: Option<String>,
    pub(crate) length: Length,
    /// Whether the connection ends with this response.
    pub(crate) last: bool,
}

/// How a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    Bytes(u64),
    Chunked,
    UntilClosed,
}

/// Takes a head from what was received; `None` if it is not complete. Interim responses (1xx) are skipped: servers send any
/// number of them.
pub(crate) fn take(buffer: &mut BytesMut) -> Result<Option<Head>, &'static str> {
    loop {
        match parse(buffer)? {
            None if buffer.len() > MAX_HEAD => return Err("the head of the response is too long"),
            None => return Ok(None),
            Some((_, length)) if length > MAX_HEAD => return Err("the head of the response is too long"),
            Some((head, length)) => {
                buffer.advance(length);
                match head.status {
                    101 => return Err("the server has switched to another protocol"),
                    100..200 => {}
                    _ => return Ok(Some(head)),
                }
            }
        }
    }
}

fn parse(bytes: &[u8]) -> Result<Option<(Head, usize)>, &'static str> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let length = match response.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err("the response is not HTTP/1.1"),
    };
    let status = response.code.unwrap_or_default();
    let mut head = Head {
        status,
        seq: None,
        latest: None,
        closed: false,
        content_type: None,
        length: Length::UntilClosed,
        last: response.version == Some(0),
    };
    let mut size = None;
    for header in response.headers.iter() {
        let value = header.value.trim_ascii();
        let name = |name: &str| header.name.eq_ignore_ascii_case(name);
        if name("lp-trickle-seq") {
            head.seq = number(value);
        } else if name("lp-trickle-latest") {
            head.latest = number(value);
        } else if name("lp-trickle-closed") {
            head.closed = true;
        } else if name("content-type") {
            let text = std::str::from_utf8(value).ok().filter(|text| !text.is_empty());
            head.content_type = text.map(str::to_owned);
        } else if name("content-length") {
            let given = number(value).ok_or("the response has a length that is no number")?;
            if size.replace(given).is_some_and(|other| other != given) {
                return Err("the response has two lengths");
            }
        } else if name("transfer-encoding") {
            match value.eq_ignore_ascii_case(b"chunked") {
                true => head.length = Length::Chunked,
                false => return Err("the response has an unknown transfer encoding"),
            }
        } else if name("connection") {
            let mut options = value.split(|byte| *byte == b',');
            head.last |= options.any(|option| option.trim_ascii().eq_ignore_ascii_case(b"close"));
        }
    }
    match (head.length, size) {
        _ if matches!(status, 204 | 304) => head.length = Length::Bytes(0),
        (Length::Chunked, Some(_)) => return Err("the response has a length and is chunked"),
        (Length::UntilClosed, Some(size)) => head.length = Length::Bytes(size),
        _ => {}
    }
    head.last |= head.length == Length::UntilClosed;
    Ok(Some((head, length)))
}

/// A number of digits only: `parse` would accept a sign.
pub(crate) fn number(text: &[u8]) -> Option<u64> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Result<Option<Head>, &'static str> {
        take(&mut BytesMut::from(text))
    }

    #[test]
    fn interim_responses_are_skipped_however_many_there_are() {
        let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000);
        let mut buffer = BytesMut::from(interim.as_str());
        assert_eq!(take(&mut buffer), Ok(None));
        assert!(buffer.is_empty());
        let found = head(&format!("{interim}HTTP/1.1 200 OK\r\nLp-Trickle-Seq: 7\r\nContent-Length: 0\r\n\r\n"));
        assert_eq!(found.unwrap().unwrap().seq, Some(7));
    }

    #[test]
    fn headers_are_read_by_any_case() {
        let text = "HTTP/1.1 470 status code 470\r\nlp-trickle-latest: 8\r\nLP-TRICKLE-SEQ: 2\r\nContent-Length: 15\r\n\
                    Content-Type: \r\nconnection: keep-alive, Close\r\nLp-Trickle-Closed: terminated\r\n\r\n";
        let expected = Head {
            status: 470,
            seq: Some(2),
            latest: Some(8),
            closed: true,
            content_type: None,
            length: Length::Bytes(15),
            last: true,
        };
        assert_eq!(head(text), Ok(Some(expected)));
    }

    #[test]
    fn contradicting_and_endless_heads_are_errors() {
        let of = |headers: &str| head(&format!("HTTP/1.1 200 OK\r\n{headers}\r\n"));
        assert!(of("content-length: 1\r\ncontent-length: 2\r\n").is_err());
        assert!(of("content-length: 1\r\ntransfer-encoding: chunked\r\n").is_err());
        assert!(of("content-length: -1\r\n").is_err());
        assert!(of("transfer-encoding: gzip, chunked\r\n").is_err());
        assert!(of(&format!("x: {}\r\n", "y".repeat(MAX_HEAD))).is_err());
        assert!(of(&"x: y\r\n".repeat(MAX_HEADERS + 1)).is_err());
        assert!(head("SSH-2.0-OpenSSH\r\n").is_err());
        assert!(head("HTTP/1.1 101 Switching Protocols\r\n\r\n").is_err());
    }

    #[test]
    fn a_negative_sequence_is_none() {
        let found = head("HTTP/1.1 200 OK\r\nlp-trickle-seq: -1\r\nlp-trickle-latest: +4\r\ncontent-length: 0\r\n\r\n");
        let found = found.unwrap().unwrap();
        assert_eq!((found.seq, found.latest), (None, None));
    }
}
