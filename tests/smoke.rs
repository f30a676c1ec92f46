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
