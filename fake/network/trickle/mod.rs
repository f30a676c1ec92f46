//! A fake trickle server.

mod channels;
mod handler;
mod reading;

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use std::{fmt, io};

use http::{Request, Response, Uri};
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use typed_endpoint::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};

use super::lock::lock;
use super::reply::Cut;
pub use super::serve::Side;
use super::serve::{Link, Service, Stream, listen, serve};
use crate::network::trickle::{Channel, Publisher, Resend, Start, Subscriber};
use crate::network::{Connect, Connector, Io};
use channels::Channels;

/// How much a connection in memory holds.
const BUFFER: usize = 256 * 1024;

/// A fake trickle server, which behaves as the one in go-livepeer: five segments of each channel, appending to unfinished ones and
/// throwing away what is sent to finished ones, status 470, interim responses, the ends of channels.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> livepeer::network::trickle::Result<()> {
/// use livepeer::{mock, network::trickle::Item};
///
/// let trickle = mock::trickle();
/// let (mut publisher, mut subscriber) = trickle.pair("words").await?;
/// publisher.send("hello").await?;
/// let Some(Item::Segment(mut segment)) = subscriber.next().await? else { panic!("no segment") };
/// assert_eq!(segment.bytes().await?, "hello");
/// # Ok(())
/// # }
/// ```
pub fn trickle() -> TrickleFake {
    TrickleFake(Arc::new(Server {
        base: "/ai/trickle/".into(),
        channels: Channels::default(),
        settings: Mutex::new(Settings {
            autocreate: false,
            interim: Duration::from_secs(10),
            idle: Duration::from_secs(300),
        }),
        faults: Mutex::default(),
        cuts: broadcast::channel(16).0,
    }))
}

/// The server that [`trickle`] makes. Clones are the same server.
#[derive(Clone)]
pub struct TrickleFake(Arc<Server>);

struct Server {
    base: String,
    channels: Channels,
    settings: Mutex<Settings>,
    faults: Mutex<VecDeque<(Side, Fault)>>,
    cuts: broadcast::Sender<Side>,
}

struct Settings {
    autocreate: bool,
    interim: Duration,
    idle: Duration,
}

impl Server {
    fn settings(&self) -> MutexGuard<'_, Settings> {
        lock(&self.settings)
    }

    fn take_fault(&self, side: Side) -> Option<Fault> {
        let mut faults = lock(&self.faults);
        let at = faults.iter().position(|(own, _)| *own == side)?;
        faults.remove(at).map(|(_, fault)| fault)
    }
}

impl Service for Server {
    async fn respond(&self, request: Request<Body>, link: Option<&Link>) -> Response<Body> {
        Server::respond(self, request, link).await
    }

    fn cuts(&self) -> broadcast::Receiver<Side> {
        self.cuts.subscribe()
    }
}

/// A fault in a request for a segment: [`TrickleFake::inject`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Cuts the connection after so many bytes of the segment, which the server has.
    Cut(u64),
    /// Keeps the segment, but cuts the connection in place of the response to its publisher.
    NoResponse,
    /// Reads nothing and sends no response.
    Stall,
    /// Responds with this status, and does nothing.
    Status(u16),
}

/// How it behaves. All of these may also be called while it runs.
impl TrickleFake {
    /// Whether channels are created by whoever names them (default: no, as with orchestrators).
    #[must_use]
    pub fn autocreate(self, autocreate: bool) -> Self {
        self.0.settings().autocreate = autocreate;
        self
    }

    /// Sets after how long a publisher without content gets an interim response (default: 10 seconds).
    #[must_use]
    pub fn interim(self, interval: Duration) -> Self {
        self.0.settings().interim = interval;
        self
    }

    /// Injects a fault into the next request of this side for a segment. Several calls queue several faults.
    pub fn inject(&self, side: Side, fault: Fault) {
        lock(&self.0.faults).push_back((side, fault));
    }

    /// Cuts all open connections of a side.
    pub fn cut(&self, side: Side) {
        let _ = self.0.cuts.send(side);
    }

    /// Lets time pass: channels in which no segment has begun for five minutes are deleted, as at the real server's sweeps.
    pub fn advance(&self, time: Duration) {
        let idle = self.0.settings().idle;
        self.0.channels.advance(time, idle);
    }
}

/// Its channels.
impl TrickleFake {
    /// Creates a channel, if there is none of the name.
    pub fn create(&self, name: &str, media_type: &str) {
        self.0.channels.create(name, media_type);
    }

    /// Deletes a channel; `false` if there is none.
    pub fn delete(&self, name: &str) -> bool {
        self.0.channels.delete(name)
    }

