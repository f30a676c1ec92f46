//! Real servers. `examples/apis/servers` starts them and runs these; a test by itself needs the address of its server in a variable.

mod github;
mod kubernetes;
mod mastodon;
mod slack;
mod stripe;

use apis::*;
use serde_json::{Value, json};
use typed_endpoint::codec::{self, Encode};
use typed_endpoint::{Api, Client, HostedBy, Retry};

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: examples/apis/servers sets it"))
}

fn client<A: Api>(name: &str) -> Client<A> {
    Client::new().server(variable(name)).allow_plain_http(true).retry(Retry::never())
}

/// Calls an operation, and checks that nothing of the response is lost: what is written again is what was received.
async fn call<A: Api, E>(client: &Client<A>, request: E) -> E::Response
where
    E: HostedBy<A>,
    E::Response: Encode,
{
    let name = E::OPERATION.name;
    let response = client.call(request).with_response().await.unwrap_or_else(|error| panic!("{name}: {error:#}"));
    assert!(response.skipped.is_empty(), "{name}: {:?}", response.skipped);
    let received: Value = serde_json::from_slice(&response.raw_body).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&codec::to_json(&response.value)).unwrap(), received, "{name}");
    response.value
}

fn signed(secret_key: Option<&str>) -> Client<s3::S3> {
    let credentials = variable("S3_CREDENTIALS");
    let (access_key, own) = credentials.split_once(':').unwrap();
    let credentials = sigv4::Credentials {
        access_key: access_key.to_owned(),
        secret_key: secret_key.unwrap_or(own).to_owned(),
        region: "us-east-1".to_owned(),
        service: "s3".to_owned(),
    };
    client("S3_URL").sign(move |request| credentials.sign(request))
}

/// moto, with the check of signatures on: a wrong key is refused.
#[tokio::test]
#[ignore = "needs a server: examples/apis/servers"]
async fn s3_with_signatures() {
    let client = signed(None);
    let bucket = format!("b-{}", std::process::id());
    let bucket = bucket.as_str();
    client.call(s3::CreateBucket::new(bucket)).await.unwrap();
    assert!(client.call(s3::ListBuckets::new()).await.unwrap().buckets.bucket.iter().any(|own| own.name == bucket));

    let error = signed(Some("wrong")).call(s3::ListBuckets::new()).await.unwrap_err();
    assert_eq!(error.body().unwrap().code, "SignatureDoesNotMatch", "{error:#}");

    let keys = ["a/b c/1.txt", "a/b c/2+3.txt", "a/ü&=.txt", "d.txt", "e~f.txt"];
    for key in keys {
        let put =
            s3::PutObject::new(bucket, key, key.as_bytes().to_vec()).content_type("text/plain").x_amz_meta_note("n");
        assert!(client.call(put).await.unwrap().headers.etag.is_some(), "{key}");
    }
    let all = client.pages(s3::ListObjects::new(bucket).max_keys(2u32)).items().collect().await.unwrap();
    let mut listed: Vec<_> = all.iter().map(|object| object.key.as_str()).collect();
    listed.sort_unstable();
    let mut expected = keys;
    expected.sort_unstable();
    assert_eq!(listed, expected);
    let folders = client.call(s3::ListObjects::new(bucket).delimiter("/")).await.unwrap();
    assert_eq!(folders.common_prefixes[0].prefix, "a/");

    let read = client.call(s3::GetObject::new(bucket, keys[1])).await.unwrap();
    assert!(matches!(read.value, s3::GetObjectOutcome::Whole(content) if content == keys[1].as_bytes()));
    assert_eq!(read.headers.x_amz_meta_note.as_deref(), Some("n"));
    let etag = read.headers.etag.unwrap();
    let again = client.call(s3::GetObject::new(bucket, keys[1]).if_none_match(etag)).await.unwrap();
    assert!(matches!(again.value, s3::GetObjectOutcome::NotModified));
    let part = client.call(s3::GetObject::new(bucket, keys[0]).range("bytes=2-4")).await.unwrap();
    assert!(matches!(part.value, s3::GetObjectOutcome::Part(content) if content == "b c"));
    let head = client.call(s3::HeadObject::new(bucket, keys[0])).await.unwrap();
    assert_eq!(head.headers.content_length, Some(keys[0].len() as u64));

    let upload = client.call(s3::BeginUpload::new(bucket, "in/parts")).await.unwrap().upload_id;
    let mut parts = s3::CompleteMultipartUpload::default();
    for (number, content) in [(1, vec![b'x'; 5 << 20]), (2, b"end".to_vec())] {
        let put = s3::PutPart::new(bucket, "in/parts", number, upload.as_str(), content);
        let etag = client.call(put).await.unwrap().headers.etag;
        parts.part.push(s3::Part { part_number: number, etag });
    }
    client.call(s3::CompleteUpload::new(bucket, "in/parts", upload.as_str(), parts)).await.unwrap();
    let head = client.call(s3::HeadObject::new(bucket, "in/parts")).await.unwrap();
    assert_eq!(head.headers.content_length, Some((5 << 20) + 3));

    client.call(s3::DeleteObject::new(bucket, "in/parts")).await.unwrap();
    let object = keys.iter().map(|key| s3::Key { key: (*key).to_owned() }).collect();
    let deleted = client.call(s3::DeleteObjects::new(bucket, s3::Delete { object })).await.unwrap();
    assert_eq!(deleted.deleted.len(), keys.len());
    let error = client.call(s3::GetObject::new(bucket, keys[0])).await.unwrap_err();
    assert_eq!((error.body().unwrap().code.as_str(), error.is_not_found()), ("NoSuchKey", true));
}

