//! Which certificates are trusted.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use livepeer::Retry;
use livepeer::mock::{self, FakeRunner};
use livepeer::network::operations::orchestrator::{Discover, Orchestrator};
use livepeer::network::trickle::{Channel, Error as ChannelError};
use livepeer::network::{Client, Connector, Error, Runner, Tcp, Tls};
use sha2::{Digest as _, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::app::Say;

/// A certificate of another name, signed by itself.
struct Identity {
    hash: [u8; 32],
    config: Arc<ServerConfig>,
}

impl Identity {
    /// A new one; `None` without openssl.
    fn new() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("network-tls-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let (key, certificate) = (folder.join("key.pem"), folder.join("cert.pem"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
            .args(["-subj", "/CN=other", "-keyout"])
            .arg(&key)
            .arg("-out")
            .arg(&certificate)
            .output();
        if !made.is_ok_and(|output| output.status.success()) {
            let _ = writeln!(std::io::stderr(), "LEFT OUT: TLS of the network, because openssl is not installed");
            return None;
        }
        let certificate = CertificateDer::from_pem_file(certificate).unwrap();
        let hash = Sha256::digest(&certificate).into();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], PrivateKeyDer::from_pem_file(key).unwrap())
            .unwrap();
        std::fs::remove_dir_all(folder).unwrap();
        Some(Self { hash, config: Arc::new(config) })
    }
}

/// TLS in front of a server.
struct Front {
    address: SocketAddr,
    config: Arc<Mutex<Arc<ServerConfig>>>,
}

impl Front {
    async fn new(target: SocketAddr, identity: &Identity) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let config = Arc::new(Mutex::new(identity.config.clone()));
        let current = config.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = TlsAcceptor::from(current.lock().unwrap().clone());
                tokio::spawn(async move {
                    let mut server = TcpStream::connect(target).await.unwrap();
                    if let Ok(mut client) = acceptor.accept(stream).await {
                        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                    }
                });
            }
        });
        Self { address, config }
    }

    /// What a restart of an orchestrator does.
    fn change(&self, identity: &Identity) {
        *self.config.lock().unwrap() = identity.config.clone();
    }

    fn url(&self) -> String {
        format!("https://{}", self.address)
    }
}

#[tokio::test]
async fn channels_trust_a_certificate_by_the_policy_and_no_other() {
    let Some(identity) = Identity::new() else { return };
    let trickle = mock::trickle();
    trickle.create("a", "");
    let running = trickle.listen().await.unwrap();
    let front = Front::new(running.address(), &identity).await;
    let url = format!("{}/ai/trickle/a", front.url());
    let with = |tls| Channel::with_connector(&url, Connector::new(Tcp::default().tls(tls))).unwrap();
    for tls in [Tls::pinned(identity.hash), Tls::first_use(|_| true), Tls::insecure()] {
        let channel = with(tls);
        let mut publisher = channel.publisher().open().await.unwrap();
        let seq = publisher.send(vec![b'x'; 1 << 20]).await.unwrap();
        publisher.flush().await.unwrap();
        assert_eq!(trickle.content("a", seq).unwrap().len(), 1 << 20);
    }
    for tls in [Tls::pinned([0; 32]), Tls::first_use(|_| false), Tls::system()] {
        assert!(matches!(with(tls).next_seq().await, Err(ChannelError::Connect(_))));
    }
}

