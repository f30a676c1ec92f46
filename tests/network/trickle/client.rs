//! What the client does with a channel.

use std::time::Duration;

use livepeer::mock;
use livepeer::mock::{Fault, Side};
use livepeer::network::trickle::{Channel, End, Error, Item, Lag, Publisher, Resend, Segment, Start, Subscriber};

pub async fn segment(subscriber: &mut Subscriber) -> Segment {
    match subscriber.next().await.unwrap() {
        Some(Item::Segment(segment)) => segment,
        other => panic!("no segment: {other:?}"),
    }
}

async fn send(publisher: &mut Publisher, texts: &[&str]) {
    for text in texts {
        publisher.send(text.to_string()).await.unwrap();
    }
    publisher.flush().await.unwrap();
}

async fn text(subscriber: &mut Subscriber) -> (u64, String) {
    let mut segment = segment(subscriber).await;
    (segment.seq(), String::from_utf8(segment.bytes().await.unwrap().to_vec()).unwrap())
}

#[tokio::test]
async fn segments_arrive_in_order_and_the_end_is_clean() {
    let trickle = mock::trickle();
    let running = trickle.listen().await.unwrap();
    trickle.create("a", "text/plain");
    let channel = Channel::new(running.channel_url("a")).unwrap();
    let mut subscriber = channel.subscribe();
    let mut publisher = channel.publisher().open().await.unwrap();
    for n in 0..20 {
        assert_eq!(publisher.send(format!("segment {n}")).await.unwrap(), n);
        assert_eq!(text(&mut subscriber).await, (n, format!("segment {n}")));
    }
    let waiting = tokio::spawn(async move {
        let item = subscriber.next().await.unwrap();
        (item.is_none(), subscriber.end())
    });
    tokio::task::yield_now().await;
    publisher.end().await.unwrap();
    let (ended, end) = waiting.await.unwrap();
    assert!(ended);
    assert!(matches!(end, Some(End::Closed | End::Gone)));
}

#[tokio::test]
async fn pieces_arrive_while_the_segment_is_written() {
    let trickle = mock::trickle();
    let (mut publisher, mut subscriber) = trickle.pair("a").await.unwrap();
    let mut writer = publisher.segment().await.unwrap();
    writer.write("one").await.unwrap();
    let mut segment = segment(&mut subscriber).await;
    assert_eq!(segment.chunk().await.unwrap().unwrap(), "one");
    writer.write("two").await.unwrap();
    assert_eq!(segment.chunk().await.unwrap().unwrap(), "two");
    assert_eq!((writer.written(), writer.seq()), (6, 0));
    writer.finish().await.unwrap();
    assert_eq!(segment.chunk().await.unwrap(), None);
    assert_eq!(segment.received(), 6);
}

#[tokio::test]
async fn a_channel_that_is_not_there_is_an_error_and_one_that_ends_is_not() {
    let trickle = mock::trickle();
    let channel = trickle.channel("a");
    trickle.delete("a");
    assert!(matches!(channel.subscribe().next().await, Err(Error::NotFound)));
    assert!(matches!(channel.publisher().open().await, Err(Error::NotFound)));
    assert!(matches!(channel.delete().await, Err(Error::NotFound)));
    assert!(matches!(channel.create("text/plain").await, Err(Error::NotFound)));

    let (mut publisher, mut subscriber) = trickle.pair("a").await.unwrap();
    send(&mut publisher, &["x"]).await;
    assert_eq!(text(&mut subscriber).await.1, "x");
    trickle.delete("a");
    assert!(subscriber.next().await.unwrap().is_none());
    assert!(subscriber.end().is_some());
    assert!(publisher.send("y").await.unwrap_err().is_gone());
}

