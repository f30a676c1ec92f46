//! Connections of both sides are reset while segments are published: every loss is reported, and no message is doubled.
//!
//! With `TRICKLE_URL=http://…/ai/trickle` the server is that one, which has to create channels by itself.

use std::time::Duration;

use livepeer::mock;
use livepeer::network::trickle::framed::{self, Ending};
use livepeer::network::trickle::{Channel, Error, Item, Start};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio::time::{Instant, sleep};

/// A TCP proxy whose connections are reset at each message.
async fn proxy(target: String) -> (String, broadcast::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (cuts, _) = broadcast::channel(16);
    let sender = cuts.clone();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (target, mut cuts) = (target.clone(), cuts.subscribe());
            tokio::spawn(async move {
                let mut server = TcpStream::connect(target).await.unwrap();
                let _ = (client.set_nodelay(true), server.set_nodelay(true));
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
                    _ = cuts.recv() => {
                        let _ = (client.set_zero_linger(), server.set_zero_linger());
                    }
                }
            });
        }
    });
    (address, sender)
}

/// The channel for each side, through a proxy of its own, and the cuts of both.
async fn channels(name: &str) -> (Channel, Channel, impl Fn() + Clone, Option<mock::RunningTrickle>) {
    let (url, running) = match std::env::var("TRICKLE_URL") {
        Ok(url) => (url, None),
        Err(_) => {
            let running = mock::trickle().autocreate(true).listen().await.unwrap();
            (running.url(), Some(running))
        }
    };
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let path = format!("{path}/{name}-{}", std::process::id());
    Channel::new(format!("http://{host}/{path}")).unwrap().create("text/plain").await.unwrap();
    let (first, first_cuts) = proxy(host.to_owned()).await;
    let (second, second_cuts) = proxy(host.to_owned()).await;
    let side = |host| Channel::new(format!("http://{host}/{path}")).unwrap();
    let cut = move || {
        let _ = (first_cuts.send(()), second_cuts.send(()));
    };
    (side(first), side(second), cut, running)
}

const COUNT: u64 = 600;

fn content(id: u64) -> String {
    format!("{id:08}").repeat(500)
}

async fn pace(id: u64, cut: &(impl Fn() + Clone + Send + 'static)) {
    sleep(Duration::from_millis(5)).await;
    if id % 60 == 30 {
        let cut = cut.clone();
        tokio::spawn(async move {
            sleep(Duration::from_micros(id * 37 % 5000)).await;
            cut();
        });
    }
}

fn slow(what: &str, id: u64, since: Instant) {
    if std::env::var_os("TRICKLE_URL").is_some() && since.elapsed() > Duration::from_millis(50) {
        eprintln!("{what} {id} took {:?}", since.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_message_is_doubled_and_every_lost_one_is_reported() {
    let (publishing, subscribing, cut, _running) = channels("framed").await;
    let mut subscriber = framed::Subscriber::open(subscribing.subscriber().start(Start::Seq(0)));
    let reading = tokio::spawn(async move {
        let (mut next, mut lost) = (0, 0);
        loop {
            let since = Instant::now();
            let item = subscriber.next().await.unwrap();
            slow("message", next, since);
            match item {
                Some(framed::Item::Message(message)) => {
                    assert_eq!((message.id, message.content), (next, content(next).into()));
                    next += 1;
                }
                Some(framed::Item::Gap(gap)) => {
                    assert_eq!(gap.from, next);
                    (next, lost) = (gap.to + 1, lost + gap.count());
                }
                None => return (next, lost, subscriber.ending()),
                other => panic!("{other:?}"),
            }
        }
    });
    let mut publisher = framed::Publisher::open(publishing.publisher()).await.unwrap();
    for id in 0..COUNT {
        pace(id, &cut).await;
        let since = Instant::now();
        assert_eq!(publisher.send(content(id)).await.unwrap(), id);
        slow("send", id, since);
    }
    publisher.finish().await.unwrap();
    let (next, lost, ending) = reading.await.unwrap();
    eprintln!("{lost} of {COUNT} messages lost");
    assert_eq!((next, ending), (COUNT, Some(Ending::Complete)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_segment_that_is_not_whole_is_reported_by_one_side() {
    let (publishing, subscribing, cut, _running) = channels("plain").await;
    let mut subscriber = subscribing.subscriber().start(Start::Seq(0)).open();
    let reading = tokio::spawn(async move {
        let (mut whole, mut reported) = (vec![false; COUNT as usize], vec![false; COUNT as usize]);
        while let Some(item) = subscriber.next().await.unwrap() {
            match item {
                Item::Segment(mut segment) => match segment.bytes().await {
                    Ok(bytes) => whole[segment.seq() as usize] = bytes == content(segment.seq()),
                    Err(_) => reported[segment.seq() as usize] = true,
                },
                Item::Gap(gap) => (gap.from..=gap.to).for_each(|seq| reported[seq as usize] = true),
                other => panic!("{other:?}"),
            }
        }
        (whole, reported)
    });
    let mut publisher = publishing.publisher().open().await.unwrap();
    let mut lost = Vec::new();
    let mut keep = |error: Error| match error {
        Error::Lost { seq, .. } => lost.push(seq),
        other => panic!("{other:?}"),
    };
    for seq in 0..COUNT {
        pace(seq, &cut).await;
        while publisher.next_seq() == seq {
            if let Err(error) = publisher.send(content(seq)).await {
                keep(error);
            }
        }
    }
    while let Err(error) = publisher.flush().await {
        keep(error);
    }
    sleep(Duration::from_millis(300)).await;
    publisher.end().await.unwrap();
    let (whole, mut reported) = reading.await.unwrap();
    lost.into_iter().for_each(|seq| reported[seq as usize] = true);
    let silent: Vec<_> = (0..COUNT as usize).filter(|seq| !whole[*seq] && !reported[*seq]).collect();
    assert!(silent.is_empty(), "lost without a report: {silent:?}");
}
