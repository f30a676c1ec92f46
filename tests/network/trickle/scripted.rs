//! A subscriber at servers that respond as a script says: what the fake server does for no more than a moment.

use std::io;

use http::Uri;
use livepeer::BoxFuture;
use livepeer::network::trickle::{Channel, End, Item, Start, Subscriber};
use livepeer::network::{Connect, Connector, Io};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// The status, the headers and the body for a segment.
type Script = fn(&str) -> (u16, &'static str, &'static str);

struct Scripted(Script);

impl Connect for Scripted {
    fn connect<'a>(&'a self, _: &'a Uri) -> BoxFuture<'a, io::Result<Box<dyn Io>>> {
        let (own, mut other) = tokio::io::duplex(4096);
        let script = self.0;
        tokio::spawn(async move {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(other.read_u8().await?);
            }
            let head = String::from_utf8(head).unwrap();
            let (status, headers, body) = script(head.split(' ').nth(1).unwrap().rsplit('/').next().unwrap());
            let headers = headers.replace(", ", "\r\n");
            let length = body.len();
            let response = format!(
                "HTTP/1.1 {status} x\r\n{headers}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
            );
            other.write_all(response.as_bytes()).await
        });
        Box::pin(async move { Ok(Box::new(own) as Box<dyn Io>) })
    }
}

fn subscriber(script: Script, start: Start) -> Subscriber {
    let channel = Channel::with_connector("http://localhost/ai/trickle/a", Connector::new(Scripted(script))).unwrap();
    channel.subscriber().start(start).open()
}

/// Segments by their numbers, gaps by their first and last one.
async fn all(mut subscriber: Subscriber) -> (Vec<String>, Option<End>) {
    let mut items = Vec::new();
    while let Some(item) = subscriber.next().await.unwrap() {
        items.push(match item {
            Item::Segment(segment) => segment.seq().to_string(),
            Item::Gap(gap) => format!("{}..={}", gap.from, gap.to),
            other => format!("{other:?}"),
        });
    }
    (items, subscriber.end())
}

#[tokio::test(start_paused = true)]
async fn a_deleted_channel_is_closed_only_if_nothing_follows() {
    const FIRST: (u16, &str, &str) = (200, "Lp-Trickle-Seq: 0", "x");
    let scripts: [(Script, End); 5] = [
        (|seq| if seq == "0" { FIRST } else { (200, "Lp-Trickle-Closed: t, Lp-Trickle-Latest: 1", "") }, End::Closed),
        (
            |seq| if seq == "0" { FIRST } else { (200, "Lp-Trickle-Closed: t, Lp-Trickle-Latest: 1", "none") },
            End::Closed,
        ),
        // Segment 1 was there before.
        (|seq| if seq == "0" { FIRST } else { (200, "Lp-Trickle-Closed: t, Lp-Trickle-Latest: 2", "none") }, End::Gone),
        (|seq| if seq == "0" { FIRST } else { (200, "Lp-Trickle-Closed: t, Lp-Trickle-Latest: 4", "") }, End::Gone),
        (|seq| if seq == "0" { FIRST } else { (200, "Lp-Trickle-Closed: t", "") }, End::Gone),
    ];
    for (script, end) in scripts {
        assert_eq!(all(subscriber(script, Start::Seq(0))).await, (vec!["0".to_owned()], Some(end)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_newest_segment_that_is_lost_is_told() {
    let script: Script = |seq| match seq {
        "-2" | "4" => (470, "Lp-Trickle-Latest: 5, Lp-Trickle-Seq: -2", "Entry not found"),
        "5" => (200, "Lp-Trickle-Seq: 5", "x"),
        _ => (404, "X: x", "Stream not found"),
    };
    let items = vec!["4..=4".to_owned(), "5".to_owned()];
    assert_eq!(all(subscriber(script, Start::Current)).await, (items, Some(End::Gone)));
}

#[tokio::test(start_paused = true)]
async fn what_is_lost_is_told_before_an_error() {
    let mut subscriber = subscriber(
        |seq| match seq {
            "0" => (470, "Lp-Trickle-Latest: 9, Lp-Trickle-Seq: 0", "Entry not found"),
            _ => (400, "X: x", "Invalid idx"),
        },
        Start::Seq(0),
    );
    let Some(Item::Gap(gap)) = subscriber.next().await.unwrap() else { panic!("no gap") };
    assert_eq!((gap.from, gap.to), (0, 3));
    assert!(subscriber.next().await.is_err());
    assert!(subscriber.next().await.unwrap().is_none());
}
