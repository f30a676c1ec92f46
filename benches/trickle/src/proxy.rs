//! A TCP proxy that resets all its connections on demand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use meter::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;

#[derive(Clone)]
pub struct Proxy {
    pub address: String,
    cuts: broadcast::Sender<()>,
    cut: Arc<AtomicU64>,
}

impl Proxy {
    pub async fn start(target: String) -> Result<Self, Error> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let (cuts, _) = broadcast::channel(64);
        let proxy = Self { address, cuts: cuts.clone(), cut: Arc::default() };
        let cut = proxy.cut.clone();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (target, mut cuts, cut) = (target.clone(), cuts.subscribe(), cut.clone());
                tokio::spawn(async move {
                    let Ok(mut server) = TcpStream::connect(target).await else { return };
                    let _ = (client.set_nodelay(true), server.set_nodelay(true));
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
                        _ = cuts.recv() => {
                            cut.fetch_add(1, Ordering::Relaxed);
                            let _ = (client.set_zero_linger(), server.set_zero_linger());
                        }
                    }
                });
            }
        });
        Ok(proxy)
    }

    pub fn cut(&self) {
        let _ = self.cuts.send(());
    }

    /// How many connections were cut.
    pub fn connections_cut(&self) -> u64 {
        self.cut.load(Ordering::Relaxed)
    }
}
