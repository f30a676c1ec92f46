//! The measurements by the library.

use livepeer::network::trickle::{Channel, Item, Start};
use meter::Error;

use crate::Run;

pub async fn run(run: &Run, url: &str) -> Result<(), Error> {
    let channel = Channel::new(url)?;
    channel.create("application/octet-stream").await?;
    let subscriber = channel.subscriber().start(Start::Seq(0)).open();
    let reading = tokio::spawn(crate::closing(run.clone(), read(run.clone(), subscriber)));
    let mut publisher = channel.publisher().open().await?;
    let content = livepeer::Body::from(vec![b'x'; run.size]);
    let content = content.as_bytes().ok_or("no bytes")?.clone();
    for seq in 0..run.count {
        run.may_publish(seq).await;
        publisher.send(content.clone()).await?;
    }
    publisher.flush().await?;
    reading.await?
}

async fn read(run: Run, mut subscriber: livepeer::network::trickle::Subscriber) -> Result<(), Error> {
    for seq in 0..run.count {
        let Some(Item::Segment(mut segment)) = subscriber.next().await? else { return Err("a gap".into()) };
        run.first_byte(seq);
        while segment.chunk().await?.is_some() {}
        if (segment.seq(), segment.received()) != (seq, run.size as u64) {
            return Err(format!("segment {} has {} bytes", segment.seq(), segment.received()).into());
        }
        run.read();
    }
    Ok(())
}
