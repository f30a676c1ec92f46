//! One call of a page, without a key: where a video can be played. Its size is what the client adds to a page.

use livepeer::{Client, playback};
use wasm_bindgen::prelude::*;

/// The URL of the HLS playlist of a playback id.
#[wasm_bindgen]
pub async fn playback_url(id: String, server: Option<String>) -> Result<Option<String>, JsError> {
    let client = server.map_or_else(Client::new, |server| Client::new().server(server));
    let info = client.call(playback::Get::new(id)).await.map_err(|error| JsError::new(&format!("{error:#}")))?;
    Ok(info.hls().map(|url| url.to_string()))
}