#[tokio::test]
async fn calls_trust_a_certificate_by_the_policy_and_no_other() {
    let (Some(identity), Some(next)) = (Identity::new(), Identity::new()) else { return };
    let fake = mock::network();
    fake.runner(FakeRunner::new("x/a"));
    let running = fake.listen().await.unwrap();
    let address = running.url().strip_prefix("http://").unwrap().parse().unwrap();
    let front = Front::new(address, &identity).await;
    let _ = fake.clone().url(front.url());
    // Each with connections of its own.
    let client = |tls: &Tls| Client::new().orchestrator(front.url()).tls(tls.clone());

    let session = client(&Tls::pinned(identity.hash)).app("x/a").reserve().await.unwrap();
    assert_eq!(session.call(Say::new("hello")).await.unwrap().body, r#"{"text":"hello"}"#);
    session.close().await.unwrap();
    for tls in [Tls::pinned(next.hash), Tls::system()] {
        assert!(matches!(client(&tls).discover().await, Err(Error::Discovery(_))));
    }

    // Operations by themselves, too.
    let operation = |tls: Tls| {
        let client = livepeer::Client::<Orchestrator>::new().server(front.url()).retry(Retry::never());
        client.transport(tls.transport().unwrap()).call(Discover::new())
    };
    assert_eq!(operation(Tls::pinned(identity.hash)).await.unwrap().len(), 1);
    for tls in [Tls::pinned(next.hash), Tls::system()] {
        assert!(operation(tls).await.unwrap_err().is_connect());
    }

    let asked = Arc::new(Mutex::new(Vec::new()));
    let accepts_changes = Arc::new(AtomicBool::new(false));
    let (note, accepts) = (asked.clone(), accepts_changes.clone());
    let tls = Tls::first_use(move |seen| {
        note.lock().unwrap().push((seen.host.to_owned(), seen.sha256, seen.before));
        seen.before.is_none() || accepts.load(Ordering::Relaxed)
    });
    assert_eq!(client(&tls).discover().await.unwrap().len(), 1);
    assert_eq!(client(&tls).discover().await.unwrap().len(), 1);
    front.change(&next);
    assert!(matches!(client(&tls).discover().await, Err(Error::Discovery(_))));
    accepts_changes.store(true, Ordering::Relaxed);
    for _ in 0..2 {
        assert_eq!(client(&tls).discover().await.unwrap().len(), 1);
    }
    // The list is requested more than once before it fails; what was accepted is not asked about again.
    let (first, changes) =
        asked.lock().unwrap().split_first().map(|(first, rest)| (first.clone(), rest.to_vec())).unwrap();
    assert_eq!(first, ("127.0.0.1".to_owned(), identity.hash, None));
    let change = ("127.0.0.1".to_owned(), next.hash, Some(identity.hash));
    assert!(changes.len() >= 2 && changes.iter().all(|one| *one == change), "{changes:?}");
    let before = asked.lock().unwrap().len();
    client(&tls).discover().await.unwrap();
    assert_eq!(asked.lock().unwrap().len(), before);
}

#[tokio::test]
async fn runners_trust_a_certificate_by_the_policy_and_no_other() {
    let Some(identity) = Identity::new() else { return };
    let fake = mock::network();
    let running = fake.listen().await.unwrap();
    let address = running.url().strip_prefix("http://").unwrap().parse().unwrap();
    let front = Front::new(address, &identity).await;
    let runner = |tls| Runner::new(front.url(), "orch-secret", "x/mine", "http://127.0.0.1:9").tls(tls).start();

    let started = runner(Tls::pinned(identity.hash)).await.unwrap();
    assert_eq!(fake.client().discover().await.unwrap().len(), 1);
    started.close().await.unwrap();
    for tls in [Tls::pinned([0; 32]), Tls::system()] {
        assert!(matches!(runner(tls).await, Err(Error::Register(_))));
    }
}

#[tokio::test]
async fn orchestrators_at_one_host_have_certificates_of_their_own() {
    let (Some(one), Some(two)) = (Identity::new(), Identity::new()) else { return };
    let mut fronts = Vec::new();
    let mut servers = Vec::new();
    for (id, identity) in [("one", &one), ("two", &two)] {
        let fake = mock::network();
        fake.runner(FakeRunner::new("x/a").id(id));
        fake.trickle().create("a", "");
        let running = fake.listen().await.unwrap();
        let front = Front::new(running.url().strip_prefix("http://").unwrap().parse().unwrap(), identity).await;
        let _ = fake.url(front.url());
        fronts.push(front);
        servers.push(running);
    }
    let client = |first: [u8; 32], second: [u8; 32]| {
        let client = Client::new().orchestrator_with_tls(fronts[0].url(), Tls::pinned(first)).tls(Tls::pinned([0; 32]));
        client.orchestrator_with_tls(fronts[1].url(), Tls::pinned(second))
    };
    let right = client(one.hash, two.hash);
    assert_eq!(right.discover().await.unwrap().len(), 2);
    for front in &fronts {
        let channel = right.channel(&format!("{}/ai/trickle/a", front.url()).into()).unwrap();
        assert_eq!(channel.next_seq().await.unwrap(), 0);
    }
    let session = right.app("x/a").reserve().await.unwrap();
    assert_eq!(session.call(Say::new("hello")).await.unwrap().body, r#"{"text":"hello"}"#);
    session.close().await.unwrap();
    // Neither is trusted by the certificate of the other.
    assert!(matches!(client(two.hash, one.hash).discover().await, Err(Error::Discovery(_))));
    assert_eq!(client(one.hash, one.hash).discover().await.unwrap().len(), 1);

    // Nor does either of them replace the other where the first one is trusted.
    let asked = Arc::new(AtomicU32::new(0));
    let first_use = || {
        let asked = asked.clone();
        Tls::first_use(move |seen| {
            asked.fetch_add(1, Ordering::Relaxed);
            seen.before.is_none()
        })
    };
    let client = Client::new().orchestrator_with_tls(fronts[0].url(), first_use());
    let client = client.orchestrator_with_tls(fronts[1].url(), first_use());
    assert_eq!(client.discover().await.unwrap().len(), 2);
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    let hosts = [("127.0.0.1", one.hash), ("two.example", two.hash)];
    let pins = || Tls::first_use(move |seen| hosts.contains(&(seen.host, seen.sha256)));
    for (front, is_trusted) in fronts.iter().zip([true, false]) {
        assert_eq!(Client::new().orchestrator(front.url()).tls(pins()).discover().await.is_ok(), is_trusted);
    }
}
