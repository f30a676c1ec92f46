//! Queues, readers, lines, framed messages, and the declared operations.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use livepeer::mock::{self, Fault, Side};
use livepeer::network::operations::trickle::{self as operations, Trickle};
use livepeer::network::trickle::framed::{self, Ending};
use livepeer::network::trickle::{Error, Item, Line, Lost, Rotation, Start, WhenFull};
use livepeer::{Client, File};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt as _};

use super::client::segment;

#[tokio::test]
async fn a_reader_is_published_in_segments_and_read_as_one() {
    let trickle = mock::trickle();
    let (mut publisher, subscriber) = trickle.pair("a").await.unwrap();
    let content: Vec<u8> = (0..20_000_u16).flat_map(u16::to_be_bytes).collect();
    let reading = tokio::spawn(async move {
        let mut all = Vec::new();
        subscriber.into_reader().read_to_end(&mut all).await.unwrap();
        all
    });
    let rotation = Rotation::every(Duration::from_secs(3600)).or_bytes(9000);
    assert_eq!(publisher.pipe(&content[..], rotation).await.unwrap(), content.len() as u64);
    assert!(publisher.next_seq() >= 1);
    tokio::time::sleep(Duration::from_millis(50)).await;
    publisher.end().await.unwrap();
    assert!(reading.await.unwrap() == content);
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_keeps_its_channel_however_long_segments_may_be() {
    let trickle = mock::trickle();
    let (mut publisher, subscriber) = trickle.pair("a").await.unwrap();
    let (mut writer, reader) = tokio::io::duplex(16);
    let server = trickle.clone();
    tokio::spawn(async move {
        for byte in 0..15 {
            writer.write_u8(byte).await.unwrap();
            tokio::time::sleep(Duration::from_secs(60)).await;
            // The server's sweep.
            server.advance(Duration::ZERO);
        }
    });
    let reading = tokio::spawn(async move {
        let mut all = Vec::new();
        subscriber.into_reader().read_to_end(&mut all).await.unwrap();
        all
    });
    let began = tokio::time::Instant::now();
    assert_eq!(publisher.pipe(reader, Rotation::every(Duration::from_secs(3600))).await.unwrap(), 15);
    assert_eq!(began.elapsed().as_secs(), 15 * 60);
    assert!(trickle.next_seq("a").is_some_and(|next| next >= 4), "{:?}", trickle.next_seq("a"));
    publisher.end().await.unwrap();
    assert_eq!(reading.await.unwrap(), (0..15).collect::<Vec<u8>>());
}

#[tokio::test]
async fn a_stream_has_the_items_of_its_subscriber_and_ends_with_it() {
    let trickle = mock::trickle();
    let channel = trickle.channel("a");
    let mut publisher = channel.publisher().preconnect(false).open().await.unwrap();
    for seq in 0..7 {
        publisher.send(seq.to_string()).await.unwrap();
    }
    publisher.flush().await.unwrap();
    let mut items = channel.subscriber().start(Start::Seq(0)).open().into_stream();
    let Some(Ok(Item::Gap(gap))) = items.next().await else { panic!("no gap") };
    assert_eq!((gap.from, gap.to), (0, 1));
    for seq in 2..7 {
        let Some(Ok(Item::Segment(mut segment))) = items.next().await else { panic!("no segment") };
        assert_eq!((segment.seq(), segment.bytes().await.unwrap()), (seq, Bytes::from(seq.to_string())));
    }
    // What it waits for survives that nobody does.
    assert!(items.next().now_or_never().is_none());
    publisher.end().await.unwrap();
    assert!(items.next().await.is_none() && items.next().await.is_none());

    let mut items = channel.subscribe().into_stream();
    assert!(matches!(items.next().await, Some(Err(Error::NotFound))));
    assert!(items.next().await.is_none(), "it ends after an error");
}

#[tokio::test]
async fn a_reader_reports_what_is_lost_and_continues() {
    let trickle = mock::trickle();
    let (mut publisher, subscriber) = trickle.pair("a").await.unwrap();
    for seq in 0..10 {
        publisher.send(seq.to_string()).await.unwrap();
    }
    publisher.flush().await.unwrap();
    let mut reader = subscriber.into_reader();
    let mut buffer = [0; 1];
    let error = reader.read_exact(&mut buffer).await.unwrap_err();
    let lost = error.get_ref().unwrap().downcast_ref::<Lost>().unwrap();
    let Lost::Gap(gap) = lost else { panic!("{lost:?}") };
    assert_eq!(gap.from, 0);
    reader.read_exact(&mut buffer).await.unwrap();
    assert_eq!(u64::from(buffer[0] - b'0'), gap.to + 1);
}

#[tokio::test]
async fn lines_of_json_end_with_their_segment_at_the_latest() {
    let trickle = mock::trickle();
    let (mut publisher, subscriber) = trickle.pair("a").await.unwrap();
    let mut lines = subscriber.into_json_lines();
    publisher.send("{\"n\":0}\n\n{\"keep\":\"alive\"}\r\n{\"n\":1}").await.unwrap();
    publisher.send_json(&json!({ "n": 2 })).await.unwrap();
    publisher.send("no\n{\"n\":3}\n").await.unwrap();
    for n in 0..3 {
        assert_eq!(lines.next().await.unwrap(), Some(Line::Value(json!({ "n": n }))));
    }
    assert!(matches!(lines.next::<Value>().await, Err(Error::Json(_))));
    assert_eq!(lines.next().await.unwrap(), Some(Line::Value(json!({ "n": 3 }))));
    publisher.end().await.unwrap();
    assert_eq!(lines.next::<Value>().await.unwrap(), None);
}

#[tokio::test]
async fn a_full_queue_does_what_it_was_told() {
    let trickle = mock::trickle();
    for (when_full, expected) in [(WhenFull::DropOldest, ["3", "4"]), (WhenFull::DropNewest, ["0", "1"])] {
        let name = format!("{when_full:?}");
        let (publisher, mut subscriber) = trickle.pair(&name).await.unwrap();
        let queue = publisher.queue(2, when_full);
        let mut dropped = 0;
        for n in 0..5 {
            dropped += u64::from(queue.push(n.to_string()).await.unwrap());
        }
        assert_eq!((dropped, queue.dropped()), (3, 3));
        queue.finish().await.unwrap();
        for text in expected {
            assert_eq!(segment(&mut subscriber).await.bytes().await.unwrap(), text);
        }
    }
    let (publisher, mut subscriber) = trickle.pair("wait").await.unwrap();
    let queue = publisher.queue(1, WhenFull::Wait);
    let reading = tokio::spawn(async move {
        for n in 0..20 {
            assert_eq!(segment(&mut subscriber).await.bytes().await.unwrap(), n.to_string());
        }
    });
    for n in 0..20 {
        assert!(!queue.push(n.to_string()).await.unwrap());
    }
    queue.finish().await.unwrap();
    reading.await.unwrap();

    let (publisher, _) = trickle.pair("gone").await.unwrap();
    let queue = publisher.queue(1, WhenFull::Wait);
    trickle.delete("gone");
    while queue.push("x").await.is_ok() {}
}

#[tokio::test]
async fn a_sink_publishes_what_a_stream_yields() {
    let trickle = mock::trickle();
    let (publisher, mut subscriber) = trickle.pair("a").await.unwrap();
    let mut sink = publisher.into_sink();
    let mut segments = futures_util::stream::iter(0..3).map(|n| Ok(Bytes::from(n.to_string())));
    sink.send_all(&mut segments).await.unwrap();
    for n in 0..3 {
        assert_eq!(segment(&mut subscriber).await.bytes().await.unwrap(), n.to_string());
    }
    sink.close().await.unwrap();
    let publisher = sink.into_publisher().await.unwrap();
    assert_eq!(publisher.next_seq(), 3);
    publisher.end().await.unwrap();
    assert!(subscriber.next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_sink_reports_each_lost_segment_and_keeps_the_one_after_it() {
    let trickle = mock::trickle();
    let channel = trickle.channel("a");
    let mut sink = channel.publisher().open().await.unwrap().into_sink();
    trickle.inject(Side::Publisher, Fault::Cut(2));
    let mut lost = Vec::new();
    for text in ["first", "second", "third"] {
        while let Err(error) = sink.feed(Bytes::from(text)).await {
            // What was not fed is fed again.
            lost.push(error);
        }
    }
    while let Err(error) = sink.flush().await {
        lost.push(error);
    }
    assert!(matches!(&lost[..], [Error::Lost { seq: 0 | 1, .. }]), "{lost:?}");
    assert_eq!(sink.into_publisher().await.unwrap().next_seq(), 3);
    assert_eq!(trickle.content("a", 2).unwrap(), b"third");

    trickle.delete("a");
    let mut sink = channel.publisher().from(3).open().await.unwrap().into_sink();
    while sink.send(Bytes::from_static(b"x")).await.is_ok() {}
    assert!(sink.flush().await.is_err_and(|error| error.is_gone()));
}

#[tokio::test(start_paused = true)]
async fn a_queue_keeps_its_channel_alive() {
    let trickle = mock::trickle();
    let (publisher, mut subscriber) = trickle.pair("a").await.unwrap();
    let queue = publisher.queue_kept_alive(4, WhenFull::Wait, Duration::from_secs(10));
    assert_eq!(segment(&mut subscriber).await.json::<Value>().await.unwrap(), json!({ "keep": "alive" }));
    queue.push("{}").await.unwrap();
    assert_eq!(segment(&mut subscriber).await.bytes().await.unwrap(), "{}");
}

#[tokio::test]
async fn framed_messages_are_neither_lost_nor_doubled_by_cuts() {
    let trickle = mock::trickle();
    let running = trickle.listen().await.unwrap();
    trickle.create("a", "");
    let channel = livepeer::network::trickle::Channel::new(running.channel_url("a")).unwrap();
    let mut publisher = framed::Publisher::open(channel.publisher()).await.unwrap().redundancy(4);
    let mut subscriber = framed::Subscriber::open(channel.subscriber().start(Start::Seq(0)));
    let reading = tokio::spawn(async move {
        let mut ids = Vec::new();
        while let Some(item) = subscriber.next().await.unwrap() {
            let framed::Item::Message(message) = item else { panic!("{item:?}") };
            assert_eq!(message.content, message.id.to_string().repeat(300));
            ids.push(message.id);
        }
        (ids, subscriber.ending())
    });
    for id in 0..400_u64 {
        match id % 40 {
            5 => trickle.inject(Side::Publisher, Fault::Cut(id * 3)),
            15 => trickle.inject(Side::Publisher, Fault::NoResponse),
            25 => trickle.inject(Side::Subscriber, Fault::Cut(id)),
            35 => {
                trickle.cut(Side::Publisher);
                trickle.cut(Side::Subscriber);
            }
            _ => {}
        }
        assert_eq!(publisher.send(id.to_string().repeat(300)).await.unwrap(), id);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    publisher.finish().await.unwrap();
    let (ids, ending) = reading.await.unwrap();
    assert!(ids.into_iter().eq(0..400));
    assert_eq!(ending, Some(Ending::Complete));
}

#[tokio::test]
async fn framed_messages_tell_what_is_lost() {
    let trickle = mock::trickle();
    let channel = trickle.channel("a");
    let mut subscriber = framed::Subscriber::open(channel.subscriber().start(Start::Seq(0)));
    let mut publisher = framed::Publisher::open(channel.publisher()).await.unwrap();
    publisher.send_all(["0", "1", "2"].map(Bytes::from)).await.unwrap();
    let item = subscriber.next().await.unwrap().unwrap();
    assert!(matches!(&item, framed::Item::Message(message) if message.id == 0 && message.content == "0"));
    for id in 3..20 {
        assert_eq!(publisher.send(id.to_string()).await.unwrap(), id);
    }
    publisher.finish().await.unwrap();
    let (mut messages, mut lost) = (1, 0);
    while let Some(item) = subscriber.next().await.unwrap() {
        match item {
            framed::Item::Message(_) => messages += 1,
            framed::Item::Gap(gap) => lost += gap.count(),
            other => panic!("{other:?}"),
        }
    }
    assert!(lost > 5);
    assert_eq!((messages + lost, subscriber.ending()), (20, Some(Ending::Complete)));
}

#[tokio::test]
async fn the_declared_operations_are_served() {
    let trickle = mock::trickle().autocreate(true);
    let client = Client::<Trickle>::new().server("http://localhost/ai/trickle").transport(trickle.clone());
    client.call(operations::Create::new("a").media_type("text/plain")).await.unwrap();
    let publish = operations::Publish::new("a", 0, File::bytes("zero")).reset("1");
    let response = client.call(publish).with_response().await.unwrap();
    assert_eq!(response.headers["lp-trickle-seq"], "0");
    assert_eq!(client.call(operations::Next::new("a")).await.unwrap(), "1");
    let download = client.call(operations::Subscribe::new("a", -2)).await.unwrap();
    assert_eq!(download.headers()["lp-trickle-latest"], "1");
    assert_eq!(download.into_body().bytes(100).await.unwrap(), "zero");
    // Servers fail at numbers below these.
    let unsent = client.call(operations::Subscribe::new("a", -3)).await.unwrap_err();
    assert!(format!("{unsent:#}").contains("is to be at least -2"), "{unsent:#}");
    let unsent = client.call(operations::Publish::new("a", -2, File::bytes("zero"))).await.unwrap_err();
    assert!(format!("{unsent:#}").contains("is to be at least -1"), "{unsent:#}");
    client.call(operations::DeleteSegment::new("a", 0)).await.unwrap();
    client.call(operations::Delete::new("a")).await.unwrap();
    let error = client.call(operations::Next::new("a")).await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(operations::OPERATIONS.len(), 6);
    assert!(!format!("{:?}", operations::Next::new("8f3ac1")).contains("8f3ac1"));
}
