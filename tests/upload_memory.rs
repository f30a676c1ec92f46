//! A file that does not fit into memory goes up. By itself, so that the memory counted is that of nothing else.
#![allow(missing_docs)]
#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use livepeer::generate::Upscale;
use livepeer::{Client, File};

const SIZE: u64 = 2 << 30;
const MOST: u64 = 16 << 20;

#[tokio::test]
async fn two_gibibytes_take_a_few_mebibytes() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let client = Client::ai().server(format!("http://{}", listener.local_addr()?));
    let server = std::thread::spawn(move || take(listener.accept().unwrap().0));
    let path = std::env::temp_dir().join(format!("livepeer-sparse-{}.png", std::process::id()));
    std::fs::File::create(&path)?.set_len(SIZE)?;

    let before = peak();
    let response = client.call(Upscale::new("large", File::path(&path))).await;
    let after = peak();
    std::fs::remove_file(&path)?;

    assert_eq!(response?.images.len(), 0);
    let (announced, arrived) = server.join().unwrap();
    assert_eq!(announced, arrived);
    assert!((SIZE..SIZE + 1024).contains(&arrived), "the file and little around it: {arrived}");
    assert!(after - before < MOST, "memory grew by {} KiB", (after - before) >> 10);
    Ok(())
}

/// Reads a request, discards it, and responds; returns its announced length and its actual one.
fn take(socket: TcpStream) -> (u64, u64) {
    let mut reader = BufReader::with_capacity(256 << 10, &socket);
    let mut announced = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(length) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            announced = length.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let arrived = std::io::copy(&mut reader.take(announced), &mut std::io::sink()).unwrap();
    let response = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\r\n{\"images\":[]}";
    (&socket).write_all(response.as_bytes()).unwrap();
    (announced, arrived)
}

/// The most memory this process has had resident so far, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() << 10
}
