//! One call through the library, to be built, counted and timed.

use livepeer::{Client, asset};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = std::env::var("LIVEPEER_BASE_URL")?;
    let asset = Client::studio("some-key").server(base).call(asset::Get::new("some-id")).await?;
    println!("{}", asset.name);
    Ok(())
}