    /// Writes a whole segment, if there is such a channel.
    pub(super) fn write(&self, name: &str, content: String) {
        let Some(channel) = self.0.channels.get(name) else { return };
        if let Some(slot) = channel.for_write(-1) {
            channel.begun(slot.seq, self.0.channels.now());
            slot.write(content.into());
            slot.close();
        }
    }

    /// The next segment to be written.
    pub fn next_seq(&self, name: &str) -> Option<u64> {
        Some(self.0.channels.get(name)?.next().0)
    }

    /// The content of a segment, as far as it was written, if it is among those kept.
    pub fn content(&self, name: &str, seq: u64) -> Option<Vec<u8>> {
        Some(self.0.channels.get(name)?.get(seq)?.content())
    }

    /// The channel, reached in memory; it is created if there is none of the name.
    pub fn channel(&self, name: &str) -> Channel {
        self.create(name, "application/octet-stream");
        let name = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
        let url = format!("http://localhost{}{name}", self.0.base);
        // An encoded name is a valid path.
        #[allow(clippy::expect_used)]
        Channel::with_connector(url, self.connector()).expect("the URL is valid")
    }

    /// Both ends of a channel, in memory: a publisher, whose lost segments are repeated, and a subscriber from the next segment on.
    ///
    /// # Errors
    /// None that is to be expected.
    pub async fn pair(&self, name: &str) -> crate::network::trickle::Result<(Publisher, Subscriber)> {
        let channel = self.channel(name);
        let publisher = channel.publisher().resend(Resend::Whole).open().await?;
        let subscriber = channel.subscriber().start(Start::Seq(publisher.next_seq())).open();
        Ok((publisher, subscriber))
    }
}

/// Ways to call it.
impl TrickleFake {
    /// Connects to it in memory, whatever the URL's host.
    pub fn connector(&self) -> Connector {
        Connector::new(Memory(self.clone()))
    }

    /// Responds to a request, for a server that serves more than this. Without a connection of its own it sends no interim
    /// responses, and cuts nothing.
    pub async fn respond(&self, request: Request<Body>) -> Response<Body> {
        Server::respond(&self.0, request, None).await
    }

    /// The same on a connection.
    pub(super) async fn respond_on(&self, request: Request<Body>, link: Option<&Link>) -> Response<Body> {
        Server::respond(&self.0, request, link).await
    }

    /// Listens on a loopback port that the system chooses.
    ///
    /// # Errors
    /// When no port is available.
    pub async fn listen(&self) -> io::Result<RunningTrickle> {
        self.listen_at((Ipv4Addr::LOCALHOST, 0).into()).await
    }

    /// Listens at an address. Whoever can reach it can use the fake.
    ///
    /// # Errors
    /// When the address is not available.
    pub async fn listen_at(&self, address: SocketAddr) -> io::Result<RunningTrickle> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let task = listen(listener, self.0.clone());
        Ok(RunningTrickle { trickle: self.clone(), address, task })
    }
}

impl fmt::Debug for TrickleFake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrickleFake").finish_non_exhaustive()
    }
}

/// For the declared operations, in memory.
impl Transport for TrickleFake {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let response = self.respond(request).await;
            match response.extensions().get::<Cut>() {
                Some(Cut) => Err(TransportError::new(TransportErrorKind::Sent, "the fake has cut the connection")),
                None => Ok(response),
            }
        })
    }
}

struct Memory(TrickleFake);

impl Connect for Memory {
    fn connect<'a>(&'a self, _: &'a Uri) -> BoxFuture<'a, io::Result<Box<dyn Io>>> {
        let (own, other) = tokio::io::duplex(BUFFER);
        tokio::spawn(serve(self.0.0.clone(), Stream::Memory(other)));
        Box::pin(async move { Ok(Box::new(own) as Box<dyn Io>) })
    }
}

/// A [`TrickleFake`] that listens. Dropping it closes the port and all connections.
#[derive(Debug)]
pub struct RunningTrickle {
    trickle: TrickleFake,
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl RunningTrickle {
    /// The base URL, `http://127.0.0.1:PORT/ai/trickle`.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.trickle.0.base.trim_end_matches('/'))
    }

    /// The URL of a channel.
    pub fn channel_url(&self, name: &str) -> String {
        let name = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
        format!("{}/{name}", self.url())
    }

    /// The port's address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The server itself.
    pub fn trickle(&self) -> &TrickleFake {
        &self.trickle
    }
}

impl Drop for RunningTrickle {
    fn drop(&mut self) {
        self.task.abort();
    }
}
