//! Files that change before an upload is resumed or while they are sent, and files that are encrypted.

use livepeer::PlaybackPolicy;
use livepeer::encryption::Encryptor;
use livepeer::mock::Mock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

#[tokio::test]
async fn a_changed_file_is_refused() {
    let (running, client) = running().await;
    let content = content(33 * MIB);
    let file = OnDisk::new("film.mp4", &content);
    let state = interrupted(&client, File::path(&file.0)).await;
    let mut other = content;
    other.push(1);
    std::fs::write(&file.0, other).unwrap();
    // Nothing is asked: what was cut off may still be on its way, but it does not ask.
    let asked = count(running.studio(), "HEAD");
    let error = client.upload(Upload::file(&file.0)).resume(state).await.unwrap_err();
    assert!(matches!(error, UploadError::Changed { .. }), "{error:#}");
    assert_eq!(count(running.studio(), "HEAD"), asked);
}

#[tokio::test]
async fn a_changed_small_reader_is_refused() {
    let (running, client) = running().await;
    let reader = |content: Vec<u8>| File::reader_with_len(Cursor::new(content), 1000);
    running.studio().inject_upload_fault(UploadStep::Send, UploadFault::Refuse(400));
    let mut upload = client.upload(Upload::new(reader(vec![1; 1000]))).into_future();
    (&mut upload).await.unwrap_err();
    let error = client.upload(Upload::new(reader(vec![2; 1000]))).resume(upload.state().unwrap()).await.unwrap_err();
    assert!(matches!(error, UploadError::Changed { .. }), "{error:#}");
    assert_eq!(count(running.studio(), "PUT"), 1);
}

/// A server of uploads that reads a little of the body it is sent, lets something happen, and reads the rest. Gives the
/// method, how many bytes were announced, and how many came before the connection ended.
async fn read_slowly(listener: TcpListener, happens: impl FnOnce()) -> (String, usize, usize) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        let method = head.split(' ').next().unwrap().to_owned();
        let announced =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |len| len.parse().unwrap());
        if method == "POST" {
            respond(&mut stream, "201 Created\r\nlocation: /files/id").await;
            continue;
        }
        let mut some = vec![0; 100_000];
        stream.read_exact(&mut some).await.unwrap();
        happens();
        let mut rest = Vec::new();
        // However the connection ends.
        let _ = stream.read_to_end(&mut rest).await;
        return (method, announced, some.len() + rest.len());
    }
}

async fn respond(stream: &mut TcpStream, status: &str) {
    let response = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(response.as_bytes()).await.unwrap();
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_does_not_arrive() {
    // More than the system buffers on the way, and within one part.
    for (len, expected) in [(8 * MIB, "PUT"), (8 * MIB + 1, "PATCH")] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/files?token=abc", listener.local_addr().unwrap());
        let mut ticket: asset::UploadTicket = mock::sample();
        (ticket.url, ticket.tus_endpoint) = (url.as_str().into(), url.as_str().into());
        let studio = Mock::new().on(move |_: asset::RequestUpload| std::future::ready(Ok(ticket.clone())));
        let running = studio.listen().await.unwrap();
        let client = running.client::<livepeer::Client>().retry(quick());
        let file = OnDisk::new("film.mp4", &content(len));
        let mut other = content(len);
        other[len - 1] ^= 1;
        let (sent, (method, announced, arrived)) = tokio::join!(
            client.upload(Upload::file(&file.0)).into_future(),
            read_slowly(listener, || std::fs::write(&file.0, other).unwrap()),
        );
        let error = sent.unwrap_err();
        assert!(matches!(error, UploadError::Changed { .. }), "{error:#}");
        assert_eq!((method.as_str(), announced), (expected, 8 * MIB));
        assert!(arrived < announced, "all of it was sent");
    }
}

#[tokio::test]
async fn an_encrypted_file_that_changes_while_it_is_sent_does_not_arrive() {
    let (running, client) = running().await;
    let file = OnDisk::new("film.mp4", &content(25 * MIB));
    let upload = Upload::encrypted(&encryptor(), &file.0).playback_policy(PlaybackPolicy::jwt());
    let path = file.0.clone();
    let upload = client.upload(upload).on_state(move |state| {
        if state.offset() == 8 * MIB as u64 {
            let mut other = content(25 * MIB);
            other[12 * MIB] ^= 1;
            std::fs::write(&path, other).unwrap();
        }
    });
    let error = upload.await.unwrap_err();
    assert!(matches!(error, UploadError::Changed { .. }), "{error:#}");
    assert_eq!(count(running.studio(), "PATCH"), 1);
}

