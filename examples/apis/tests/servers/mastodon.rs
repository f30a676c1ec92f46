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
