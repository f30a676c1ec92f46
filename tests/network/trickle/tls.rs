//! Which certificates are trusted.

use std::io::Write as _;
use std::process::Command;
use std::sync::Arc;

use livepeer::mock;
use livepeer::network::trickle::{Channel, Error};
use livepeer::network::{Connector, Tcp, Tls};
use sha2::{Digest as _, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

#[tokio::test]
async fn a_certificate_is_trusted_by_the_policy_and_no_other() {
    let folder = std::env::temp_dir().join(format!("trickle-tls-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (key, certificate) = (folder.join("key.pem"), folder.join("cert.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=other"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output();
    if !made.is_ok_and(|output| output.status.success()) {
        let _ = writeln!(std::io::stderr(), "LEFT OUT: TLS of trickle, because openssl is not installed");
        return;
    }
    let certificate = CertificateDer::from_pem_file(certificate).unwrap();
    let hash: [u8; 32] = Sha256::digest(&certificate)[..].try_into().unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::from_pem_file(key).unwrap())
        .unwrap();
    std::fs::remove_dir_all(folder).unwrap();

    let trickle = mock::trickle();
    trickle.create("a", "");
    let running = trickle.listen().await.unwrap();
    let target = running.address();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/ai/trickle/a", listener.local_addr().unwrap());
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut server = TcpStream::connect(target).await.unwrap();
                if let Ok(mut client) = acceptor.accept(stream).await {
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                }
            });
        }
    });
    let with = |tls| Channel::with_connector(&url, Connector::new(Tcp::default().tls(tls))).unwrap();
    for tls in [Tls::pinned(hash), Tls::insecure()] {
        let channel = with(tls);
        let mut publisher = channel.publisher().open().await.unwrap();
        let seq = publisher.send(vec![b'x'; 1 << 20]).await.unwrap();
        publisher.flush().await.unwrap();
        assert_eq!(trickle.content("a", seq).unwrap().len(), 1 << 20);
    }
    for tls in [Tls::pinned([0; 32]), Tls::system()] {
        assert!(matches!(with(tls).next_seq().await, Err(Error::Connect(_))));
    }
}