#[tokio::test]
async fn nothing_is_refused_encrypted_or_not() {
    let (running, client) = running().await;
    let file = OnDisk::new("film.mp4", &[]);
    for upload in [Upload::file(&file.0), Upload::encrypted(&encryptor(), &file.0)] {
        let error = client.upload(upload.playback_policy(PlaybackPolicy::jwt())).await.unwrap_err();
        assert_eq!(format!("{error:#}"), "the content of the upload cannot be read: there is nothing in it");
    }
    assert_eq!(requests(running.studio()).len(), 0);
}

#[tokio::test]
async fn an_encrypted_file_needs_a_policy() {
    let (running, client) = running().await;
    let file = OnDisk::new("film.mp4", &content(1000));
    let error = client.upload(Upload::encrypted(&encryptor(), &file.0)).await.unwrap_err();
    assert!(
        format!("{error:#}").contains("400 Bad Request: a playbackPolicy is required when using encryption"),
        "{error:#}"
    );
    assert_eq!(requests(running.studio()), ["POST /asset/request-upload"]);
}

#[tokio::test]
async fn an_encrypted_file_is_resumed_with_the_same_encryption() {
    let (running, client) = running().await;
    let plain = content(33 * MIB);
    let file = OnDisk::new("film.mp4", &plain);
    let encryptor = encryptor();
    let upload = || Upload::encrypted(&encryptor, &file.0).playback_policy(PlaybackPolicy::jwt());
    let state = stopped(client.upload(upload()).into_future()).await;

    let encryptor = Encryptor::restore(&encryptor.save()).unwrap();
    let upload = Upload::encrypted(&encryptor, &file.0).playback_policy(PlaybackPolicy::jwt());
    let uploaded = client.upload(upload).resume(state.clone()).await.unwrap();
    let mut expected = Vec::new();
    std::io::Read::read_to_end(&mut encryptor.reader(plain.as_slice()), &mut expected).unwrap();
    assert!(running.studio().uploaded(&uploaded.asset).unwrap() == expected);
    let asset = client.call(asset::Get::new(&uploaded.asset)).await.unwrap();
    assert!(asset.source.encryption.is_some());

    // A file that was changed anywhere is another one.
    let mut other = plain;
    other[16 * MIB] ^= 1;
    std::fs::write(&file.0, other).unwrap();
    let asked = count(running.studio(), "HEAD");
    let upload = Upload::encrypted(&encryptor, &file.0);
    let error = client.upload(upload).resume(state.clone()).await.unwrap_err();
    assert!(matches!(error, UploadError::Changed { .. }), "{error:#}");
    assert_eq!(count(running.studio(), "HEAD"), asked);

    // Another key would make another file of it, and so would none.
    let other = self::encryptor();
    for (upload, why) in [
        (Upload::encrypted(&other, &file.0), "it is encrypted with another key: `Encryptor::save` keeps the one"),
        (Upload::file(&file.0), "it was encrypted and is not now"),
    ] {
        let error = client.upload(upload).resume(state.clone()).await.unwrap_err();
        assert!(matches!(error, UploadError::Changed { .. }), "{error:#}");
        assert!(format!("{error:#}").contains(why), "{error:#}");
        assert!(format!("{error:#}").ends_with("resume it with that, or begin a new upload"), "{error:#}");
    }
    assert_eq!(count(running.studio(), "HEAD"), asked);
    let text = serde_json::to_string(&state).unwrap();
    assert!(!text.contains(&encryptor.encrypted_key()[..20]), "{text}");
}

fn encryptor() -> Encryptor {
    let public_key = openssl(&["pkey", "-pubout"], &openssl(&["genpkey", "-algorithm", "RSA"], b""));
    Encryptor::new(&String::from_utf8(public_key).unwrap()).unwrap()
}

fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut openssl = Command::new("openssl");
    let mut openssl =
        openssl.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    openssl.stdin.take().unwrap().write_all(input).unwrap();
    let output = openssl.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}
