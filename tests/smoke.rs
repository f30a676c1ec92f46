//! A first look that the whole works.

use livepeer::mock::{Fullness, Mock, Reply, sample_request};
use livepeer::{Client, Endpoint, Error, Retry, Studio, stream};

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
    assert_eq!(stream.name, "x");
    assert_eq!(stream.record, Some(true));
    let error = client.call(stream::Get::new("id")).retry(Retry::never()).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    println!("{error}\n{error:?}");
    for operation in livepeer::catalog() {
        println!("{}", operation.qualified_name());
    }
    let full: stream::Create = sample_request(Fullness::Fullest).unwrap();
    let request = server.client::<Studio>().call(full).request().await.unwrap();
    println!("{}", String::from_utf8_lossy(request.body().as_bytes().unwrap()));
    let _ = stream::Get::OPERATION;
    Ok(())
}

#[tokio::test]
async fn a_field_of_another_kind_does_not_cost_the_answer() -> Result<(), Error> {
    let key = r#"{"id":"k","privateKey":"only-once","createdAt":{"not":"a number"},"disabled":[1]}"#;
    let mock = Mock::new()
        .fallback(move |_| async move { Reply::status(201).header("content-type", "application/json").with_body(key) });
    let made = mock.client::<Studio>().call(livepeer::access_control::Create::new()).await?;
    assert_eq!(made.private_key.as_ref().map(|key| key.expose()), Some("only-once"));
    assert_eq!(made.extra.get("disabled"), Some(&serde_json::json!([1])));
    let again: serde_json::Value = serde_json::to_value(&made).unwrap();
    assert_eq!(again, serde_json::from_str::<serde_json::Value>(key).unwrap());
    Ok(())
}
