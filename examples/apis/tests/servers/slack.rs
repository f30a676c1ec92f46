//! emulate, which imitates Slack, but lists by POST only, as Slack allows, too.

use apis::slack::*;
use typed_endpoint::endpoint;

use super::{call, client};

endpoint! {
    /// Lists channels.
    List: Slack = POST "/conversations.list" form { limit?: u32, cursor?: String } -> Channels, paged
}

endpoint! {
    /// Lists messages.
    Read: Slack = POST "/conversations.history" form {
        channel: String,
        limit?: u32,
        cursor?: String,
    } -> Messages, paged
}

endpoint! {
    /// Asks where to upload a file to.
    Target: Slack = POST "/files.getUploadURLExternal" form { filename: String, length: u64 } -> UploadTarget
}

#[tokio::test]
#[ignore = "needs a server: examples/apis/servers"]
async fn messages_and_files() {
    let client = client::<Slack>("SLACK_URL").key("t");
    assert!(!call(&client, AuthTest::new()).await.user_id.is_empty());
    let channels = client.pages(List::new().limit(1u32)).items().collect().await.unwrap();
    let names: Vec<_> = channels.iter().map(|channel| channel.name.as_str()).collect();
    assert_eq!(names, ["general", "random", "third"]);
    let channel = channels[0].id.as_str();
    let mut posted = Vec::new();
    for text in ["one", "two & <three>", "four"] {
        posted.push(call(&client, PostMessage::new(channel).text(text)).await.ts);
    }
    call(&client, PostMessage::new(channel).text("below").thread_ts(posted[0].as_str())).await;
    call(
        &client,
        UpdateMessage::new(channel, posted[2].as_str())
            .metadata(serde_json::json!({ "event_type": "e", "event_payload": {} })),
    )
    .await;
    let messages = client.pages(Read::new(channel).limit(2u32)).items().collect().await.unwrap();
    let texts: Vec<_> = messages.iter().filter_map(|message| message.text.as_deref()).collect();
    assert_eq!(texts, ["four", "two & <three>", "one"]);
    let error = client.call(PostMessage::new("C0").text("t")).await.unwrap_err();
    assert!(error.is_not_found() && error.body().unwrap().error == "channel_not_found", "{error:#}");
    let error = super::client::<Slack>("SLACK_URL").call(AuthTest::new()).await.unwrap_err();
    assert_eq!(error.body().unwrap().error, "not_authed", "{error:#}");

    let target = call(&client, Target::new("a.txt", 5u64)).await;
    client.call(Upload::new(target.upload_url, b"hello".to_vec())).await.unwrap();
    let file = FileTitle::new(target.file_id).title("A");
    let shared = call(&client, CompleteUpload::new([file]).channel_id(channel)).await;
    assert_eq!(shared.files.len(), 1);
}
