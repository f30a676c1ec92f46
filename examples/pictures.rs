//! Pictures from words, a video from a picture, a picture made larger; each saved as a file.
//!
//! `cargo run --example pictures` calls a gateway that it starts by itself and that only pretends. With
//! `LIVEPEER_API_KEY` set it calls Studio's: `cargo run --example pictures "a lighthouse in a storm"`.

use livepeer::generate::{ImageToVideo, TextToImage, Upscale};
use livepeer::{Client, File, mock};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = mock::ai().listen().await?;
    let client = match std::env::var("LIVEPEER_API_KEY") {
        Ok(key) => Client::ai().server_index(1).key(key),
        Err(_) => gateway.client(),
    };
    let prompt = std::env::args().nth(1).unwrap_or_else(|| "a lighthouse in a storm".into());
    let directory = std::env::temp_dir().join("livepeer-pictures");
    std::fs::create_dir_all(&directory)?;

    let request = TextToImage::new(&prompt)
        .model_id("SG161222/RealVisXL_V4.0_Lightning")
        .loras([("nerijs/pixel-art-xl", 1.2)])
        .width(1024)
        .height(576)
        .num_images_per_prompt(2u32);
    let response = client.call(request).await?;

    let mut files = Vec::new();
    for (at, picture) in response.images.iter().enumerate() {
        let path = directory.join(format!("{at}.png"));
        // Whether the server gave a URL, a path or the picture itself makes no difference.
        picture.save_with(&client, &path, |progress| eprint!("\r{progress}")).await?;
        eprintln!();
        println!("{} (seed {})", path.display(), picture.seed.unwrap_or_default());
        files.push(path);
    }
    let Some(first) = files.first() else { return Err("nothing was made".into()) };

    let video = client.call(ImageToVideo::new(File::path(first)).fps(6).width(1024).height(576)).await?;
    for video in video.media() {
        let path = directory.join("video.mp4");
        println!("{} ({} bytes)", path.display(), video.save(&client, &path).await?);
    }

    let larger = client.call(Upscale::new(&prompt, File::path(first))).await?;
    for picture in &larger.images {
        let path = directory.join("larger.png");
        println!("{} ({} bytes)", path.display(), picture.save(&client, &path).await?);
    }
    Ok(())
}
