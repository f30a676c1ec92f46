//! The traps of the storage, which the client above steers clear of: sent by hand, to see that the mock has them.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

struct Raw {
    studio: StudioFake,
    asset: livepeer::AssetId,
    url: String,
    put: String,
    _running: RunningStudio,
}

impl Raw {
    async fn new(len: usize) -> Self {
        let (running, client) = running().await;
        let ticket = client.call(asset::RequestUpload::new("x")).await.unwrap();
        let created = reqwest::Client::new()
            .post(ticket.tus_endpoint.expose())
            .header("tus-resumable", "1.0.0")
            .header("upload-length", len)
            .send()
            .await
            .unwrap();
        assert_eq!(created.status(), 201);
        let url = created.headers()["location"].to_str().unwrap().to_owned();
        let put = ticket.url.expose().to_owned();
        Self { studio: running.studio().clone(), asset: ticket.asset.id, url, put, _running: running }
    }

    async fn patch(&self, offset: usize, part: &[u8]) -> (u16, Option<u64>) {
        let patch = reqwest::Client::new()
            .patch(&self.url)
            .header("tus-resumable", "1.0.0")
            .header("upload-offset", offset)
            .header("content-type", "application/offset+octet-stream")
            .body(part.to_vec())
            .send()
            .await
            .unwrap();
        let offset = patch.headers().get("upload-offset").map(|offset| offset.to_str().unwrap().parse().unwrap());
        (patch.status().as_u16(), offset)
    }

