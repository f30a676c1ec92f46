//! One call by hand, to be built, counted and timed.

#[derive(serde::Deserialize)]
struct Asset {
    name: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = std::env::var("LIVEPEER_BASE_URL")?;
    let request = reqwest::Client::new().get(format!("{base}/asset/some-id")).bearer_auth("some-key");
    let asset: Asset = request.send().await?.error_for_status()?.json().await?;
    println!("{}", asset.name);
    Ok(())
}
