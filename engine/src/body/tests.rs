use std::io::{Cursor, Write};
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};

use http_body::Body as _;
use http_body_util::{BodyExt, StreamBody};
use proptest::prelude::*;
use tokio::io::ReadBuf;

use super::*;
use crate::error::BodyError;

/// A file that is removed again, of `content`.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str, content: &[u8]) -> Scratch {
        let random = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), name);
        let dir = std::env::temp_dir().join(format!("typed-endpoint-{random:x}"));
        std::fs::create_dir(&dir).unwrap();
        std::fs::write(dir.join(name), content).unwrap();
        Scratch(dir.join(name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.parent().unwrap());
    }
}

/// A reader that gives its pieces one by one and stalls once before each.
struct Slow {
    pieces: VecDeque<Vec<u8>>,
    ready: bool,
}

fn slow(pieces: &[Vec<u8>]) -> Slow {
    Slow { pieces: pieces.iter().cloned().collect(), ready: false }
}

impl AsyncRead for Slow {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.ready = !self.ready;
        if self.ready {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        while let Some(piece) = self.pieces.front_mut() {
            let part: Vec<u8> = piece.drain(..piece.len().min(buf.remaining())).collect();
            if piece.is_empty() {
                self.pieces.pop_front();
            }
            if !part.is_empty() {
                buf.put_slice(&part);
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

async fn whole(body: Body) -> Vec<u8> {
    body.bytes(usize::MAX).await.unwrap().to_vec()
}

async fn failure(body: Body) -> String {
    match body.bytes(usize::MAX).await {
        Err(BodyError::Read(error)) => format!("{error:#}"),
        other => panic!("not a failed read: {other:?}"),
    }
}

#[test]
fn can_cross_threads() {
    fn check<T: Send + Sync + Unpin + 'static>() {}
    check::<Body>();
    check::<BodyError>();
    assert!(size_of::<Body>() <= 88, "{}", size_of::<Body>());
}

#[test]
fn bytes_in_memory() {
    let body = Body::from("hello");
    assert_eq!(body.len(), Some(5));
    assert_eq!(body.size_hint().exact(), Some(5));
    assert_eq!(body.as_bytes().unwrap(), "hello");
    assert!(body.is_replayable() && !body.is_end_stream());
    let again = body.replay().unwrap();
    let content = Bytes::from(vec![1, 2, 3]);
    run(async {
        assert_eq!(whole(body).await, b"hello");
        assert_eq!(whole(again).await, b"hello");
        assert_eq!(whole(String::from("x").into()).await, b"x");
        assert_eq!(whole(b"y".as_slice().into()).await, b"y");
        assert_eq!(whole(vec![0; 3].into()).await, [0; 3]);
        let pointer = content.as_ptr();
        assert_eq!(Body::from(content).bytes(3).await.unwrap().as_ptr(), pointer);
    });
}

#[test]
fn an_empty_body_is_whole_and_replayable() {
    for body in [Body::empty(), Body::default(), Body::from(""), Body::chain([])] {
        assert!(body.is_empty() && body.is_end_stream() && body.is_replayable());
        assert_eq!(body.replay().unwrap().len(), Some(0));
        assert!(run(whole(body)).is_empty());
    }
}

#[test]
fn a_body_being_read_cannot_start_over() {
    run(async {
        let mut body = Body::from("hello");
        assert_eq!(body.chunk().await.unwrap().unwrap(), "hello");
        assert!(body.replay().is_none() && body.as_bytes().is_none() && !body.is_replayable());
        assert_eq!(body.len(), Some(0));
        assert!(body.chunk().await.unwrap().is_none());
        assert!(body.is_end_stream());
    });
}

#[test]
fn debug_never_shows_content() {
    let bodies = [
        (Body::from("secret"), "bytes", "Some(6)"),
        (Body::file_range("/secret", 1, 2), "file", "Some(2)"),
        (Body::reader(b"secret".as_slice()), "reader", "None"),
        (Body::wrap(http_body_util::Full::new(Bytes::from("secret"))), "stream", "Some(6)"),
        (Body::chain([Body::from("secret"), Body::from("secret")]), "chain", "Some(12)"),
        (Body::empty(), "empty", "Some(0)"),
    ];
    for (body, kind, len) in bodies {
        assert_eq!(format!("{body:?}"), format!("Body {{ kind: \"{kind}\", len: {len} }}"));
    }
}

#[test]
fn files_are_read_in_large_pieces_and_again() {
    let content: Vec<u8> = (0..600_000_u32).map(|n| (n % 251) as u8).collect();
    let file = Scratch::new("big", &content);
    run(async {
        let mut body = Body::file(&file.0).await.unwrap();
        assert_eq!(body.len(), Some(600_000));
        assert!(body.is_replayable() && body.as_bytes().is_none());
        let again = body.replay().unwrap();
        let mut sizes = Vec::new();
        while let Some(chunk) = body.chunk().await.unwrap() {
            sizes.push(chunk.len());
            assert_eq!(body.len(), Some(600_000 - sizes.iter().sum::<usize>() as u64));
        }
        assert_eq!(sizes, [524_288, 75_712]);
        assert!(whole(again).await == content);
    });
}

#[test]
fn a_range_of_a_file() {
    let file = Scratch::new("part", b"0123456789");
    run(async {
        let part = Body::file_range(&file.0, 3, 4);
        assert_eq!(part.len(), Some(4));
        assert_eq!(whole(part.replay().unwrap()).await, b"3456");
        assert_eq!(whole(part).await, b"3456");
        assert_eq!(whole(Body::file_range(&file.0, 10, 0)).await, b"");
        let text = failure(Body::file_range(&file.0, 8, 4)).await;
        assert!(text.contains("part: ended after 2 of the 4 bytes promised"), "{text}");
    });
}

#[cfg(unix)]
#[test]
fn a_range_of_a_pipe() {
    let sibling = Scratch::new("none", b"");
    let pipe = sibling.0.with_file_name("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // More than a pipe holds, and reads at once.
    let content = vec![7; 300_000];
    let (body, longer) = (Body::file_range(&pipe, 0, 300_000), Body::file_range(&pipe, 0, 300_001));
    let write = move || std::fs::write(&pipe, vec![7; 300_000]).unwrap();
    let writer = std::thread::spawn(write.clone());
    assert!(run(whole(body)) == content);
    writer.join().unwrap();
    let writer = std::thread::spawn(write);
    let text = run(failure(longer));
    assert!(text.ends_with("pipe: ended after 300000 of the 300001 bytes promised"), "{text}");
    writer.join().unwrap();
}

#[test]
fn a_file_that_changes_is_an_error() {
    let file = Scratch::new("changing", b"0123456789");
    run(async {
        for content in ["0123", "0123456789abc"] {
            std::fs::write(&file.0, "0123456789").unwrap();
            let body = Body::file(&file.0).await.unwrap();
            std::fs::write(&file.0, content).unwrap();
            let text = failure(body).await;
            assert!(text.contains(&format!("changed from 10 to {} bytes", content.len())), "{text}");
            assert!(text.contains("changing"), "{text}");
        }
    });
}

#[test]
fn a_file_that_changes_while_it_is_read_is_an_error() {
    // More than two chunks: the second is read while the first is looked at.
    let size = 1_500_000;
    let file = Scratch::new("growing", &vec![7; size]);
    let failure = async |mut body: Body, change: &dyn Fn()| {
        body.chunk().await.unwrap();
        change();
        loop {
            match body.chunk().await {
                Ok(chunk) => drop(chunk.expect("it must not end")),
                Err(error) => {
                    assert!(body.chunk().await.unwrap().is_none(), "nothing comes after an error");
                    return format!("{error:#}");
                }
            }
        }
    };
    run(async {
        let grow = || std::fs::File::options().append(true).open(&file.0).unwrap().write_all(b"more").unwrap();
        let text = failure(Body::file(&file.0).await.unwrap(), &grow).await;
        assert!(text.ends_with("growing: continues after the 1500000 bytes promised"), "{text}");

        let shrink = || std::fs::File::options().write(true).open(&file.0).unwrap().set_len(1000).unwrap();
        let text = failure(Body::file(&file.0).await.unwrap(), &shrink).await;
        assert!(text.contains("growing: ended after "), "{text}");
        assert!(text.ends_with("of the 1500004 bytes promised"), "{text}");
    });
}

/// A file of a million bytes to be sent in parts, what of it stands where, and how often its check was asked.
fn parts(path: &Path) -> (std::sync::Arc<Parts>, Vec<u8>, std::sync::Arc<AtomicUsize>) {
    let content: Vec<u8> = (0..1_000_000_u32).map(|n| (n % 251) as u8).collect();
    std::fs::write(path, &content).unwrap();
    let asked = std::sync::Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let check = move |_: &std::fs::File| {
        counter.fetch_add(1, Relaxed);
        Ok(())
    };
    (Parts::new(path, 1_000_000, check).into(), content, asked)
}

#[test]
fn the_next_part_is_read_ahead() {
    let file = Scratch::new("parts", b"");
    let (parts, content, asked) = parts(&file.0);
    // What is begun on the one thread for files is done when something begun later is.
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        assert_eq!(whole(Body::file_part(&parts, 0, 400_000)).await, content[..400_000]);
        // The file is open: it need not be there any more.
        std::fs::remove_file(&file.0).unwrap();
        assert_eq!(whole(Body::file_part(&parts, 400_000, 400_000)).await, content[400_000..800_000]);
        assert_eq!(whole(Body::file_part(&parts, 800_000, 200_000)).await, content[800_000..]);
        crate::runtime::blocking(|| Ok(())).await.unwrap();
        assert_eq!(asked.load(Relaxed), 3, "there is nothing to be read after the last");
        // Any other part opens it again.
        assert!(failure(Body::file_part(&parts, 0, 400_000)).await.contains("parts: "));
    });
}

#[test]
fn what_was_read_ahead_is_let_go_with_the_parts() {
    let file = Scratch::new("parts", b"");
    let (parts, _, asked) = parts(&file.0);
    run(async {
        whole(Body::file_part(&parts, 0, 400_000)).await;
        drop(parts);
        // The check goes when the last reading of the file does, which may be under way.
        let gone = async {
            while std::sync::Arc::strong_count(&asked) > 1 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap();
    });
}

#[test]
fn what_is_no_file_is_named() {
    run(async {
        let missing = Body::file("/no/such/file").await.unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        assert!(format!("{missing:#}").contains("/no/such/file"), "{missing}");
        let dir = Body::file(std::env::temp_dir()).await.unwrap_err();
        assert!(format!("{dir:#}").contains("not a regular file"), "{dir}");
        let text = failure(Body::file_range("/no/such/file", 0, 1)).await;
        assert!(text.contains("/no/such/file"), "{text}");
    });
}

#[test]
fn a_file_without_a_runtime_is_an_error() {
    let mut body = Body::file_range("/no/such/file", 0, 1);
    let polled = body.poll_chunk(&mut Context::from_waker(std::task::Waker::noop()));
    let Poll::Ready(Some(Err(error))) = polled else { panic!("{polled:?}") };
    assert_eq!(
        format!("{error:#}"),
        "file /no/such/file: calls need a Tokio runtime: make them in one (`#[tokio::main]`, `Runtime::block_on`), or use \
         the blocking client (feature `blocking`)"
    );
}

#[test]
fn readers_keep_their_promise_or_fail() {
    run(async {
        assert_eq!(whole(Body::reader(b"abc".as_slice())).await, b"abc");
        assert_eq!(whole(Body::reader_with_len(b"abc".as_slice(), 3)).await, b"abc");
        let text = failure(Body::reader_with_len(b"abc".as_slice(), 4)).await;
        assert_eq!(text, "the reader ended after 3 of the 4 bytes promised");
        let mut body = Body::reader_with_len(b"abc".as_slice(), 2);
        let error = body.chunk().await.unwrap_err();
        assert_eq!(format!("{error:#}"), "the reader continues after the 2 bytes promised");
        assert!(Body::reader(b"abc".as_slice()).replay().is_none());
    });
}

#[test]
fn factories_are_called_again() {
    let made = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = made.clone();
    let open = move || match counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 | 1 => Ok(Cursor::new("abc")),
        _ => Err(io::Error::other("no more")),
    };
    let body = Body::replayable(open, Some(3));
    run(async {
        assert_eq!(made.load(std::sync::atomic::Ordering::Relaxed), 0);
        assert_eq!(whole(body.replay().unwrap()).await, b"abc");
        assert_eq!(whole(body.replay().unwrap()).await, b"abc");
        assert_eq!(failure(body).await, "no more");
    });
}

#[test]
fn chains_know_their_length_if_all_parts_do() {
    let known = Body::chain([Body::from("ab"), Body::empty(), Body::reader_with_len(b"cd".as_slice(), 2)]);
    assert_eq!((known.len(), known.is_replayable()), (Some(4), false));
    let unknown = Body::chain([Body::from("ab"), Body::replayable(|| Ok(Cursor::new("cd")), None)]);
    assert_eq!((unknown.len(), unknown.is_replayable()), (None, true));
    let huge = Body::chain([Body::file_range("/x", 0, u64::MAX), Body::from("x")]);
    assert_eq!(huge.len(), None);
    run(async {
        assert_eq!(whole(known).await, b"abcd");
        assert_eq!(whole(unknown.replay().unwrap()).await, b"abcd");
        assert_eq!(whole(unknown).await, b"abcd");
        let broken = Body::chain([Body::reader_with_len(b"x".as_slice(), 2), Body::from("y")]);
        assert_eq!(failure(broken).await, "the reader ended after 1 of the 2 bytes promised");
    });
}

/// A body that gives its chunks and says it has `announced` bytes.
struct Liar(VecDeque<&'static str>, u64);

impl http_body::Body for Liar {
    type Data = VecDeque<u8>;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<VecDeque<u8>>, io::Error>>> {
        let chunk = self.0.pop_front().map(|chunk| Frame::data(chunk.bytes().collect()));
        Poll::Ready(chunk.map(Ok))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.1)
    }
}

#[test]
fn foreign_bodies_are_held_to_their_length() {
    let body = |len| Body::wrap(Liar(["ab", "c"].into(), len));
    run(async {
        assert_eq!(body(3).len(), Some(3));
        assert!(!body(3).is_replayable() && body(3).replay().is_none());
        assert_eq!(whole(body(3)).await, b"abc");
        assert_eq!(failure(body(2)).await, "the body continues after the length it announced");
        assert_eq!(failure(body(4)).await, "the body ended before the length it announced");
        assert_eq!(body(4).prefix(10).await, "abc");
        assert_eq!(body(3).prefix(1).await, "a");
    });
}

#[test]
fn trailers_pass_through_and_are_no_content() {
    let mut trailers = http::HeaderMap::new();
    trailers.insert("checksum", http::HeaderValue::from_static("1"));
    let sent = http_body_util::Full::new(Bytes::from("abc")).with_trailers(std::future::ready(Some(Ok(trailers))));
    let collected = run(Body::wrap(sent).collect()).unwrap();
    assert_eq!(collected.trailers().unwrap()["checksum"], "1");
    assert_eq!(collected.to_bytes(), "abc");
}

#[test]
fn limits_are_kept() {
    let too_large = |result: Result<Bytes, BodyError>| matches!(result, Err(BodyError::TooLarge { limit: 3 }));
    run(async {
        assert_eq!(Body::from("abc").bytes(3).await.unwrap(), "abc");
        assert!(too_large(Body::from("abcd").bytes(3).await));
        assert!(too_large(Body::reader(b"abcd".as_slice()).bytes(3).await));
        let slow = slow(&[b"ab".to_vec(), b"cd".to_vec()]);
        assert!(too_large(Body::reader(slow).bytes(3).await));
        let error = Body::from("abcd").bytes(3).await.unwrap_err();
        assert_eq!(format!("{error:#}"), "the body is larger than the limit of 3 bytes");
        assert!(Body::from("").bytes(0).await.unwrap().is_empty());
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_reader_arrives_whole(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..2000), 0..8),
        known: bool,
    ) {
        let content = pieces.concat();
        let len = known.then_some(content.len() as u64);
        let body = Body::replayable(move || Ok(slow(&pieces)), len);
        let again = body.replay().unwrap();
        run(async {
            prop_assert_eq!(&whole(body).await, &content);
            prop_assert_eq!(&whole(again).await, &content);
            Ok(())
        })?;
    }

    #[test]
    fn a_wrong_length_never_passes(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..50), 1..8),
        wrong in 1_u64..500,
    ) {
        let content = pieces.concat();
        prop_assume!(wrong != content.len() as u64);
        run(async {
            let mut body = Body::reader_with_len(slow(&pieces), wrong);
            let mut sent = 0;
            let error = loop {
                match body.chunk().await {
                    Ok(Some(chunk)) => sent += chunk.len() as u64,
                    Ok(None) => break None,
                    Err(error) => break Some(error),
                }
            };
            prop_assert!(error.is_some());
            prop_assert!(sent < wrong, "the other side must never have a body that looks whole");
            Ok(())
        })?;
    }

    #[test]
    fn a_limit_decides_by_length_alone(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..50), 0..8),
        limit in 0_usize..300,
    ) {
        let content = pieces.concat();
        let frames = pieces.into_iter().map(|piece| Ok::<_, io::Error>(Frame::data(Bytes::from(piece))));
        let body = Body::wrap(StreamBody::new(Iter(frames)));
        match run(body.bytes(limit)) {
            Ok(bytes) => prop_assert!(bytes == content && bytes.len() <= limit),
            Err(BodyError::TooLarge { limit: told }) => prop_assert!(content.len() > limit && told == limit),
            Err(error) => prop_assert!(false, "{error}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn parts_in_any_order_are_what_stands_there(
        wanted in prop::collection::vec((0_u64..10, 0_u64..1_000_000, any::<bool>()), 1..8),
    ) {
        let file = Scratch::new("parts", b"");
        let (parts, content, _) = parts(&file.0);
        run(async {
            let mut end = 0;
            let mut kept = Vec::new();
            for (size, offset, goes_on) in wanted {
                let offset = if goes_on { end } else { offset };
                let len = (size * 150_000).min(1_000_000 - offset);
                end = offset + len;
                let mut body = Body::file_part(&parts, offset, len);
                let mut at = offset as usize;
                while let Some(chunk) = body.chunk().await.unwrap() {
                    at += chunk.len();
                    kept.push((at - chunk.len(), chunk));
                }
                prop_assert_eq!(at as u64, end);
            }
            // Nor is anything written to what is still in use.
            prop_assert!(kept.iter().all(|(at, chunk)| content[*at..][..chunk.len()] == **chunk));
            Ok(())
        })?;
    }
}

struct Iter<I>(I);

impl<I: Iterator + Unpin> futures_core::Stream for Iter<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }
}
