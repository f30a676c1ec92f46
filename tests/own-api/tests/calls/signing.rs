//! A signature over the final request, by the test suite that AWS publishes for its signature version 4; botocore computes
//! the same four signatures.

use own_api::depot::*;
use sha2::{Digest, Sha256};
use typed_endpoint::mock::{Mock, Reply};
use typed_endpoint::{Api, BoxError, Case, Client, Unmapped, endpoint};

/// The service of the test suite.
pub enum Service {}

impl Api for Service {
    const NAME: &'static str = "Service";
    const SERVERS: &'static [&'static str] = &["https://example.amazonaws.com"];
    const CASE: Case = Case::Pascal;
    type Error = Unmapped;
}

endpoint! {
    /// `get-vanilla`.
    pub Get: Service = GET "/" -> text
}

endpoint! {
    /// `get-vanilla-query-order-key-case`.
    pub GetQuery: Service = GET "/" query { param2: String, param1: String } -> text
}

endpoint! {
    /// `post-vanilla`.
    pub Post: Service = POST "/" -> text
}

endpoint! {
    /// `post-x-www-form-urlencoded`.
    pub PostForm: Service = POST "/" headers {
        content_type?: String = "application/x-www-form-urlencoded",
    } form {
        param1: String,
    } -> text
}

const DATE: &str = "20150830T123600Z";
const SCOPE: &str = "20150830/us-east-1/service/aws4_request";

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let hash = |pad: u8, text: &[u8]| Sha256::digest([&block.map(|byte| byte ^ pad)[..], text].concat());
    hash(0x5c, &hash(0x36, text.as_bytes())).to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Signs a request by signature version 4, with the headers `host`, `x-amz-date` and what the test has.
fn sign(request: &mut http::Request<typed_endpoint::Body>) -> Result<(), BoxError> {
    let host = request.uri().host().ok_or("the URL has no host")?.to_owned();
    request.headers_mut().insert("x-amz-date", DATE.parse()?);
    let body = request.body().as_bytes().ok_or("only what is in memory is signed here")?;
    let mut query: Vec<_> = request.uri().query().into_iter().flat_map(|query| query.split('&')).collect();
    query.sort_unstable();
    let mut headers = vec![("host", host.as_str()), ("x-amz-date", DATE)];
    if let Some(kind) = request.headers().get("content-type") {
        headers.insert(0, ("content-type", kind.to_str()?));
    }
    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let canonical = [
        request.method().as_str(),
        request.uri().path(),
        &query.join("&"),
        &headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect::<String>(),
        &names,
        &hex(&Sha256::digest(body)),
    ]
    .join("\n");
    let text = ["AWS4-HMAC-SHA256", DATE, SCOPE, &hex(&Sha256::digest(canonical))].join("\n");
    let secret = b"AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_vec();
    let key = SCOPE.split('/').fold(secret, |key, part| hmac(&key, part));
    let signature = hex(&hmac(&key, &text));
    let value =
        format!("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{SCOPE}, SignedHeaders={names}, Signature={signature}");
    request.headers_mut().insert("authorization", value.parse()?);
    Ok(())
}

#[tokio::test]
async fn the_published_signatures_come_out() {
    let mock = Mock::new().fallback(async |request| {
        let value = request.headers()["authorization"].to_str().unwrap();
        Reply::text(200, value.rsplit('=').next().unwrap())
    });
    let client = Client::<Service>::new().sign(sign).transport(mock);
    assert_eq!(
        client.call(Get::new()).await.unwrap(),
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    );
    assert_eq!(
        client.call(GetQuery::new("value2", "value1")).await.unwrap(),
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
    );
    assert_eq!(
        client.call(Post::new()).await.unwrap(),
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    );
    assert_eq!(
        client.call(PostForm::new("value1")).await.unwrap(),
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
    );
}

#[tokio::test]
async fn what_is_signed_is_what_is_sent_in_each_attempt() {
    let mock = Mock::new().fallback(async |_| Reply::status(500));
    let client = Client::<Depot>::new()
        .transport(mock.clone())
        .retry(typed_endpoint::Retry::attempts(3).initial_backoff(std::time::Duration::ZERO))
        .sign(|request| {
            let digest = hex(&Sha256::digest(request.body().as_bytes().ok_or("no bytes")?));
            request.headers_mut().insert("digest", digest.parse()?);
            Ok(())
        });
    client.call(PutContent::new("/x", *b"abc")).await.unwrap_err();
    let digests: Vec<_> =
        mock.seen().iter().map(|parts| parts.headers["digest"].to_str().unwrap().to_owned()).collect();
    assert_eq!(digests, vec![hex(&Sha256::digest(b"abc")); 3]);
}

#[tokio::test]
async fn a_signature_that_a_server_echoes_is_redacted() {
    let mock = Mock::new().fallback(async |request| {
        Reply::text(403, format!("{:?} does not match", request.headers()["x-signature"].to_str().unwrap()))
    });
    let client = Client::<Service>::new().transport(mock.clone()).sign(|request| {
        request.headers_mut().insert("x-signature", "c0ffee-c0ffee".parse()?);
        Ok(())
    });
    let error = client.call(Get::new()).await.unwrap_err();
    assert!(format!("{error:#}").contains("does not match") && mock.seen().len() == 1, "{error:#}");
    assert!(!format!("{error:#} {error:?} {:?}", error.raw_body()).contains("c0ffee"), "{error:?}");
}
