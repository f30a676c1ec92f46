//! What the client does with a channel.

use std::time::Duration;

use livepeer::mock;
use livepeer::mock::{Fault, Side, TrickleFake};
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

/// Waits until the server has a request for a segment that is not written.
async fn asked(trickle: &TrickleFake, name: &str, seq: u64) {
    while trickle.content(name, seq).is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
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
    let mut publisher = channel.publisher().preconnect(false).open().await.unwrap();
    for n in 0..20 {
        assert_eq!(publisher.send(format!("segment {n}")).await.unwrap(), n);
        assert_eq!(text(&mut subscriber).await, (n, format!("segment {n}")));
    }
    asked(&trickle, "a", 20).await;
    publisher.end().await.unwrap();
    assert!(subscriber.next().await.unwrap().is_none());
    assert_eq!(subscriber.end(), Some(End::Closed));
}

#[tokio::test]
async fn a_channel_that_is_deleted_before_the_next_request_is_gone() {
    let trickle = mock::trickle();
    let channel = trickle.channel("a");
    let mut publisher = channel.publisher().preconnect(false).open().await.unwrap();
    let mut subscriber = channel.subscriber().start(Start::Seq(0)).open();
    let publishing = async {
        asked(&trickle, "a", 0).await;
        // The request for 1 has to be repeated.
        trickle.inject(Side::Subscriber, Fault::Status(503));
        send(&mut publisher, &["0"]).await;
    };
    let (first, ()) = tokio::join!(text(&mut subscriber), publishing);
    assert_eq!(first, (0, "0".into()));
    trickle.delete("a");
    assert!(subscriber.next().await.unwrap().is_none());
    assert_eq!(subscriber.end(), Some(End::Gone));
}

/// Injects a fault into a subscriber's request after so many others.
fn later(trickle: &TrickleFake, after: usize, fault: Fault) {
    for _ in 0..after {
        trickle.inject(Side::Subscriber, Fault::Cut(u64::MAX));
    }
    trickle.inject(Side::Subscriber, fault);
}

async fn gap(subscriber: &mut Subscriber) -> (u64, u64) {
    match subscriber.next().await.unwrap() {
        Some(Item::Gap(gap)) => (gap.from, gap.to),
        other => panic!("no gap: {other:?}"),
    }
}

/// A channel whose segment 100 has left the window, because somebody was about to write 105.
async fn without_100(trickle: &TrickleFake, name: &str) -> Channel {
    let channel = trickle.channel(name);
    let mut publisher = channel.publisher().from(100).preconnect(false).open().await.unwrap();
    send(&mut publisher, &["100"]).await;
    let later = channel.publisher().from(105).open().await.unwrap();
    asked(trickle, name, 105).await;
    assert_eq!(trickle.content(name, 100), None);
    drop(later);
    tokio::time::sleep(Duration::from_millis(1)).await;
    channel
}

#[tokio::test(start_paused = true)]
async fn what_is_lost_is_told_before_the_end() {
    let trickle = mock::trickle();
    // While it waits for 101.
    let channel = without_100(&trickle, "waiting").await;
    let mut subscriber = channel.subscriber().start(Start::Seq(0)).open();
    let deleting = async {
        asked(&trickle, "waiting", 101).await;
        trickle.delete("waiting");
    };
    let (lost, ()) = tokio::join!(gap(&mut subscriber), deleting);
    assert_eq!(lost, (0, 100));
    assert!(subscriber.next().await.unwrap().is_none());
    assert_eq!(subscriber.end(), Some(End::Closed));

    // Between two requests.
    let channel = without_100(&trickle, "asking").await;
    let mut subscriber = channel.subscriber().start(Start::Seq(0)).open();
    let deleting = async {
        asked(&trickle, "asking", 101).await;
        trickle.cut(Side::Subscriber);
        trickle.delete("asking");
    };
    let (lost, ()) = tokio::join!(gap(&mut subscriber), deleting);
    assert_eq!(lost, (0, 100));
    assert!(subscriber.next().await.unwrap().is_none());
    assert_eq!(subscriber.end(), Some(End::Gone));

    // Before a publisher that has begun again.
    let channel = without_100(&trickle, "again").await.stall(Duration::from_secs(5));
    let mut subscriber = channel.subscriber().start(Start::Seq(0)).open();
    later(&trickle, 6, Fault::Stall);
    let publishing = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut publisher = channel.publisher().from(6).preconnect(false).open().await.unwrap();
        send(&mut publisher, &["6"]).await;
        publisher
    };
    let (lost, mut publisher) = tokio::join!(gap(&mut subscriber), publishing);
    assert_eq!(lost, (0, 100));
    let Some(Item::Restart { expected: 101, next: 7 }) = subscriber.next().await.unwrap() else { panic!() };
    send(&mut publisher, &["7"]).await;
    assert_eq!(text(&mut subscriber).await.0, 7);
}

#[tokio::test(start_paused = true)]
async fn what_the_server_has_named_and_deleted_is_told() {
    let trickle = mock::trickle();
    let channel = trickle.channel("a");
    let mut publisher = channel.publisher().preconnect(false).open().await.unwrap();
    send(&mut publisher, &["0", "1", "2", "3"]).await;
    let mut subscriber = channel.subscriber().start(Start::Seq(0)).open();
    // The request for 1 has to be repeated, and comes too late.
    later(&trickle, 1, Fault::Status(503));
    assert_eq!(text(&mut subscriber).await.0, 0);
    trickle.delete("a");
    assert_eq!(gap(&mut subscriber).await, (1, 3));
    assert!(subscriber.next().await.unwrap().is_none());
    assert_eq!(subscriber.end(), Some(End::Gone));
}

#[tokio::test(start_paused = true)]
async fn a_publisher_that_waits_at_the_end_is_no_gap() {
    let trickle = mock::trickle();
    let channel = trickle.channel("a");
    let mut publisher = channel.publisher().open().await.unwrap();
    send(&mut publisher, &["0"]).await;
    let mut subscriber = channel.subscriber().start(Start::Seq(0)).open();
    assert_eq!(text(&mut subscriber).await.0, 0);
    tokio::time::sleep(Duration::from_millis(1)).await;
    trickle.delete("a");
    assert!(subscriber.next().await.unwrap().is_none());
    assert_eq!(subscriber.end(), Some(End::Closed));
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
