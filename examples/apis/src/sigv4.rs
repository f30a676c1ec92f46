//! Signatures of AWS, version 4, over the final request: a function for [`Client::sign`](typed_endpoint::Client::sign).

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, HOST, HeaderValue};
use sha2::{Digest, Sha256};
use typed_endpoint::{Body, BoxError};

/// Who signs, and for what.
#[derive(Clone)]
pub struct Credentials {
    /// The id of the key.
    pub access_key: String,
    /// The key.
    pub secret_key: String,
    /// Where, e.g. `us-east-1`.
    pub region: String,
    /// For which service, e.g. `s3`.
    pub service: String,
}

impl Credentials {
    /// Signs a request.
    ///
    /// # Errors
    /// When its URL has no host.
    pub fn sign(&self, request: &mut http::Request<Body>) -> Result<(), BoxError> {
        self.sign_at(request, SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())
    }

    /// Signs a request as of a time, in seconds since 1970.
    ///
    /// # Errors
    /// As [`sign`](Self::sign).
    pub fn sign_at(&self, request: &mut http::Request<Body>, seconds: u64) -> Result<(), BoxError> {
        let host = request.uri().authority().ok_or("the URL has no host")?.as_str().to_owned();
        let date = timestamp(seconds);
        // What is sent in pieces is not signed itself, which S3 allows: large bodies, and files.
        let digest = request.body().as_bytes().map_or("UNSIGNED-PAYLOAD".to_owned(), |body| hex(&Sha256::digest(body)));
        request.headers_mut().insert(HOST, host.parse()?);
        request.headers_mut().insert("x-amz-date", date.parse()?);
        request.headers_mut().insert("x-amz-content-sha256", digest.parse()?);

        let mut headers = Vec::new();
        for (name, value) in request.headers() {
            if name == HOST || name == "content-type" || name.as_str().starts_with("x-amz-") {
                headers.push((name.as_str().to_owned(), value.to_str()?.trim().to_owned()));
            }
        }
        headers.sort();
        let names = headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";");
        // A parameter without a value counts as one with an empty value.
        let pair = |pair: &str| if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") };
        let mut query: Vec<_> =
            request.uri().query().into_iter().flat_map(|query| query.split('&')).map(pair).collect();
        query.sort();
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let canonical =
            [request.method().as_str(), request.uri().path(), &query.join("&"), &lines, &names, &digest].join("\n");

        let day = date.get(..8).unwrap_or_default();
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let text = ["AWS4-HMAC-SHA256", &date, &scope, &hex(&Sha256::digest(canonical))].join("\n");
        let secret = format!("AWS4{}", self.secret_key).into_bytes();
        let key = scope.split('/').try_fold(secret, |key, part| hmac(&key, part))?;
        let signature = hex(&hmac(&key, &text)?);
        let Self { access_key, .. } = self;
        let value =
            format!("AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={names}, Signature={signature}");
        let mut value = HeaderValue::from_str(&value)?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
        Ok(())
    }
}

fn hmac(key: &[u8], text: &str) -> Result<Vec<u8>, BoxError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)?;
    mac.update(text.as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `20150830T123600Z`.
fn timestamp(seconds: u64) -> String {
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// The date of a day since 1970.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use typed_endpoint::mock::{Mock, Reply};
    use typed_endpoint::{Client, endpoint};

    use super::*;
    use crate::s3::S3;

    /// By the example of the derivation of a key that AWS publishes.
    #[test]
    fn dates_and_keys_are_derived_as_published() {
        assert_eq!(timestamp(1_440_938_160), "20150830T123600Z");
        assert_eq!(timestamp(951_782_400), "20000229T000000Z");
        let secret = b"AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_vec();
        let scope = "20150830/us-east-1/iam/aws4_request";
        let key = scope.split('/').try_fold(secret, |key, part| hmac(&key, part)).unwrap();
        assert_eq!(hex(&key), "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
    }

    endpoint! {
        /// Reads what becomes of old objects.
        pub Lifecycle: S3 = GET "/" query { const lifecycle } -> text
    }

    endpoint! {
        /// Lists objects, with the parameters in another order than they are signed in.
        pub List: S3 = GET "/" query { prefix: String, max_keys: u32 } -> text
    }

    /// By the examples of whole requests that AWS publishes for S3.
    #[tokio::test]
    async fn requests_are_signed_as_published() {
        let mock = Mock::new().fallback(async |request| {
            let value = request.headers()[AUTHORIZATION].to_str().unwrap();
            Reply::text(200, value)
        });
        let credentials = Credentials {
            access_key: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            region: "us-east-1".into(),
            service: "s3".into(),
        };
        let client = Client::<S3>::new()
            .server("https://examplebucket.s3.amazonaws.com")
            .sign(move |request| credentials.sign_at(request, 1_369_353_600))
            .transport(mock);
        let signed = |signature: &str| {
            format!(
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
                 SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={signature}"
            )
        };
        let lifecycle = client.call(Lifecycle::new()).await.unwrap();
        assert_eq!(lifecycle, signed("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
        let list = client.call(List::new("J", 2)).await.unwrap();
        assert_eq!(list, signed("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
    }
}
