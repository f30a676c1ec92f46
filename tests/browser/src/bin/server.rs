//! The server that the tests call: `browser-test-server PORT`.

#[path = "../../../behaviour/server.rs"]
mod server;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).expect("a port");
    let server = server::Server::start(port).await?;
    println!("http://{}", server.address);
    std::future::pending().await
}
