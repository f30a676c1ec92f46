//! The other side of every measurement: a server on loopback that responds from memory and does as little as it can.
//! Prints its base URL; ends when its standard input does.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::{Arc, Mutex};

use meter::{ASSET, STREAM, asset};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How many assets the account has.
const ASSETS: usize = 100_000;

type Pages = Arc<Mutex<HashMap<(usize, usize), Arc<[u8]>>>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/api", listener.local_addr()?);
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let pages = Pages::default();
    loop {
        let (connection, _) = listener.accept().await?;
        let pages = pages.clone();
        tokio::spawn(async move { serve(connection, pages).await });
    }
}

/// Responds to the requests of a connection, one after the other.
async fn serve(mut connection: TcpStream, pages: Pages) -> Option<()> {
    connection.set_nodelay(true).ok()?;
    let get = response("200 OK", "", ASSET);
    let post = response("201 Created", "", STREAM);
    let done = response("200 OK", "", "{}");
    let mut buffer = vec![0; 256 * 1024];
    let mut filled = 0;
    loop {
        let head = loop {
            if let Some(end) = buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            match connection.read(&mut buffer[filled..]).await.ok()? {
                0 => return None,
                read => filled += read,
            }
        };
        let text = std::str::from_utf8(&buffer[..head]).ok()?.to_ascii_lowercase();
        let target = text.split(' ').nth(1)?.to_owned();
        let is_get = text.starts_with("get ");
        let number = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            value.map_or(0, |value| value.trim().parse().unwrap_or(0))
        };
        let length: usize = number("content-length");
        let received = number("upload-offset") + length;
        let mut left = length.saturating_sub(filled - head);
        filled = filled.saturating_sub(head + length);
        while left > 0 {
            match connection.read(&mut buffer).await.ok()? {
                0 => return None,
                read => left = left.saturating_sub(read),
            }
        }
        if target.starts_with("/api/tus") {
            let head = match text.starts_with("post ") {
                true => "201 Created\r\nLocation: /api/tus/1".into(),
                false => format!("204 No Content\r\nUpload-Offset: {received}"),
            };
            let response = format!("HTTP/1.1 {head}\r\nTus-Resumable: 1.0.0\r\nContent-Length: 0\r\n\r\n");
            connection.write_all(response.as_bytes()).await.ok()?;
        } else if let (true, Some((_, query))) = (is_get, target.split_once('?')) {
            let page = page(query, &pages);
            connection.write_all(&page).await.ok()?;
        } else {
            let response = match (is_get, target.as_str()) {
                (true, _) => &get,
                (false, "/api/stream") => &post,
                (false, _) => &done,
            };
            connection.write_all(response).await.ok()?;
        }
    }
}

fn response(status: &str, more: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {}\r\nDate: Sat, 01 Aug \
         2026 12:00:00 GMT\r\nX-Powered-By: Express\r\nVary: Origin\r\nETag: W/\"5b-0x\"\r\n{more}\r\n{body}",
        body.len()
    )
    .into()
}

/// A page of the list of assets, as `limit` and `cursor` say.
fn page(query: &str, pages: &Pages) -> Arc<[u8]> {
    let parameter = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let limit = parameter("limit").and_then(|limit| limit.parse().ok()).unwrap_or(20);
    let skip = parameter("cursor").and_then(|cursor| cursor.strip_prefix("skip")?.parse().ok()).unwrap_or(0);
    let end = ASSETS.min(skip + limit);
    let mut known = pages.lock().unwrap();
    let page = known.entry((skip, end)).or_insert_with(|| {
        let assets: Vec<_> = (skip..end).map(asset).collect();
        let link = match end {
            ASSETS => String::new(),
            end => format!("Link: <http://localhost/api/asset?limit={limit}&cursor=skip{end}>; rel=\"next\"\r\n"),
        };
        response("200 OK", &link, &format!("[{}]", assets.join(","))).into()
    });
    page.clone()
}
