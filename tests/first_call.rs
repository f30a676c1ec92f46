//! A call, end to end: over a socket, with typed answers and errors.

use std::time::Duration;

use livepeer::mock::{Mock, Reply};
use livepeer::{Client, Error, Retry, Studio, access_control, stream};

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
    assert!(error.is_not_found(), "{error}");
    assert_eq!(error.body().unwrap().errors, ["not found"]);
    assert_eq!(mock.seen().len(), 2);
    Ok(())
}

#[tokio::test]
async fn what_came_beside_the_value_is_told() -> Result<(), Error> {
    let mock = Mock::new().fallback(async |_| {
        Reply::json(201, &serde_json::json!({ "id": "s", "name": "x" })).header("x-served-by", "7")
    });
    let client = mock.client::<Studio>();
    let answer = client.call(stream::Get::new("s")).with_response().await?;
    assert_eq!(answer.value.id, "s");
    assert_eq!((answer.status.as_u16(), answer.attempts), (201, 1));
    assert_eq!(answer.headers["x-served-by"], "7");
    assert_eq!(answer.body, r#"{"id":"s","name":"x"}"#);
    Ok(())
}

#[tokio::test]
async fn a_field_of_another_kind_does_not_cost_the_answer() -> Result<(), Error> {
    let key = r#"{"id":"k","privateKey":"only-once","createdAt":{"not":"a number"},"disabled":[1]}"#;
    let mock = Mock::new()
        .fallback(move |_| async move { Reply::status(201).header("content-type", "application/json").with_body(key) });
    let made = mock.client::<Studio>().call(access_control::Create::new()).await?;
    assert_eq!(made.private_key.as_ref().map(|key| key.expose()), Some("only-once"));
    assert_eq!(made.extra.get("disabled"), Some(&serde_json::json!([1])));
    let again: serde_json::Value = serde_json::to_value(&made).unwrap();
    assert_eq!(again, serde_json::from_str::<serde_json::Value>(key).unwrap());
    Ok(())
}
