//! The other side: assets over TLS, compressed in advance where that is asked for.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use meter::{ASSET, Error, asset};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Barrier;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;

use crate::line;
use crate::upload::Upload;

/// How many pages the list has, and how many assets a page.
pub const PAGES: usize = 10;
pub const PAGE: usize = 1000;

/// How many calls are held until all are there.
pub const HELD: usize = 5000;

/// A response for who takes gzip, and for who does not.
type Both = [Vec<u8>; 2];

/// Serves directly and by the line. Prints both base URLs; ends when its standard input does.
pub async fn run(certificate: &Path) -> Result<(), Error> {
    let key = rcgen::generate_simple_self_signed(vec!["127.0.0.1".into()])?;
    std::fs::write(certificate, key.cert.pem())?;
    // By itself rustls cannot choose: the library brings ring, and reqwest aws-lc.
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let config = config.with_safe_default_protocol_versions()?.with_no_client_auth();
    let config = config.with_single_cert(vec![key.cert.der().clone()], key.signing_key.serialize_der().try_into()?)?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (direct, by_line) = (TcpListener::bind("127.0.0.1:0").await?, TcpListener::bind("127.0.0.1:0").await?);
    let address = direct.local_addr()?;
    println!("https://{address}/api https://{}/api", by_line.local_addr()?);
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    tokio::spawn(line::serve(by_line, address));
    let one = Arc::new(both("", ASSET));
    let pages: Arc<Vec<Both>> = Arc::new((0..PAGES).map(page).collect());
    let (held, upload) = (Arc::new(Barrier::new(HELD)), Arc::<Upload>::default());
    loop {
        let (stream, _) = direct.accept().await?;
        stream.set_nodelay(true)?;
        let (acceptor, one, pages, held, upload) =
            (acceptor.clone(), one.clone(), pages.clone(), held.clone(), upload.clone());
        tokio::spawn(async move { serve(acceptor.accept(stream).await.ok()?, &one, &pages, &held, &upload).await });
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    one: &Both,
    pages: &[Both],
    held: &Barrier,
    upload: &Upload,
) -> Option<()> {
    let mut buffer = Vec::new();
    loop {
        let end = loop {
            match buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                Some(end) => break end + 4,
                None if stream.read_buf(&mut buffer).await.ok()? == 0 => return None,
                None => {}
            }
        };
        let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
        buffer.drain(..end);
        let target = head.split(' ').nth(1)?;
        if target.contains("/tus") {
            let response = upload.take(&head, &mut buffer, &mut stream).await?;
            stream.write_all(response.as_bytes()).await.ok()?;
            stream.flush().await.ok()?;
            continue;
        }
        if target.contains("held") {
            held.wait().await;
        }
        let gzip = usize::from(head.lines().any(|line| line.starts_with("accept-encoding:") && line.contains("gzip")));
        let response = match target.contains("limit=") {
            false => one,
            true => {
                let skip =
                    target.split_once("skip").map_or(Some(0), |(_, rest)| rest.split('&').next()?.parse().ok())?;
                pages.get(skip / PAGE)?
            }
        };
        stream.write_all(&response[gzip]).await.ok()?;
        stream.flush().await.ok()?;
    }
}

fn page(number: usize) -> Both {
    let assets: Vec<_> = (number * PAGE..(number + 1) * PAGE).map(asset).collect();
    let link = match number + 1 < PAGES {
        true => {
            format!("link: <https://livepeer.studio/api/asset?cursor=skip{}>; rel=\"next\"\r\n", (number + 1) * PAGE)
        }
        false => String::new(),
    };
    both(&link, &format!("[{}]", assets.join(",")))
}

fn both(headers: &str, body: &str) -> Both {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(body.as_bytes()).and_then(|()| encoder.finish()).map_or_else(
        |error| panic!("{error}"),
        |gzip| [response(headers, body.as_bytes()), response(&format!("content-encoding: gzip\r\n{headers}"), &gzip)],
    )
}

fn response(headers: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}
