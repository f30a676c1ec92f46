//! The extensions of tus, with third-party servers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use livepeer::{Client, File, tus};
use servers::{TusServer, content};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[path = "tus-server/servers.rs"]
mod servers;

const PART: u64 = 65_536;

fn upload(endpoint: &str, file: File) -> tus::Upload {
    Client::studio("key").tus(endpoint, file).part_size(PART).metadata("filename", "x.mp4")
}

/// The same content as all that a file can be, and the lengths at which something changes. The server for Python takes no
/// part of a content whose length nobody knows yet.
fn files() -> impl Iterator<Item = (File, Vec<u8>)> {
    [0, 1, 65_536, 65_537, 400_001].into_iter().flat_map(|len| {
        let content = content(len);
        let reader = File::reader_with_len(std::io::Cursor::new(content.clone()), len as u64);
        [File::bytes(content.clone()), reader].map(|file| (file, content.clone()))
    })
}

#[tokio::test]
async fn checksums_are_those_that_a_third_party_server_computes() {
    for algorithms in ["sha1", "md5,sha1,sha256"] {
        let Some(server) = TusServer::python(algorithms) else { return };
        for (file, content) in files() {
            let state = upload(&server.endpoint, file).checksum(true).await.unwrap();
            assert_eq!(server.stored(state.url().unwrap().expose()), content, "{algorithms}");
        }
    }
}

#[tokio::test]
async fn third_party_servers_accept_the_first_part_with_the_creation() {
    for server in [TusServer::node(), TusServer::python("sha1")].into_iter().flatten() {
        for (file, content) in files() {
            let state = upload(&server.endpoint, file).create_with_upload(true).await.unwrap();
            assert_eq!(server.stored(state.url().unwrap().expose()), content);
        }
    }
}

#[tokio::test]
async fn a_third_party_server_puts_uploads_together() {
    let Some(server) = TusServer::python("sha1") else { return };
    for checksum in [false, true] {
        for among in [2, 5] {
            for (file, content) in files() {
                let upload = upload(&server.endpoint, file).checksum(checksum).parallel(among);
                let state = upload.await.unwrap();
                assert_eq!(server.stored(state.url().unwrap().expose()), content, "{checksum} {among}");
            }
        }
    }
}

#[tokio::test]
async fn a_third_party_server_that_announces_none_of_it_gets_none_of_it() {
    let Some(server) = TusServer::node() else { return };
    for (file, content) in files() {
        let state = upload(&server.endpoint, file).checksum(true).parallel(3).await.unwrap();
        assert_eq!(server.stored(state.url().unwrap().expose()), content);
    }
}

#[tokio::test]
async fn an_upload_side_by_side_that_was_interrupted_goes_on() {
    let Some(server) = TusServer::python("sha1") else { return };
    let content = content(3_000_001);
    let first = upload(&server.endpoint, File::bytes(content.clone())).parallel(3);
    let mut first = std::future::IntoFuture::into_future(first);
    let state = loop {
        tokio::select! {
            biased;
            done = &mut first => panic!("it was not interrupted: {done:?}"),
            () = tokio::time::sleep(std::time::Duration::from_millis(1)) => {
                if let Some(state) = first.state().filter(|state| state.offset() >= 500_000) {
                    break state;
                }
            }
        }
    };
    drop(first);
    let state = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
    let state = upload(&server.endpoint, File::bytes(content.clone())).resume(state).await.unwrap();
    assert_eq!(server.stored(state.url().unwrap().expose()), content);
}

/// A proxy that changes one byte of what goes to the server, once, so many bytes into it. Gives its address, and counts the
/// changes.
async fn damaging(server: &TusServer, at: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let host = server.endpoint.split('/').nth(2).unwrap().to_owned();
    let (done, counted) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let changes = done.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (mut from, mut back) = client.into_split();
            let (mut responses, mut to) = TcpStream::connect(&host).await.unwrap().into_split();
            let (changes, counted) = (changes.clone(), counted.clone());
            tokio::spawn(async move {
                let mut chunk = vec![0; 8192];
                while let Ok(got @ 1..) = from.read(&mut chunk).await {
                    let before = counted.fetch_add(got, Relaxed);
                    if (before..before + got).contains(&at) {
                        chunk[at - before] ^= 1;
                        changes.fetch_add(1, Relaxed);
                    }
                    if to.write_all(&chunk[..got]).await.is_err() {
                        break;
                    }
                }
            });
            tokio::spawn(async move {
                let _ = tokio::io::copy(&mut responses, &mut back).await;
            });
        }
    });
    (format!("http://{address}/files"), done)
}

#[tokio::test]
async fn what_was_damaged_on_its_way_to_a_third_party_server_arrives_whole() {
    let content = content(1_000_001);
    for checksum in [true, false] {
        let Some(server) = TusServer::python("sha1,sha256") else { return };
        let (endpoint, damaged) = damaging(&server, 300_000).await;
        let upload = upload(&endpoint, File::bytes(content.clone())).checksum(checksum);
        let state = upload.await.unwrap();
        assert_eq!(damaged.load(Relaxed), 1);
        // Without checksums, nobody notices.
        assert_eq!(server.stored(state.url().unwrap().expose()) == content, checksum);
    }
}
