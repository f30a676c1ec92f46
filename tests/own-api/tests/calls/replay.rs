//! What is recorded of an API with keys in several places holds none of them, and can be replayed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use own_api::depot::*;
use typed_endpoint::mock::{Mock, Reply};
use typed_endpoint::replay::Cassette;
use typed_endpoint::{Auth, Client, Error, File, RequestError, Url};

const SECRETS: [&str; 8] = [
    "DEPOT-KEY-1",
    "OTHER/KEY-2",
    "OTHER%2FKEY-2",
    "ticket-3",
    "line-token-4",
    "signature-5",
    "pass:word-6",
    "access-7",
];

/// A server that repeats keys, as some do.
fn mock() -> Mock {
    Mock::new().fallback(async |request| match request.uri().path() {
        path if path.ends_with("/follow") => {
            let lines = "{\"name\":\"one\",\"token\":\"line-token-4\"}\n{\"name\":\"two\"}\n";
            Reply::text(200, lines).header("content-type", "application/x-ndjson")
        }
        path if path.starts_with("/uploads") || path.ends_with("/store") => Reply::status(200),
        path if path.ends_with("/token") => Reply::json(200, &serde_json::json!({ "access_token": "access-7" })),
        path if path.ends_with("/rpc") => Reply::json(200, &serde_json::json!({ "name": "rpc" })),
        path => {
            let link = "https://depot.example/next?appid=OTHER%2FKEY-2&cursor=1";
            let name = path.rsplit('/').next().unwrap_or_default();
            let body = serde_json::json!({ "name": name, "author": "Herman Melville", "language": "en", "self": link,
                "keywords": ["en"], "ticket": "seen before: ticket-3" });
            Reply::json(200, &body).header("x-ticket", "ticket-3").header("x-session-token", "ticket-3")
        }
    })
}

async fn session(depot: &Client<Depot>, accounts: &Client<Accounts>) -> Result<Vec<String>, Error> {
    let mut seen = Vec::new();
    let parcel = depot.call(GetParcel::new("a")).await?;
    seen.push(format!("{} {:?} {:?}", parcel.name, parcel.extra.get("author"), parcel.extra.get("language")));
    let mut follow = depot.call(Follow::new()).await?;
    while let Some(parcel) = follow.next().await {
        seen.push(parcel?.name);
    }
    let signed = Url::from("https://uploads.example/uploads/1?X-Amz-Signature=signature-5&part=1");
    depot.call(PutContent::new(signed, vec![0xff, 0])).await?;
    depot.call(Store::new(Parcel::new("x"), File::bytes("picture").name("x.png"))).await?;
    seen.push(depot.call(CallProcedure::new([1, 2])).await?.name);
    let token = accounts.call(IssueToken::new().scope("all")).await?.access_token;
    let token = token.expose().to_owned();
    assert!(!token.is_empty());
    Ok(seen)
}

#[tokio::test]
async fn no_key_is_recorded_wherever_it_stands() {
    let path = std::env::temp_dir().join(format!("depot-{}.json", std::process::id()));
    let cassette = Cassette::record(&path);
    let signed = Arc::new(AtomicU32::new(0));
    let count = signed.clone();
    let depot = cassette.client(|| {
        let count = count.clone();
        let client = Client::<Depot>::new().transport(mock()).key("DEPOT-KEY-1");
        Ok::<_, RequestError>(client.another_key(Auth::Query("appid"), "OTHER/KEY-2").sign(move |request| {
            count.fetch_add(1, Ordering::Relaxed);
            assert!(request.headers_mut().insert("x-signature", "signature-5".parse()?).is_none());
            Ok(())
        }))
    });
    let accounts = || Ok::<_, RequestError>(Client::<Accounts>::new().transport(mock()).key("me:pass:word-6"));
    let accounts = cassette.client(accounts).unwrap();
    let recorded = session(&depot.unwrap(), &accounts).await.unwrap();
    assert_eq!(recorded[0], "a Some(String(\"Herman Melville\")) Some(String(\"en\"))");
    // Not the upload, which goes elsewhere.
    assert_eq!(signed.load(Ordering::Relaxed), 4);

    let text = std::fs::read_to_string(&path).unwrap();
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} is in\n{text}");
    }
    assert!(text.contains("Herman Melville") && text.contains("\"Depot\""), "{text}");

    let cassette = Cassette::replay(&path).unwrap();
    let depot: Client<Depot> = cassette.client(|| Err(RequestError::NoTransport)).unwrap();
    let accounts: Client<Accounts> = cassette.client(|| Err(RequestError::NoTransport)).unwrap();
    assert_eq!(session(&depot, &accounts).await.unwrap(), recorded);
    assert_eq!(cassette.unused(), Vec::<String>::new());
    std::fs::remove_file(path).unwrap();
}