/// ganache, a node of Ethereum.
#[tokio::test]
#[ignore = "needs a server: examples/apis/servers"]
async fn ethereum() {
    let client = client::<jsonrpc::Ethereum>("ETHEREUM_URL");
    assert!(client.call(jsonrpc::ChainId::new()).await.unwrap().result.starts_with("0x"));
    let accounts = client.call(jsonrpc::Accounts::new()).await.unwrap().result;
    let before = client.call(jsonrpc::BlockNumber::new()).await.unwrap().result;
    let send = jsonrpc::Transaction::new(accounts[0].as_str(), accounts[1].as_str(), "0x1");
    client.call(jsonrpc::SendTransaction::new([send])).await.unwrap();
    assert_ne!(client.call(jsonrpc::BlockNumber::new()).await.unwrap().result, before);
    let balance = client.call(jsonrpc::Balance::new([accounts[1].clone(), "latest".into()])).await.unwrap().result;
    assert!(balance.ends_with('1'), "{balance}");
    let block = client.call(jsonrpc::GetBlock::new([json!("latest"), json!(false)])).await.unwrap().result.unwrap();
    assert_eq!(block.transactions.unwrap().len(), 1);
    let none = client.call(jsonrpc::GetBlock::new([json!("0xffffff"), json!(false)])).await.unwrap();
    assert!(none.result.is_none());
    let error = client.call(jsonrpc::Balance::new(["no address".into(), "latest".into()])).await.unwrap_err();
    assert!(error.body().is_some(), "{error:#}");
    let error = client.call(jsonrpc::Call::new(7u64, "eth_noSuchMethod")).await.unwrap_err();
    assert!(error.body().unwrap().error.message.contains("eth_noSuchMethod"), "{error:#}");
    let one = |id: u64, method: &str| jsonrpc::One::new("2.0", id, method, Vec::new());
    let parts = client.call(jsonrpc::Batch::new([one(1, "eth_chainId"), one(2, "eth_noSuchMethod")])).await.unwrap();
    assert!(parts[0].result.is_some() && parts[1].error.is_some());
}

/// graphql-yoga, with the schema of `tests/books.mjs`.
#[tokio::test]
#[ignore = "needs a server: examples/apis/servers"]
async fn books_by_graphql() {
    let client = client::<graphql::Books>("GRAPHQL_URL");
    let all = client.pages(graphql::ListBooks::new(graphql::OfBooks::new(3u32))).items().collect().await.unwrap();
    let ids: Vec<_> = all.iter().map(|book| book.id.as_str()).collect();
    assert_eq!(ids, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
    let added = client.call(graphql::AddBook::new(graphql::NewBook::new("Emma", 474u32))).await.unwrap().data.add_book;
    let get = || graphql::GetBook::new(graphql::OfBook::new(added.id.as_str()));
    assert_eq!(client.call(get()).await.unwrap().data.book.unwrap().title, "Emma");
    client.call(graphql::RemoveBook::new(graphql::OfBook::new(added.id.as_str()))).await.unwrap();
    let error = client.call(get()).await.unwrap_err();
    assert!(error.is_not_found(), "{error:#}");
    let asked = client.call(graphql::Ask::new("{ books(first: 1) { totalCount } }")).await.unwrap();
    assert_eq!(asked.data["books"]["totalCount"], 10);
    assert!(client.call(graphql::AskCached::new("{ books(first: 1) { totalCount } }")).await.is_ok());
    let error = client.call(graphql::Ask::new("{ nonsense }")).await.unwrap_err();
    assert!(error.to_string().contains("nonsense"), "{error:#}");
}

/// MockLLM: a server with canned responses in OpenAI's format, no model.
#[tokio::test]
#[ignore = "needs a server: examples/apis/servers"]
async fn openai_like() {
    let client = client::<openai::OpenAi>("OPENAI_URL").key("k");
    let messages = || [openai::Message::new(openai::Role::User).content(json!("what colour is the sky?"))];
    let completion = client.call(openai::Chat::new("m", messages())).await.unwrap();
    assert_eq!(completion.choices[0].message.content, Some(json!("The sky is blue.")));
    let chunks = client.call(openai::ChatStream::new("m", messages())).await.unwrap().collect().await.unwrap();
    let words: String = chunks.iter().filter_map(|chunk| chunk.choices.first()?.delta.content.clone()).collect();
    assert_eq!(words, "The sky is blue.");
}