    async fn head(&self) -> String {
        let head = reqwest::Client::new().head(&self.url).header("tus-resumable", "1.0.0").send().await.unwrap();
        head.headers()["upload-offset"].to_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn small_parts_are_confirmed_and_denied() {
    let raw = Raw::new(9 * MIB).await;
    let part = content(3 * MIB);
    assert_eq!(raw.patch(0, &part).await, (204, Some(3 * MIB as u64)));
    assert_eq!(raw.patch(3 * MIB, &part).await.0, 409);
    assert_eq!(raw.head().await, "0");
}

#[tokio::test]
async fn large_parts_are_stored_corrupt() {
    let raw = Raw::new(20 * MIB).await;
    let content = content(20 * MIB);
    assert_eq!(raw.patch(0, &content[..10 * MIB]).await, (204, Some(10 * MIB as u64)));
    assert_eq!(raw.patch(10 * MIB, &content[10 * MIB..]).await, (204, Some(20 * MIB as u64)));
    assert_ne!(raw.studio.uploaded(&raw.asset).unwrap(), content);
}

#[tokio::test]
async fn a_part_that_another_request_has_brought_meanwhile_is_refused() {
    let raw = Raw::new(9 * MIB).await;
    let part = content(8 * MIB);
    let (address, path) = raw.url["http://".len()..].split_once('/').unwrap();
    let mut slow = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "PATCH /{path} HTTP/1.1\r\nhost: {address}\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\n\
         content-type: application/offset+octet-stream\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        part.len()
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    slow.write_all(&part[1..]).await.unwrap();
    assert_eq!(raw.patch(0, &part).await, (204, Some(8 * MIB as u64)));
    slow.write_all(&part[..1]).await.unwrap();
    let mut response = String::new();
    slow.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 409 "), "{response}");
    assert_eq!(raw.head().await, (8 * MIB).to_string());
}

#[tokio::test]
async fn requests_are_read_strictly() {
    let raw = Raw::new(10).await;
    let http = reqwest::Client::new();
    let status = async |request: reqwest::RequestBuilder| {
        let response = request.send().await.unwrap();
        let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
        let json = matches!(response.status().as_u16(), 401 | 403 | 422);
        let wanted = if json { "application/json" } else { "text/plain" };
        assert!(kind.as_ref().is_some_and(|kind| kind.starts_with(wanted)), "{kind:?}");
        response.status().as_u16()
    };
    assert_eq!(status(http.patch(&raw.url)).await, 412);
    let tus = |request: reqwest::RequestBuilder| request.header("tus-resumable", "1.0.0");
    assert_eq!(status(tus(http.patch(&raw.url))).await, 415);
    assert_eq!(status(tus(http.patch(&raw.url)).bearer_auth("key")).await, 400);
    assert_eq!(status(tus(http.patch(raw.url.replace("%2F", "/")))).await, 404);
    assert_eq!(status(tus(http.patch(format!("{}x", raw.url)))).await, 404);
    let endpoint = raw.put.replace("/direct", "/tus");
    assert_eq!(status(tus(http.post(&endpoint))).await, 400);
    assert_eq!(status(tus(http.post(endpoint.replace("token=", "token=x")))).await, 403);
    assert_eq!(status(tus(http.post(endpoint.split('?').next().unwrap()))).await, 401);
    assert_eq!(status(http.put(raw.put.replace("token=", "token=x")).body("x")).await, 403);
    let json = http.put(&raw.put).header("content-type", "application/json").body("{}");
    assert!(json.timeout(Duration::from_millis(300)).send().await.unwrap_err().is_timeout());
    assert_eq!(raw.patch(0, &content(10)).await, (204, Some(10)));
    assert_eq!(status(tus(http.post(&endpoint).header("upload-length", 10))).await, 422);
}

/// A request of the tus protocol to a URL, and what of its response counts here: status, offset and metadata.
async fn tus(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> (u16, Option<String>, http::HeaderMap) {
    let mut request =
        reqwest::Client::new().request(method.parse().unwrap(), url).header("tus-resumable", "1.0.0").body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let offset = response.headers().get("upload-offset").map(|offset| offset.to_str().unwrap().to_owned());
    (response.status().as_u16(), offset, response.headers().clone())
}

#[tokio::test]
async fn an_upload_may_begin_with_its_first_part() {
    let (running, client) = running().await;
    let ticket = client.call(asset::RequestUpload::new("x")).await.unwrap();
    let (content, part) = (content(12 * MIB), ("content-type", "application/offset+octet-stream"));
    let length = content.len().to_string();
    let create = [part, ("upload-length", length.as_str()), ("upload-metadata", "filename eA==")];
    let created = tus("POST", ticket.tus_endpoint.expose(), &create, content[..8 * MIB].to_vec()).await;
    assert_eq!((created.0, created.1.as_deref()), (201, Some("8388608")));
    let url = created.2["location"].to_str().unwrap();
    let told = tus("HEAD", url, &[], Vec::new()).await;
    assert_eq!((told.1.as_deref(), told.2["upload-metadata"].to_str().unwrap()), (Some("8388608"), "filename eA=="));
    // Where a PATCH does not get through.
    let patch = [part, ("upload-offset", "8388608"), ("x-http-method-override", "PATCH")];
    assert_eq!(tus("POST", url, &patch, content[8 * MIB..].to_vec()).await.0, 204);
    assert_eq!(running.studio().uploaded(&ticket.asset.id).unwrap(), content);
}

#[tokio::test]
async fn an_empty_upload_is_complete_when_it_is_made() {
    let (running, client) = running().await;
    let ticket = client.call(asset::RequestUpload::new("x")).await.unwrap();
    let created = tus("POST", ticket.tus_endpoint.expose(), &[("upload-length", "0")], Vec::new()).await;
    assert_eq!(created.0, 201);
    assert_eq!(running.studio().uploaded(&ticket.asset.id).unwrap(), Vec::<u8>::new());
    let phase = client.call(asset::Get::new(&ticket.asset.id)).await.unwrap().status.unwrap().phase;
    assert_ne!(phase, Phase::Uploading);
}

#[tokio::test]
async fn an_error_response_of_an_upload_url_keeps_its_message() {
    let (_running, client) = running().await;
    let ticket = client.call(asset::RequestUpload::new("x")).await.unwrap();
    let endpoint = ticket.tus_endpoint.expose().replace("token=", "token=x");
    let error = client.tus(endpoint, File::bytes(content(10))).await.unwrap_err();
    let text = format!("{error:#}");
    assert!(text.contains("403 Forbidden: Invalid signed upload URL: JsonWebTokenError: invalid token"), "{text}");
    assert!(!text.contains('{') && text.contains("check the URL, which may have expired"), "{text}");
}
