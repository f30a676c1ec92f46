//! Results of the AI operations: pictures, videos and recordings, which are fetched in a second step.
//!
//! ```no_run
//! # async fn example(client: livepeer::Client<livepeer::Ai>) -> Result<(), livepeer::Error> {
//! use livepeer::generate::TextToImage;
//!
//! let response = client.call(TextToImage::new("a lighthouse in a storm")).await?;
//! if let Some(picture) = response.images.first() {
//!     picture.save(&client, "lighthouse.png").await?;
//! }
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::path::Path;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use typed_endpoint::{Api, Client, Download, Error, RequestError};

pub use crate::endpoints::ai::media::{Media, MediaUrl};

impl Media {
    /// Fetches the file into memory: no more than the client's `max_response` (default: 64 MiB).
    ///
    /// ```no_run
    /// # use livepeer::{Client, generate::TextToImage};
    /// # async fn example() -> Result<(), livepeer::Error> {
    /// let client = Client::ai();
    /// let response = client.call(TextToImage::new("a lighthouse in a storm")).await?;
    /// for picture in &response.images {
    ///     let png = picture.bytes(&client).await?;
    ///     println!("{} bytes", png.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`download`](Self::download), and when the connection breaks on the way.
    pub async fn bytes<A: Api>(&self, client: &Client<A>) -> Result<Bytes, Error> {
        self.bytes_with(client, |_| {}).await
    }

    /// Like [`bytes`](Self::bytes), telling after each piece how much has arrived.
    ///
    /// # Errors
    /// As for [`bytes`](Self::bytes).
    pub async fn bytes_with<A: Api>(
        &self,
        client: &Client<A>,
        mut progress: impl FnMut(DownloadProgress),
    ) -> Result<Bytes, Error> {
        let download = self.download(client).await?;
        let total = download.len();
        download.bytes_with(|received| progress(DownloadProgress { received, total })).await
    }

    /// Fetches the file, stores it under this path, in place of what may be there, and gives its length. It appears under
    /// its name only when it is whole; see [`Download::save`] for the rules about paths.
    ///
    /// # Errors
    /// As for [`bytes`](Self::bytes), and when the file cannot be written.
    pub async fn save<A: Api>(&self, client: &Client<A>, path: impl AsRef<Path>) -> Result<u64, Error> {
        self.save_with(client, path, |_| {}).await
    }

    /// Like [`save`](Self::save), telling after each piece how much is stored.
    ///
    /// ```no_run
    /// # use livepeer::{Ai, Client, media::Media};
    /// # async fn example(client: &Client<Ai>, video: &Media) -> Result<(), livepeer::Error> {
    /// video.save_with(client, "video.mp4", |progress| println!("{progress}")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`save`](Self::save).
    pub async fn save_with<A: Api>(
        &self,
        client: &Client<A>,
        path: impl AsRef<Path>,
        mut progress: impl FnMut(DownloadProgress),
    ) -> Result<u64, Error> {
        Download::check_target(path.as_ref()).await?;
        let download = self.download(client).await?;
        let total = download.len();
        download.save_with(path, |received| progress(DownloadProgress { received, total })).await
    }

    /// Fetches the file as a stream of bytes, wherever its [URL](MediaUrl) says it is.
    ///
    /// # Errors
    /// When the server responds that it does not have the file, or no more; when it cannot be reached; when a `data:`
    /// URL is damaged.
    pub async fn download<A: Api>(&self, client: &Client<A>) -> Result<Download, Error> {
        match self.url.strip_data_scheme() {
            Some(rest) => unpack(rest),
            None => client.download(self.url.as_str()).await,
        }
    }
}

/// The content of a `data:` URL, given what follows the scheme.
fn unpack(rest: &str) -> Result<Download, Error> {
    // Some encoders leave the padding out, and the length gives as much.
    const ANY_PADDING: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, ANY_PADDING);

    let Some((content_type, base64)) = rest.split_once(";base64,") else {
        return Err(unusable("a data URL has to be in base64"));
    };
    let bytes = BASE64.decode(base64).map_err(|error| unusable(format_args!("the data URL is damaged: {error}")))?;
    let mut headers = HeaderMap::new();
    if let Ok(content_type) = HeaderValue::from_str(content_type) {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    Ok(Download::from_parts(StatusCode::OK, headers, bytes))
}

fn unusable(reason: impl ToString) -> Error {
    RequestError::Url { reason: reason.to_string() }.into()
}

/// How much of a file has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DownloadProgress {
    /// Bytes so far.
    pub received: u64,
    /// Bytes in all, if the server said.
    pub total: Option<u64>,
}

/// Shows `1234 of 5678 bytes`.
impl fmt::Display for DownloadProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.total {
            Some(total) => write!(f, "{} of {total} bytes", self.received),
            None => write!(f, "{} bytes", self.received),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ai;

    fn media(url: &str) -> Media {
        Media { url: url.into(), ..Media::default() }
    }

    #[tokio::test]
    async fn a_data_url_is_its_own_file() -> Result<(), Error> {
        let client = Client::<Ai>::new();
        for url in ["data:image/png;base64,aGVsbG8=", "data:image/png;base64,aGVsbG8", "DATA:;base64,aGVsbG8="] {
            let mut seen = Vec::new();
            let bytes = media(url).bytes_with(&client, |progress| seen.push(progress)).await?;
            assert_eq!(bytes, "hello");
            assert_eq!(seen, [DownloadProgress { received: 5, total: Some(5) }]);
        }
        assert!(media("data:;base64,").bytes(&client).await?.is_empty());
        let download = media("data:image/png;base64,aGVsbG8=").download(&client).await?;
        assert_eq!(download.headers()["content-type"], "image/png");
        Ok(())
    }

    #[tokio::test]
    async fn a_damaged_data_url_is_reported() {
        let client = Client::<Ai>::new();
        for url in ["data:", "data:text/plain,hello", "data:image/png;base64,a?b="] {
            let error = format!("{:#}", media(url).bytes(&client).await.unwrap_err());
            assert!(error.contains("data URL"), "{error}");
        }
    }

    #[test]
    fn a_url_that_holds_a_file_is_shown_cut() {
        let url = format!("data:image/png;base64,{}", "A".repeat(1 << 20));
        let shown = format!("{:?}", media(&url));
        assert!(shown.contains("data:image/png") && shown.contains("1048598 bytes") && shown.len() < 300, "{shown}");
    }
}
