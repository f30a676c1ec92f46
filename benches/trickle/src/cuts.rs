//! What is lost and doubled when connections are cut.

use std::time::{Duration, Instant};

use livepeer::network::trickle::framed;
use livepeer::network::trickle::{Channel, Error as TrickleError, Item, Start};
use meter::Error;

use crate::proxy::Proxy;

const SIZE: usize = 4096;

pub async fn all(url: &str) -> Result<(), Error> {
    framed(url, "framed, 200/s, 20 cuts on both sides", 0, 10_000, 200, 20).await?;
    framed(url, "framed, 4 messages repeated, 200/s, 20 cuts on both sides", 4, 10_000, 200, 20).await?;
    plain(url, "plain, 200/s, 20 cuts on both sides", 10_000, 200, 20).await?;
    plain(url, "plain, 500/s, no cuts", 10_000, 500, 0).await?;
    framed(url, "framed, 500/s, no cuts", 0, 10_000, 500, 0).await
}

/// A channel through a proxy of its own for each side.
async fn channel(url: &str, name: &str) -> Result<[(Channel, Proxy); 2], Error> {
    let (host, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).ok_or("no URL")?;
    let name: String = name.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' }).collect();
    let path = format!("{path}/{name}-{}", std::process::id());
    Channel::new(format!("http://{host}/{path}"))?.create("application/octet-stream").await?;
    let side = async || {
        let proxy = Proxy::start(host.to_owned()).await?;
        Ok::<_, Error>((Channel::new(format!("http://{}/{path}", proxy.address))?, proxy))
    };
    Ok([side().await?, side().await?])
}

fn content(id: u64) -> Vec<u8> {
    let mut content = vec![b'x'; SIZE];
    content[..8].copy_from_slice(&id.to_be_bytes());
    content
}

/// Waits for the time of a segment, and cuts now and then.
async fn pace(start: Instant, seq: u64, rate: u64, count: u64, cuts: u64, proxies: [&Proxy; 2]) {
    tokio::time::sleep_until((start + Duration::from_secs(1) * seq as u32 / rate as u32).into()).await;
    if cuts > 0 && seq % (count / cuts) == count / cuts / 2 {
        let proxies = proxies.map(Clone::clone);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_micros(seq * 37 % 5000)).await;
            proxies.iter().for_each(Proxy::cut);
        });
    }
}

async fn framed(url: &str, name: &str, repeated: usize, count: u64, rate: u64, cuts: u64) -> Result<(), Error> {
    let [(publishing, first), (subscribing, second)] = channel(url, name).await?;
    let mut subscriber = framed::Subscriber::open(subscribing.subscriber().start(Start::Seq(0)));
    let reading = tokio::spawn(async move {
        let (mut seen, mut gaps) = (vec![0_u32; count as usize], 0);
        while let Some(item) = subscriber.next().await? {
            match item {
                framed::Item::Message(message) => {
                    assert_eq!(message.content, content(message.id));
                    seen[message.id as usize] += 1;
                }
                framed::Item::Gap(gap) => gaps += gap.count(),
                other => println!("{other:?}"),
            }
        }
        println!("ending {:?}, {} duplicates left out", subscriber.ending(), subscriber.duplicates());
        Ok::<_, TrickleError>((seen, gaps))
    });
    let mut publisher = framed::Publisher::open(publishing.publisher()).await?.redundancy(repeated);
    let start = Instant::now();
    let mut errors = 0;
    for seq in 0..count {
        pace(start, seq, rate, count, cuts, [&first, &second]).await;
        while let Err(error) = publisher.send(content(seq)).await {
            println!("{error:?}");
            errors += 1;
        }
    }
    publisher.finish().await?;
    let (seen, gaps) = reading.await??;
    report(name, &seen, gaps, errors, [first, second]);
    Ok(())
}

async fn plain(url: &str, name: &str, count: u64, rate: u64, cuts: u64) -> Result<(), Error> {
    let [(publishing, first), (subscribing, second)] = channel(url, name).await?;
    let mut subscriber = subscribing.subscriber().start(Start::Seq(0)).open();
    let reading = tokio::spawn(async move {
        let (mut seen, mut reported) = (vec![0_u32; count as usize], vec![false; count as usize]);
        while let Some(item) = subscriber.next().await? {
            match item {
                Item::Segment(mut segment) => match segment.bytes().await {
                    Ok(bytes) => {
                        let is_whole = bytes[..] == content(segment.seq())[..];
                        if let Some(seen) = seen.get_mut(segment.seq() as usize).filter(|_| is_whole) {
                            *seen += 1;
                        }
                    }
                    Err(_) => reported[segment.seq() as usize] = true,
                },
                Item::Gap(gap) => (gap.from..=gap.to).for_each(|seq| reported[seq as usize] = true),
                other => println!("{other:?}"),
            }
        }
        Ok::<_, TrickleError>((seen, reported))
    });
    let mut publisher = publishing.publisher().open().await?;
    let start = Instant::now();
    let mut lost = Vec::new();
    let mut errors = 0;
    let mut keep = |error: TrickleError| {
        errors += 1;
        match error {
            TrickleError::Lost { seq, .. } => lost.push(seq),
            other => println!("{other:?}"),
        }
    };
    for seq in 0..count {
        pace(start, seq, rate, count, cuts, [&first, &second]).await;
        // The segment's number and its content are the same here, so one that was lost is not sent again.
        while publisher.next_seq() == seq {
            if let Err(error) = publisher.send(content(seq)).await {
                keep(error);
            }
        }
    }
    while let Err(error) = publisher.flush().await {
        keep(error);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    publisher.end().await?;
    let (seen, mut reported) = reading.await??;
    lost.iter().for_each(|seq| reported[*seq as usize] = true);
    let silent = seen.iter().zip(&reported).filter(|(seen, reported)| **seen == 0 && !**reported).count();
    report(name, &seen, reported.iter().filter(|reported| **reported).count() as u64, errors, [first, second]);
    println!("  of those lost, {silent} were not reported by the subscriber or the publisher");
    Ok(())
}

fn report(name: &str, seen: &[u32], reported: u64, errors: u64, proxies: [Proxy; 2]) {
    let lost = seen.iter().filter(|seen| **seen == 0).count();
    let doubled = seen.iter().filter(|seen| **seen > 1).count();
    let [publisher, subscriber] = proxies.map(|proxy| proxy.connections_cut());
    println!(
        "{name}: {lost} lost, {doubled} doubled, {reported} reported, {errors} publisher errors; connections cut: {publisher} and {subscriber}"
    );
}