#[tokio::test]
async fn every_segment_that_left_the_window_is_in_a_gap() {
    let trickle = mock::trickle();
    for (lag, first) in [(Lag::Oldest, 6), (Lag::Live, 10)] {
        let name = format!("{lag:?}");
        let channel = trickle.channel(&name);
        // Without the request ahead, which takes a place.
        let mut publisher = channel.publisher().preconnect(false).open().await.unwrap();
        let mut subscriber = channel.subscriber().start(Start::Seq(0)).on_lag(lag).open();
        send(&mut publisher, &["0"]).await;
        assert_eq!(text(&mut subscriber).await.0, 0);
        send(&mut publisher, &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]).await;
        // It was requested when 0 began, so it is not lost.
        assert_eq!(text(&mut subscriber).await.0, 1);
        let Some(Item::Gap(gap)) = subscriber.next().await.unwrap() else { panic!("no gap") };
        assert_eq!((gap.from, gap.to), (2, first - 1), "{lag:?}");
        assert_eq!(gap.count(), first - 2);
        for seq in first..=10 {
            assert_eq!(text(&mut subscriber).await, (seq, seq.to_string()));
        }
    }
    let channel = trickle.channel("fail");
    let mut publisher = channel.publisher().open().await.unwrap();
    let mut subscriber = channel.subscriber().start(Start::Seq(0)).on_lag(Lag::Fail).open();
    send(&mut publisher, &["0", "1", "2", "3", "4", "5", "6"]).await;
    assert!(matches!(subscriber.next().await, Err(Error::Behind { seq: 0, latest: 7 })));
    assert!(subscriber.next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_subscriber_starts_where_it_is_told() {
    let trickle = mock::trickle();
    let channel = trickle.channel("a");
    let mut publisher = channel.publisher().open().await.unwrap();
    send(&mut publisher, &["0", "1", "2", "3", "4", "5", "6", "7"]).await;
    for (start, first) in [(Start::Current, 7), (Start::Oldest, 4), (Start::Seq(5), 5)] {
        assert_eq!(text(&mut channel.subscriber().start(start).open()).await.0, first, "{start:?}");
    }
    let mut next = channel.subscriber().start(Start::Next).open();
    let waiting = tokio::spawn(async move { text(&mut next).await.0 });
    tokio::time::sleep(Duration::from_millis(20)).await;
    send(&mut publisher, &["8"]).await;
    assert_eq!(waiting.await.unwrap(), 8);
}

#[tokio::test]
async fn holes_of_the_publisher_are_gaps_and_a_restart_is_told() {
    let trickle = mock::trickle();
    let channel = trickle.channel("a");
    let mut publisher = channel.publisher().open().await.unwrap();
    let mut subscriber = channel.subscriber().start(Start::Seq(0)).restart_after(Duration::from_millis(50)).open();
    send(&mut publisher, &["0"]).await;
    assert_eq!(text(&mut subscriber).await.0, 0);
    drop(publisher);
    let mut publisher = channel.publisher().from(7).open().await.unwrap();
    send(&mut publisher, &["7"]).await;
    // The subscriber's request for 1 was freed by the reset of the new publisher.
    assert_eq!(text(&mut subscriber).await, (1, String::new()));
    let Some(Item::Gap(gap)) = subscriber.next().await.unwrap() else { panic!("no gap") };
    assert_eq!((gap.from, gap.to), (2, 6));
    assert_eq!(text(&mut subscriber).await.0, 7);
    drop((publisher, subscriber));

    let channel = trickle.channel("b");
    let mut publisher = channel.publisher().from(100).open().await.unwrap();
    send(&mut publisher, &["100"]).await;
    let mut subscriber = channel.subscriber().start(Start::Seq(103)).restart_after(Duration::from_millis(50)).open();
    let Some(Item::Restart { expected: 103, next: 101 }) = subscriber.next().await.unwrap() else { panic!() };
    send(&mut publisher, &["101"]).await;
    assert_eq!(text(&mut subscriber).await.0, 101);
}

#[tokio::test]
async fn a_segment_continues_after_its_connection_was_cut() {
    let trickle = mock::trickle();
    let running = trickle.listen().await.unwrap();
    trickle.create("a", "");
    let channel = Channel::new(running.channel_url("a")).unwrap();
    let mut publisher = channel.publisher().open().await.unwrap();
    trickle.inject(Side::Subscriber, Fault::Cut(10));
    let mut subscriber = channel.subscriber().start(Start::Seq(0)).open();
    let content: Vec<u8> = (0..200_000_u32).flat_map(u32::to_be_bytes).collect();
    publisher.send(content.clone()).await.unwrap();
    let mut first = segment(&mut subscriber).await;
    assert_eq!(first.content_type(), None);
    assert!(first.bytes().await.unwrap() == content);

    // Unless the server no longer has it.
    trickle.inject(Side::Subscriber, Fault::Cut(10));
    drop(subscriber);
    let mut subscriber = channel.subscriber().start(Start::Seq(1)).open();
    send(&mut publisher, &["0123456789abcdef"]).await;
    let mut cut = segment(&mut subscriber).await;
    assert_eq!(cut.chunk().await.unwrap().unwrap(), "0123456789");
    send(&mut publisher, &["2", "3", "4", "5", "6", "7"]).await;
    assert!(matches!(cut.chunk().await, Err(Error::Incomplete { seq: 1, received: 10 })));
    assert!(cut.chunk().await.unwrap().is_none());
}

#[tokio::test]
async fn segments_are_sent_again_by_the_rule_that_was_chosen() {
    let trickle = mock::trickle();
    let running = trickle.listen().await.unwrap();
    let open = async |name: &str, resend| {
        trickle.create(name, "");
        let channel = Channel::new(running.channel_url(name)).unwrap();
        channel.publisher().resend(resend).open().await.unwrap()
    };
    // To an unfinished segment the server appends.
    trickle.inject(Side::Publisher, Fault::Cut(3));
    let mut publisher = open("whole", Resend::Whole).await;
    send(&mut publisher, &["abcdef"]).await;
    assert_eq!(trickle.content("whole", 0).unwrap(), b"abcabcdef");
    // What is sent to a finished one is thrown away. (The request for the next segment is sent already.)
    drop(publisher);
    trickle.inject(Side::Publisher, Fault::NoResponse);
    let mut publisher = open("whole", Resend::Whole).await;
    send(&mut publisher, &["ghijkl"]).await;
    assert_eq!(trickle.content("whole", 1).unwrap(), b"ghijkl");

    trickle.inject(Side::Publisher, Fault::Cut(3));
    let mut publisher = open("unsent", Resend::Unsent).await;
    publisher.send("abcdef").await.unwrap();
    let Err(Error::Lost { seq: 0, .. }) = publisher.flush().await else { panic!("not lost") };
    assert_eq!(trickle.content("unsent", 0).unwrap(), b"abc");
    // Told once, and nobody waits for the rest.
    send(&mut publisher, &["next"]).await;
    let channel = Channel::new(running.channel_url("unsent")).unwrap();
    let mut subscriber = channel.subscriber().start(Start::Oldest).open();
    assert_eq!(text(&mut subscriber).await, (0, "abc".into()));
    assert_eq!(text(&mut subscriber).await, (1, "next".into()));

    // No content was sent: certainly nothing is doubled.
    let mut publisher = open("idle", Resend::Unsent).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    trickle.cut(Side::Publisher);
    tokio::time::sleep(Duration::from_millis(20)).await;
    send(&mut publisher, &["abc", "def"]).await;
    assert_eq!(trickle.content("idle", 0).unwrap(), b"abc");
    let mut publisher = open("never", Resend::Never).await;
    // The request that is ahead is lost without content, which is not the same.
    trickle.inject(Side::Publisher, Fault::Status(503));
    let sent = publisher.send("abc").await.and(publisher.flush().await);
    assert!(matches!(sent, Err(Error::Lost { seq: 0, .. })), "{sent:?}");
}

#[tokio::test]
async fn urls_are_checked_and_never_shown() {
    for url in ["ftp://h/a", "http://h", "http://h/", "/a", "http://h/a?b=c", "http://u:p@h/a", "http://h/..", ""] {
        assert!(matches!(Channel::new(url), Err(Error::Url(_))), "{url}");
    }
    let secret = "8f3ac1-out";
    let trickle = mock::trickle();
    let channel = trickle.channel(secret);
    trickle.delete(secret);
    let mut subscriber = channel.subscribe();
    let error = subscriber.next().await.unwrap_err();
    let shown =
        format!("{channel:?} {:?} {:?} {subscriber:?} {error} {error:?}", channel.publisher(), channel.subscriber());
    assert!(!shown.contains("8f3ac1"), "{shown}");
    assert!(channel.publisher().content_type("a\r\nb: c").open().await.is_err());
    assert!(channel.create("a\r\nb: c").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn waiting_requests_are_renewed_and_interim_responses_ignored() {
    let trickle = mock::trickle();
    let (mut publisher, mut subscriber) = trickle.pair("a").await.unwrap();
    let waiting = tokio::spawn(async move { text(&mut subscriber).await });
    tokio::time::sleep(Duration::from_secs(3600)).await;
    send(&mut publisher, &["late"]).await;
    assert_eq!(waiting.await.unwrap(), (0, "late".into()));
}

#[tokio::test(start_paused = true)]
async fn what_does_not_move_is_given_up() {
    let trickle = mock::trickle();
    let channel = trickle.channel("a").stall(Duration::from_secs(5));
    trickle.inject(Side::Publisher, Fault::Stall);
    let mut publisher = channel.publisher().resend(Resend::Whole).open().await.unwrap();
    send(&mut publisher, &["abc"]).await;
    assert_eq!(trickle.content("a", 0).unwrap(), b"abc");

    // The publisher of 1 is lost; the others are not there to be waited for.
    let mut subscriber = channel.subscriber().start(Start::Seq(1)).open();
    let mut lost = publisher.segment().await.unwrap();
    lost.write("part").await.unwrap();
    let mut first = segment(&mut subscriber).await;
    assert_eq!(first.chunk().await.unwrap().unwrap(), "part");
    drop(lost);
    send(&mut publisher, &["2", "3"]).await;
    assert!(matches!(first.chunk().await, Err(Error::Incomplete { seq: 1, received: 4 })));
    assert_eq!(text(&mut subscriber).await.0, 2);
}
