//! Files to send: by path, from memory, from any reader.
//!
//! `cargo run --example ai_files` calls a gateway that it starts by itself and that only pretends. With
//! `LIVEPEER_API_KEY` set it calls Studio's: `cargo run --example ai_files speech.mp3`.

use livepeer::generate::{AudioToText, ImageToImage, ReturnTimestamps, SegmentAnything2, TextToImage};
use livepeer::{Client, File, mock};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = mock::ai().listen().await?;
    let client = match std::env::var("LIVEPEER_API_KEY") {
        Ok(key) => Client::ai().server_index(1).key(key),
        Err(_) => gateway.client(),
    };

    // By path: read while it is sent, so that its size does not matter. Its name gives its type.
    if let Some(path) = std::env::args().nth(1) {
        let request = AudioToText::new(File::path(path)).return_timestamps(ReturnTimestamps::Sentence);
        for part in client.call(request).await?.chunks {
            println!("{}: {}", part.start().unwrap_or_default(), part.text.trim());
        }
    }

    // From memory. The name is up to you.
    let made = client.call(TextToImage::new("a cat on a sofa").width(512).height(512)).await?;
    let picture = made.images.first().ok_or("nothing was made")?.bytes(&client).await?;
    let request = ImageToImage::new("a dog on a sofa", File::bytes(picture.clone()).name("cat.png")).strength(0.8);
    println!("{} with a dog", client.call(request).await?.images.len());

    // From a reader, which can be anything: a socket, a decoder, another program's output. With its length the server
    // is told how much is to come. It can be read only once, so that a failed call is not repeated; for a `replayable`
    // one it is.
    let len = picture.len() as u64;
    let reader = std::io::Cursor::new(picture);
    let image = File::reader_with_len(reader, len).name("cat.png").content_type("image/png");
    let request = SegmentAnything2::new(image).point_coords([[256.0, 256.0]]).point_labels([1]);
    let response = client.call(request).await?;
    println!("masks of {:?}, with scores {:?}", response.masks.parse()?.shape(), response.scores.parse()?.values());
    Ok(())
}
