//! What was made, fetched.

use livepeer::generate::*;
use livepeer::media::{DownloadProgress, Media};
use livepeer::mock::{self, MediaForm, Mock, MockServer, Reply};
use livepeer::{Client, ErrorKind, Studio};
use serde_json::json;

use crate::Outcome;
use crate::gateway::png_size;

fn media(url: &str) -> Media {
    serde_json::from_value(json!({ "url": url })).unwrap()
}

#[tokio::test]
async fn all_three_forms_become_bytes_and_files() -> Outcome {
    for form in [MediaForm::Relative, MediaForm::Absolute, MediaForm::Data] {
        let server = mock::ai().media(form).listen().await?;
        let client = server.client();
        let response = client.call(TextToImage::new("x").width(400).height(300)).await?;
        let url = response.images[0].url.as_str();
        let begins = match form {
            MediaForm::Relative => "/stream/".to_owned(),
            MediaForm::Absolute => server.url() + "/stream/",
            _ => "data:image/png;base64,".to_owned(),
        };
        assert!(url.starts_with(&begins), "{url}");

        let mut seen = Vec::new();
        let bytes = response.images[0].bytes_with(&client, |progress| seen.push(progress)).await?;
        assert_eq!(png_size(&bytes), (400, 300));
        check_progress(&seen, bytes.len() as u64);

        let path = std::env::temp_dir().join(format!("livepeer-media-{}-{form:?}.png", std::process::id()));
        let mut seen = Vec::new();
        let length = response.images[0].save_with(&client, &path, |progress| seen.push(progress)).await?;
        assert_eq!(length, bytes.len() as u64);
        check_progress(&seen, length);
        assert!(std::fs::read(&path)? == bytes);
        std::fs::remove_file(path)?;
    }
    Ok(())
}

fn check_progress(seen: &[DownloadProgress], total: u64) {
    assert!(seen.is_sorted_by(|one, next| one.received < next.received), "{seen:?}");
    assert_eq!(seen.last().map(|progress| progress.received), Some(total));
    assert!(seen.iter().all(|progress| progress.total == Some(total)), "{seen:?}");
}

#[tokio::test]
async fn a_path_is_one_of_the_origin_not_of_the_base() -> Outcome {
    let server = mock::ai().listen().await?;
    let client = Client::ai().server(format!("{}/api/beta/generate", server.url()));
    let response = client.call(TextToImage::new("x").width(8).height(8)).await?;
    assert_eq!(png_size(&response.images[0].bytes(&client).await?), (8, 8));
    let studio = Client::studio("key").server(server.url());
    let response = studio.call(TextToImage::new("x").width(8).height(8)).await?;
    assert_eq!(png_size(&response.images[0].bytes(&studio).await?), (8, 8));
    let paths: Vec<_> = server.gateway().mock().seen().iter().map(|parts| parts.uri.path().to_owned()).collect();
    assert_eq!((paths[0].as_str(), paths[2].as_str()), ("/api/beta/generate/text-to-image", "/generate/text-to-image"));
    assert!(paths[1].starts_with("/stream/") && paths[3].starts_with("/stream/"), "{paths:?}");
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_gone_is_an_error_and_leaves_nothing() -> Outcome {
    let server = mock::ai().listen().await?;
    let client = server.client();
    let path = std::env::temp_dir().join(format!("livepeer-media-{}-gone.png", std::process::id()));
    let error = media("/stream/0/image.png").save(&client, &path).await.unwrap_err();
    assert!(error.is_not_found(), "{error:#}");
    assert!(!path.exists() && !path.with_extension("png.part").exists());
    Ok(())
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_not_the_connections_fault() -> Outcome {
    let server = Mock::new().fallback(async |_| Reply::text(200, "a picture")).listen().await?;
    let client = server.client::<livepeer::Client<livepeer::Ai>>();
    let path = std::env::temp_dir().join(format!("livepeer-media-{}-no-folder/a.png", std::process::id()));
    let error = media("/stream/0/image.png").save(&client, &path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File);
    let text = format!("{error:#}");
    assert!(
        text.contains("the response cannot be saved")
            && text.contains("no-folder/a.png")
            && text.contains("its folder does not exist"),
        "{text}"
    );
    assert!(!error.is_retryable());
    assert_eq!(std::io::Error::from(error).kind(), std::io::ErrorKind::NotFound);
    Ok(())
}

#[tokio::test]
async fn the_key_stays_on_its_server() -> Outcome {
    let elsewhere = Mock::new().fallback(async |_| Reply::text(200, "from elsewhere")).listen().await?;
    let target = format!("{}/b.png?sig=1", elsewhere.url());
    let own = Mock::new().fallback(move |request| {
        let reply = match request.uri().path() {
            "/leads/away" => Reply::status(302).header("location", &target),
            "/leads/on" => Reply::status(307).header("location", "/a.png"),
            "/leads/nowhere" => Reply::status(301).header("location", "/leads/nowhere"),
            _ => Reply::text(200, "from here"),
        };
        async { reply }
    });
    let own = own.listen().await?;
    let client = Client::studio("key").server(own.url()).header("x-own-key", "secret");

    assert_eq!(media("/a.png").bytes(&client).await?, "from here");
    assert_eq!(media(&format!("{}/a.png", own.url())).bytes(&client).await?, "from here");
    assert_eq!(media("/leads/on").bytes(&client).await?, "from here");
    assert_eq!(media(&format!("{}/b.png", elsewhere.url())).bytes(&client).await?, "from elsewhere");
    assert_eq!(media("/leads/away").bytes(&client).await?, "from elsewhere");
    let error = media("/leads/nowhere").bytes(&client).await.unwrap_err();
    assert!(format!("{error:#}").contains("redirected more than"), "{error:#}");

    let sent = |server: &MockServer, name: &str| -> Vec<bool> {
        server.mock().seen().iter().map(|parts| parts.headers.contains_key(name)).collect()
    };
    for name in ["authorization", "x-own-key"] {
        assert!(sent(&own, name).iter().all(|sent| *sent), "{name}");
        assert_eq!(sent(&elsewhere, name), [false, false], "{name}");
    }
    assert_eq!(sent(&elsewhere, "user-agent"), [true, true]);
    Ok(())
}

#[tokio::test]
async fn what_a_fetch_says_when_there_is_no_url() {
    let client = Client::<Studio>::new();
    for url in ["", "stream/a/b.png", "ftp://a.example/b.png"] {
        let error = media(url).bytes(&client).await;
        assert!(error.is_err(), "{url}");
    }
}
