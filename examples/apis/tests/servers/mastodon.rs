//! mastodon-mock, which imitates Mastodon, and keeps what it is sent.

use apis::mastodon::*;
use typed_endpoint::File;

use super::{call, client, variable};

#[tokio::test]
#[ignore = "needs a server: examples/apis/servers"]
async fn statuses_media_and_streams() {
    let stranger = client::<Mastodon>("MASTODON_URL");
    let register = RegisterApp::new("own", "urn:ietf:wg:oauth:2.0:oob").scopes("read write");
    let app = call(&stranger, register).await;
    let token = call(&stranger, IssueToken::new(app.client_id, app.client_secret.expose())).await;
    assert!(!token.access_token.expose().is_empty());

    let client = stranger.clone().key(variable("MASTODON_TOKEN"));
    let mut stream = client.call(Stream::new()).await.unwrap();
    let post = |text: &str| Post::new().status(text).visibility(Visibility::Public);
    let first = call(&client, post("number 0").idempotency_key("k")).await;
    assert_eq!(call(&client, post("number 0").idempotency_key("k")).await.id, first.id);
    assert_eq!(stream.next().await.unwrap().unwrap().id, first.id);
    let png = b"\x89PNG\r\n\x1a\n".to_vec();
    let upload = UploadMedia::new(File::bytes(png).name("a.png")).description("a ü");
    let media = match client.call(upload).await.unwrap() {
        UploadMediaOutcome::Ready(media) | UploadMediaOutcome::Processing(media) => media,
        other => panic!("{other:?}"),
    };
    let GetMediaOutcome::Ready(ready) = client.call(GetMedia::new(media.id.as_str())).await.unwrap() else {
        panic!("{media:?}")
    };
    assert_eq!(ready.id, media.id);
    call(&client, Post::new().status("with media").media_ids([media.id.clone()])).await;
    let poll = Poll::new(["a".to_owned(), "b & c".to_owned()], 600u32);
    // It reads polls in JSON only: of this one it ignores the form's nested fields.
    call(&client, Post::new().status("which?").poll(poll)).await;
    for number in 1..5 {
        call(&client, post(&format!("number {number}"))).await;
    }
    let account = first.account.unwrap().id;
    let home = client.pages(Home::new().limit(2u32)).items().collect().await.unwrap();
    let own =
        client.pages(AccountStatuses::new(account.as_str()).exclude_replies(true)).items().collect().await.unwrap();
    assert_eq!((home.len(), own.len()), (7, 7));
    assert!(call(&client, AccountStatuses::new(account.as_str())).await.len() >= 7);
    assert_eq!(call(&client, Search::new("number").r#type("statuses")).await.statuses.unwrap().len(), 5);
    let error = stranger.call(Home::new()).await.unwrap_err();
    assert!(error.status().unwrap() == 401 && error.body().is_some(), "{error:#}");
    let error = client.call(GetMedia::new("0")).await.unwrap_err();
    assert!(error.is_not_found() && error.body().is_some(), "{error:#}");
    let error = client.call(Post::new()).await.unwrap_err();
    assert!(error.body().unwrap().error.contains("Text can't be blank"), "{error:#}");
}

/// snac, a server of the Fediverse with a part of Mastodon's API: no tokens of programs, no streams.
#[tokio::test]
#[ignore = "needs a server: examples/apis/servers"]
async fn snac() {
    // It closes each connection without saying so.
    let client = client::<Mastodon>("SNAC_URL").http_client(|http| http.pool_max_idle_per_host(0));
    let client = client.key(variable("SNAC_TOKEN"));
    call(&client, RegisterApp::new("own", "urn:ietf:wg:oauth:2.0:oob")).await;
    let png = b"\x89PNG\r\n\x1a\n".to_vec();
    let upload = UploadMedia::new(File::bytes(png).name("a.png")).description("a ü");
    let UploadMediaOutcome::Ready(media) = client.call(upload).await.unwrap() else { panic!("not ready") };
    let pictured = call(&client, Post::new().status("a & b = ü").media_ids([media.id])).await;
    assert_eq!(pictured.extra.get("media_attachments").unwrap()[0]["description"], "a ü");
    for number in 0..5 {
        call(&client, Post::new().status(format!("number {number}")).visibility(Visibility::Public)).await;
    }
    let home = client.pages(Home::new().limit(2u32)).items().collect().await.unwrap();
    assert_eq!(home.len(), 6);
    let account = home[0].account.as_ref().unwrap().id.as_str();
    let own = client.pages(AccountStatuses::new(account).exclude_replies(true)).items().collect().await.unwrap();
    assert_eq!(own.len(), 6);
    assert_eq!(call(&client, Search::new("number")).await.statuses.unwrap().len(), 5);
    let error = client.clone().key("wrong").call(Home::new()).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 401, "{error:#}");
}
