//! A test against the service is recorded once, without its secrets, and then runs by itself.

use std::path::PathBuf;
use std::time::Duration;

use livepeer::asset::{self, Upload};
use livepeer::replay::{Cassette, CassetteError};
use livepeer::{Client, ErrorKind, RequestError, Retry, access_control, generate, multistream, stream};

use super::{running, studio};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A file of one test.
fn file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cassettes");
    let file = folder.join(format!("{name}-{}.json", std::process::id()));
    // It may not be there.
    let _ = std::fs::remove_file(&file);
    file
}

/// What a user's test might do. Returns what it saw, without what is secret.
async fn session(client: &Client) -> Result<Vec<String>> {
    let mut seen = Vec::new();
    let target = multistream::Create::new("rtmp://there.example/live/key-of-the-target").name("there");
    let target = client.call(target).await?;
    let made = client.call(stream::Create::new("a \"name\" with \\ and é").record(true)).await?;
    let found = client.call(stream::GetByKey::new(made.stream_key.ok_or("no key")?)).await?;
    assert_eq!(found.id, made.id);
    client.call(stream::Update::new(&made.id).record(false)).await?;
    seen.extend([made.id.to_string(), target.id.to_string()]);

    let key = client.call(access_control::Create::new()).await?;
    assert!(key.private_key.is_some_and(|key| !key.is_empty()));

    let film: Vec<u8> = (0..9 * 1024 * 1024_u32).map(|at| (at % 251) as u8).collect();
    let uploaded = client.upload(Upload::new(livepeer::File::bytes(film)).name("film")).await?;
    seen.push(uploaded.asset.to_string());
    let mut phases = Vec::new();
    for _ in 0..3 {
        phases.push(client.call(asset::Get::new(&uploaded.asset)).await?.status.map(|status| status.phase));
    }
    seen.push(format!("{phases:?}"));

    let missing = client.call(stream::Get::new("00000000-0000-0000-0000-000000000000")).await;
    seen.push(format!("{:#}", missing.err().ok_or("there is one")?));
    seen.extend(client.pages(stream::List::new()).items().collect().await?.into_iter().map(|stream| stream.name));
    let picture = client.call(generate::TextToImage::new("a cat")).await?;
    seen.push(picture.images.len().to_string());
    client.call(stream::Delete::new(&made.id)).await?;
    Ok(seen)
}

#[tokio::test]
async fn a_session_is_recorded_without_secrets_and_replayed() -> Result {
    let studio = studio().per_request(Duration::from_secs(20));
    let server = running(&studio).await;
    let path = file("session");
    let cassette = Cassette::record(&path);
    let client = cassette.client(|| Ok::<_, RequestError>(server.client()))?;
    let recorded = session(&client).await?;
    drop(server);

    let text = std::fs::read_to_string(&path)?;
    let stream_keys = studio_secrets(&studio).await?;
    assert!(stream_keys.len() > 3, "{stream_keys:?}");
    for secret in stream_keys.iter().map(String::as_str).chain([
        "mock-key",
        "key-of-the-target",
        "BEGIN PRIVATE",
        "tusEndpoint\": \"http://127.0.0.1/api",
    ]) {
        assert!(!text.contains(secret), "{secret} is in\n{text}");
    }
    for kept in ["a \\\"name\\\" with \\\\ and é", "\"operation\": \"stream::Create\"", "9437184"] {
        assert!(text.contains(kept), "{kept} is not in\n{text}");
    }

    let cassette = Cassette::replay(&path)?;
    let client = cassette.client(|| Err::<Client, _>(RequestError::NoTransport))?;
    assert_eq!(session(&client).await?, recorded);
    assert_eq!(cassette.unused(), Vec::<String>::new());
    Ok(())
}

/// What the fake's snapshot holds of secrets.
async fn studio_secrets(studio: &livepeer::mock::StudioFake) -> Result<Vec<String>> {
    let streams = studio.mock().client::<Client>().pages(stream::List::new()).items().collect().await?;
    let mut secrets = vec!["Bearer".to_owned(), "/tus/".to_owned(), "/upload/direct".to_owned(), "token=".to_owned()];
    for stream in streams {
        secrets.extend(stream.stream_key.map(|key| key.expose().to_owned()));
    }
    Ok(secrets)
}

#[tokio::test]
async fn requests_that_were_not_recorded_are_errors_that_say_what_differs() -> Result {
    let studio = studio();
    let server = running(&studio).await;
    let path = file("differences");
    let cassette = Cassette::record(&path);
    let client = cassette.client(|| Ok::<_, RequestError>(server.client()))?;
    let made = client.call(stream::Create::new("one").record(true)).await?;
    client.call(stream::Get::new(&made.id)).await?;
    client.call(stream::Get::new(&made.id)).await?;
    drop(server);

    let cassette = Cassette::replay(&path)?;
    let client: Client = cassette.client(|| Err(RequestError::NoTransport))?;
    let client = client.retry(Retry::attempts(5));
    let error = client.call(stream::Create::new("two")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    let words = format!("{error:#}");
    for part in ["POST http://", "`body/name` was \"one\"", "`body/record` is missing", "RECORD=1"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert_eq!(cassette.unused().len(), 3);

    // What only reads may be repeated, what creates may not.
    for _ in 0..4 {
        client.call(stream::Get::new(&made.id)).await?;
    }
    client.call(stream::Create::new("one").record(true)).await?;
    let error = client.call(stream::Create::new("one").record(true)).await.unwrap_err();
    assert!(format!("{error:#}").contains("recorded 1 times, and was sent once more"), "{error:#}");
    assert!(cassette.unused().is_empty());

    // A name that is another one each time.
    let cassette = Cassette::replay(&path)?.ignore(["name"]);
    let client: Client = cassette.client(|| Err(RequestError::NoTransport))?;
    assert_eq!(client.call(stream::Create::new("two").record(true)).await?.name, "one");

    let error = Cassette::replay(file("missing")).unwrap_err();
    assert!(matches!(error, CassetteError::Read { .. }) && error.to_string().ends_with("RECORD=1 in the environment"));
    std::fs::write(&path, "{\"exchanges\": 7}")?;
    assert!(matches!(Cassette::replay(&path).unwrap_err(), CassetteError::Decode { .. }));
    Ok(())
}
