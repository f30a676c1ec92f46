use std::io::Cursor;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::body::tests::{Scratch, run};

#[derive(Debug, PartialEq)]
struct Parsed {
    name: Option<String>,
    file_name: Option<String>,
    media_type: Option<String>,
    content: Vec<u8>,
}

fn text(name: &str, content: &str) -> Parsed {
    Parsed { name: Some(name.into()), file_name: None, media_type: None, content: content.into() }
}

fn file(name: &str, file_name: &str, media_type: &str, content: &[u8]) -> Parsed {
    let file_name = Some(file_name.into());
    Parsed { name: Some(name.into()), file_name, media_type: Some(media_type.into()), content: content.into() }
}

/// What a parser by other people makes of the form.
async fn parsed(form: Multipart) -> Vec<Parsed> {
    let (content_type, mut body) = form.into_body().await.unwrap();
    let announced = body.len();
    let mut chunks = std::collections::VecDeque::new();
    while let Some(chunk) = body.chunk().await.unwrap() {
        chunks.push_back(Ok::<_, Error>(chunk));
    }
    let sent: usize = chunks.iter().flatten().map(Bytes::len).sum();
    assert!(announced.is_none_or(|len| len == sent as u64));
    let boundary = multer::parse_boundary(content_type).unwrap();
    let mut form = multer::Multipart::new(Chunks(chunks), boundary);
    let mut parts = Vec::new();
    while let Some(part) = form.next_field().await.unwrap() {
        parts.push(Parsed {
            name: part.name().map(str::to_owned),
            file_name: part.file_name().map(str::to_owned),
            media_type: part.content_type().map(ToString::to_string),
            content: part.bytes().await.unwrap().to_vec(),
        });
    }
    parts
}

struct Chunks(std::collections::VecDeque<Result<Bytes>>);

impl futures_core::Stream for Chunks {
    type Item = Result<Bytes>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Bytes>>> {
        std::task::Poll::Ready(self.0.pop_front())
    }
}

#[test]
fn written_as_browsers_write() {
    let form = Multipart::new()
        .text("prompt", "a \"sea\"\r\nat night")
        .file("image", File::bytes("\x01\x02").name("böse \"1\".png"))
        .text("safe", "true")
        .boundary("XX");
    let (content_type, body) = run(form.into_body()).unwrap();
    assert_eq!(content_type, "multipart/form-data; boundary=XX");
    assert!(body.is_replayable());
    let expected = "--XX\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na \"sea\"\r\nat night\r\n\
        --XX\r\nContent-Disposition: form-data; name=\"image\"; filename=\"böse %221%22.png\"\r\n\
        Content-Type: image/png\r\n\r\n\x01\x02\r\n\
        --XX\r\nContent-Disposition: form-data; name=\"safe\"\r\n\r\ntrue\r\n--XX--\r\n";
    assert_eq!(body.len(), Some(expected.len() as u64));
    assert_eq!(run(body.bytes(10_000)).unwrap(), expected);
}

#[test]
fn text_alone_is_one_piece_in_memory() {
    let (_, body) = run(Multipart::new().text("a", "1").text("b", "2").into_body()).unwrap();
    assert!(body.as_bytes().is_some());
    let (_, body) = run(Multipart::new().boundary("x").into_body()).unwrap();
    assert_eq!(body.as_bytes().unwrap(), "--x--\r\n");
}

#[test]
fn every_kind_of_file_arrives() {
    let on_disk = Scratch::new("disk.wav", &vec![9; 300_000]);
    let form = Multipart::new()
        .file("a", File::path(&on_disk.0))
        .file("b", File::reader(b"streamed".as_slice()))
        .text("c", "text")
        .file("d", File::replayable(|| Ok(Cursor::new("again")), Some(5)).content_type("x/y; z=1"));
    let expected = [
        file("a", "disk.wav", "audio/wav", &vec![9; 300_000]),
        file("b", "file", "application/octet-stream", b"streamed"),
        text("c", "text"),
        file("d", "file", "x/y; z=1", b"again"),
    ];
    assert!(run(parsed(form)) == expected);
}

