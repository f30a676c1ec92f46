//! A call, end to end: over a socket, with typed responses and errors.

use std::time::Duration;

use livepeer::mock::{Mock, Reply};
use livepeer::{Client, Error, Retry, access_control, asset, session, stream};

#[tokio::test]
async fn a_call_goes_over_a_socket() -> Result<(), Error> {
    let mock = Mock::new()
        .on(async |create: stream::Create| {
            let mut stream = stream::Stream::default();
            stream.name = create.name;
            stream.record = create.record;
            Ok(stream)
        })
        .on(async |_: stream::Get| Err::<stream::Stream, _>(Reply::error(404, "not found")));
    let server = mock.listen().await.unwrap();
    let client = Client::studio("key").server(server.url());

    let stream = client.call(stream::Create::new("x").record(true)).await?;
    assert_eq!((stream.name.as_str(), stream.record), ("x", Some(true)));

    let call = client.call(stream::Get::new("id")).retry(Retry::never()).timeout(Duration::from_secs(9));
    let error = call.with_response().await.unwrap_err();
    assert!(error.is_not_found(), "{error:#}");
    assert_eq!(error.body().unwrap().errors, ["not found"]);
    assert_eq!(mock.seen().len(), 2);
    Ok(())
}

#[tokio::test]
async fn the_metadata_of_a_response_are_available() -> Result<(), Error> {
    let mock = Mock::new().fallback(async |_| {
        Reply::json(201, &serde_json::json!({ "id": "s", "name": "x" })).header("x-served-by", "7")
    });
    let client = mock.client::<livepeer::Client>();
    let response = client.call(stream::Get::new("s")).with_response().await?;
    assert_eq!(response.value.id, "s");
    assert_eq!((response.status.as_u16(), response.attempts), (201, 1));
    assert_eq!(response.headers["x-served-by"], "7");
    assert_eq!(response.raw_body, r#"{"id":"s","name":"x"}"#);
    Ok(())
}

#[tokio::test]
async fn a_field_of_another_type_does_not_fail_the_response() -> Result<(), Error> {
    let key = r#"{"id":"k","privateKey":"only-once","createdAt":{"not":"a number"},"disabled":[1]}"#;
    let mock = Mock::new()
        .fallback(move |_| async move { Reply::status(201).header("content-type", "application/json").with_body(key) });
    let made = mock.client::<livepeer::Client>().call(access_control::Create::new()).await?;
    assert_eq!(made.private_key.as_ref().map(|key| key.expose()), Some("only-once"));
    assert_eq!(made.extra.get("disabled"), Some(serde_json::json!([1])));
    let again: serde_json::Value = serde_json::to_value(&made).unwrap();
    assert_eq!(again, serde_json::from_str::<serde_json::Value>(key).unwrap());
    Ok(())
}

/// A list of so many sessions: ten at a time, or as many as asked for up to a thousand, and no `Link`.
fn sessions(total: u64) -> Mock {
    Mock::new().on(move |list: session::GetRecorded| {
        let cursor =
            list.cursor.as_ref().map(livepeer::Cursor::as_str).map_or("0", |cursor| cursor.trim_start_matches("skip"));
        let from: u64 = cursor.parse().unwrap();
        let until = total.min(from + u64::from(list.limit.unwrap_or(10)).min(1000));
        let session = |at: u64| {
            let mut session = session::Session::default();
            session.name = at.to_string();
            session
        };
        std::future::ready(Ok((from..until).map(session).collect()))
    })
}

#[tokio::test]
async fn lists_by_offset_are_whole_even_where_the_server_caps_a_page() -> Result<(), Error> {
    for total in [0, 1, 9, 10, 11, 20, 35, 1000, 1500] {
        for limit in [None, Some(3), Some(10), Some(5000)] {
            let mut list = session::GetRecorded::new("stream");
            list.limit = limit;
            let names: Vec<_> = sessions(total)
                .client::<livepeer::Client>()
                .pages(list)
                .items()
                .collect()
                .await?
                .into_iter()
                .map(|s| s.name)
                .collect();
            assert_eq!(names, (0..total).map(|at| at.to_string()).collect::<Vec<_>>(), "{total} by {limit:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn lists_by_offset_continue_where_they_are_reported_to() -> Result<(), Error> {
    let client = sessions(35).client::<livepeer::Client>();
    let list = session::GetRecorded::new("stream");
    let mut pages = client.pages(list.clone());
    pages.next().await.unwrap()?;
    let rest = client.pages(list.clone()).from_cursor(pages.cursor().unwrap()).items().collect().await?;
    assert_eq!((rest.len(), rest[0].name.as_str()), (25, "10"));
    let rest = client.pages(list.cursor("skip20")).items().collect().await?;
    assert_eq!((rest.len(), rest[0].name.as_str()), (15, "20"));
    Ok(())
}

#[tokio::test]
async fn what_is_said_for_one_call_goes_before_the_key_and_may_be_said_twice() -> Result<(), Error> {
    let mock = Mock::new().fallback(async |_| Reply::error(401, "no token other-key found"));
    let call = mock.client::<livepeer::Client>().call(asset::Get::new("a"));
    let call = call.header("authorization", "Bearer other-key").header("x-tag", "1").header("x-tag", "2");
    let error = call.query("a[]", 1).query("a[]", 2).query("details", true).await.unwrap_err();
    let seen = &mock.seen()[0];
    assert_eq!(seen.headers.get_all("authorization").iter().collect::<Vec<_>>(), ["Bearer other-key"]);
    assert_eq!(seen.headers.get_all("x-tag").iter().collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(seen.uri.query(), Some("a%5B%5D=1&a%5B%5D=2&details=true"));
    assert!(!format!("{error} {error:?}").contains("other-key"), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn a_response_without_a_required_field_is_an_error() {
    let mock = Mock::new().fallback(async |_| Reply::json(200, &serde_json::json!({ "name": ["x"] })));
    let error = mock.client::<livepeer::Client>().call(stream::Get::new("s")).await.unwrap_err();
    assert!(error.is_decode());
    assert_eq!(error.decode_error().unwrap().path(), "name");
    assert_eq!(error.raw_body(), br#"{"name":["x"]}"#);
}

#[tokio::test]
async fn an_item_of_a_list_that_cannot_be_read_costs_that_item_unless_there_is_no_other() {
    let response = "[\n  {\"name\": \"one\"},\n  {\"name\": [1, 2]}, {\"name\": \"three\"}\n]";
    for (response, count) in [(response, 2), ("[{},{},4]", 2), ("[]", 0)] {
        let mock = Mock::new().fallback(move |_| async move { Reply::text(200, response) });
        assert_eq!(mock.client::<livepeer::Client>().call(stream::List::new()).await.unwrap().len(), count);
    }
    for (response, path) in [("[4]", "[0]"), (r#"[{"name":[]}]"#, "[0].name")] {
        let mock = Mock::new().fallback(move |_| async move { Reply::text(200, response) });
        let error = mock.client::<livepeer::Client>().call(stream::List::new()).await.unwrap_err();
        assert_eq!(error.decode_error().unwrap().path(), path, "{error:#}");
    }
}

#[tokio::test]
async fn lists_show_how_far_they_are() -> Result<(), Error> {
    let client = sessions(35).client::<livepeer::Client>();
    let mut items = client.pages(session::GetRecorded::new("stream")).items();
    items.next().await.unwrap()?;
    let shown = format!("{items:?}");
    assert!(
        shown.contains("GetRecorded") && shown.contains("cursor: Some(") && shown.contains("at_hand: 9"),
        "{shown}"
    );
    Ok(())
}

#[tokio::test]
async fn an_error_that_main_returns_says_what_to_do() {
    let mock = Mock::new().fallback(async |_| Reply::error(401, "no such token"));
    let error = mock.client::<livepeer::Client>().call(stream::Get::new("s")).await.unwrap_err();
    let shown = format!("{error:?}");
    assert!(shown.starts_with(&format!("Error {{ what: {:?}, kind: Status", format!("{error:#}"))), "{shown}");
    assert!(shown.contains("no such token") && shown.contains("check that the key is set"), "{shown}");
}

#[tokio::test]
async fn an_empty_key_is_reported_before_anything_is_sent() {
    let mock = Mock::new();
    let client = mock.client::<livepeer::Client>().key(" ");
    assert!(client.check().unwrap_err().to_string().contains("empty"));
    assert!(client.call(stream::Get::new("s")).await.unwrap_err().is_request());
    assert!(mock.seen().is_empty());
}