#[test]
fn length_and_replay_follow_the_parts() {
    let on_disk = Scratch::new("a.png", b"png");
    let with = |second: File| {
        let form = Multipart::new().text("t", "x").file("a", File::path(&on_disk.0)).file("b", second);
        let (_, body) = run(form.into_body()).unwrap();
        (body.len().is_some(), body.is_replayable())
    };
    assert_eq!(with(File::bytes("x")), (true, true));
    assert_eq!(with(File::bytes("")), (true, true));
    assert_eq!(with(File::replayable(|| Ok(Cursor::new("x")), None)), (false, true));
    assert_eq!(with(File::reader_with_len(b"x".as_slice(), 1)), (true, false));
    assert_eq!(with(File::reader(b"x".as_slice())), (false, false));
}

#[test]
fn nothing_breaks_out_of_a_name() {
    let cases = [
        ("a\r\nX-Evil: 1\r\n\r\n", "a%0D%0AX-Evil: 1%0D%0A%0D%0A"),
        ("\"; filename=\"evil", "%22; filename=%22evil"),
        ("nul\0 esc\x1b del\x7f tab\t", "nul%00 esc%1B del%7F tab%09"),
        ("back\\slash\\", "back\\slash%5C"),
        ("\\\"", "\\%22"),
        ("\u{202e}gpj.exe ünï\u{2028}", "\u{202e}gpj.exe ünï\u{2028}"),
    ];
    for (name, written) in cases {
        assert_eq!(escaped(name), written);
        let form = Multipart::new().file("f", File::bytes("x").name(name).content_type("a/b"));
        assert_eq!(run(parsed(form)), [file("f", written, "a/b", b"x")]);
    }
}

#[test]
fn long_names_survive() {
    let long = "ü".repeat(512 * 1024);
    let form = Multipart::new().text(&long, &long).file(&long, File::bytes("x").name(&long));
    assert!(run(parsed(form)) == [text(&long, &long), file(&long, &long, "application/octet-stream", b"x")]);
}

#[test]
fn wrong_media_types_and_boundaries_are_refused() {
    for wrong in ["", "a/b\r\nX: y", "a/b\0", "ä/b"] {
        let form = Multipart::new().file("image", File::bytes("x").content_type(wrong));
        let error = run(form.into_body()).unwrap_err();
        assert!(format!("{error:#}").contains("the field `image` cannot be sent: its content type"), "{error}");
    }
    for wrong in ["", "a b", "a\r\n", "a;b", &"x".repeat(71)] {
        assert!(run(Multipart::new().boundary(wrong).into_body()).is_err());
    }
    let error = run(Multipart::new().text("t", "a--XX").boundary("XX").into_body()).unwrap_err();
    assert_eq!(format!("{error:#}"), "field \"t\" contains the boundary");
}

#[test]
fn boundaries_differ() {
    let boundaries: std::collections::HashSet<_> = (0..1000).map(|_| random_boundary()).collect();
    assert_eq!(boundaries.len(), 1000);
    assert!(boundaries.iter().all(|boundary| check_boundary(boundary, &[]).is_ok()));
}

#[test]
fn debug_shows_no_text() {
    let shown = format!("{:?}", Multipart::new().text("a", "secret").file("b", File::bytes("secret")));
    assert!(shown.starts_with(r#"Multipart {"a": 6 bytes of text, "b": File { len: 6,"#), "{shown}");
}

fn part() -> impl Strategy<Value = (String, String, Option<Vec<u8>>)> {
    (any::<String>(), any::<String>(), any::<Option<Vec<u8>>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_form_is_parsed_as_it_was_meant(parts in prop::collection::vec(part(), 0..6)) {
        let mut form = Multipart::new();
        let mut expected = Vec::new();
        for (name, value, content) in parts {
            match content {
                None => {
                    expected.push(text(&escaped(&name), &value));
                    form = form.text(name, value);
                }
                Some(content) => {
                    expected.push(file(&escaped(&name), &escaped(&value), "a/b", &content));
                    form = form.file(name, File::bytes(content).name(value).content_type("a/b"));
                }
            }
        }
        prop_assert_eq!(run(parsed(form)), expected);
    }

    #[test]
    fn names_hold_nothing_that_ends_them(name: String) {
        let written = escaped(&name);
        prop_assert!(!written.contains(|char: char| char == '"' || char.is_ascii_control()));
        prop_assert!(!written.ends_with('\\'));
    }
}
