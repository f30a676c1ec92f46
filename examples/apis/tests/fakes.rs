//! What the declarations send, and how they read what the public documentation of each API shows.

use std::time::Duration;

use apis::*;
use serde_json::json;
use typed_endpoint::codec::Detail;
use typed_endpoint::mock::{EncodeResponse, Mock, OperationVisitor, Reply, sample_request};
use typed_endpoint::{Api, Client, Endpoint, File, HostedBy, Retry, Secret};

/// A server that responds with these, one after the other, and a client of it.
fn fake<A: Api>(replies: impl IntoIterator<Item = Reply>) -> (Mock, Client<A>) {
    let replies = std::sync::Mutex::new(replies.into_iter().collect::<std::collections::VecDeque<_>>());
    let mock = Mock::new().fallback(move |_| {
        let reply = replies.lock().unwrap().pop_front().expect("no more requests");
        async { reply }
    });
    let client = mock.client::<Client<A>>().retry(Retry::attempts(3).initial_backoff(Duration::ZERO));
    (mock, client)
}

fn targets(mock: &Mock) -> Vec<String> {
    let decoded = |text: String| text.replace("%5B", "[").replace("%5D", "]");
    mock.seen()
        .iter()
        .map(|parts| decoded(format!("{} {}", parts.method, parts.uri.path_and_query().unwrap())))
        .collect()
}

/// The body that a request would have.
async fn sent<E: HostedBy<A>, A: Api>(request: E) -> String {
    let call = Client::<A>::new().server("http://localhost").key("k").call(request);
    String::from_utf8(call.request().await.unwrap().into_body().bytes(100_000).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn github() {
    let link = |page| format!("<http://localhost/repositories/1000/issues?page={page}&after=Y3Vy>; rel=\"next\"");
    let issues = |from: u64| json!([{ "id": from, "number": from, "title": "a" }, { "id": from + 1, "number": 9, "title": "b" }]);
    let (mock, client) = fake([
        Reply::json(200, &issues(1)).header("link", &link(2)),
        Reply::json(200, &json!([])).header("link", &link(3)),
        Reply::json(200, &issues(3)),
    ]);
    let all = client.pages(github::ListIssues::new("a", "b").labels(["x", "y"])).items().collect().await.unwrap();
    assert_eq!(all.len(), 4);
    assert_eq!(
        targets(&mock),
        [
            "GET /repos/a/b/issues?labels=x%2Cy",
            "GET /repositories/1000/issues?page=2&after=Y3Vy",
            "GET /repositories/1000/issues?page=3&after=Y3Vy"
        ]
    );
    assert!(mock.seen().iter().all(|parts| parts.headers["x-github-api-version"] == "2022-11-28"));

    let (mock, client) = fake([
        Reply::status(202).with_body("{}"),
        Reply::json(200, &json!([{ "total": 3 }])),
        Reply::text(200, "# Title").header("etag", "\"1\""),
        Reply::status(304),
        Reply::json(403, &json!({ "message": "API rate limit exceeded" })).header("retry-after", "0"),
        Reply::json(201, &json!({ "id": 1, "number": 1, "title": "t" }))
            .header("location", "https://api.github.com/i/1"),
        Reply::json(
            422,
            &json!({ "message": "Validation Failed", "errors": [{ "field": "title", "code": "missing" }] }),
        ),
    ]);
    let counted = client.call(github::Contributors::new("a", "b")).await.unwrap();
    assert!(matches!(counted, github::ContributorsOutcome::Counted(all) if all[0].total == 3));
    let read = client.call(github::ReadFile::new("a", "b", "docs/a.md")).await.unwrap();
    let again = github::ReadFile::new("a", "b", "docs/a.md").if_none_match(read.headers.etag.unwrap());
    assert!(matches!(client.call(again).await.unwrap().value, github::ReadFileOutcome::NotModified));
    assert_eq!(mock.seen()[2].headers["accept"], "application/vnd.github.raw+json");
    // A limit: the POST is repeated, although its status is an error elsewhere.
    let opened = client.call(github::OpenIssue::new("a", "b", "t")).await.unwrap();
    assert!(opened.headers.location.is_some());
    let error = client.call(github::OpenIssue::new("a", "b", "")).await.unwrap_err();
    let Some(github::OpenIssueError::Invalid(invalid)) = error.body() else { panic!("{error:#}") };
    assert_eq!(invalid.errors.as_ref().unwrap()[0].code, "missing");

    let upload = github::UploadAsset::new("a", "b", 7u64, "x.zip", File::bytes("zip").content_type("application/zip"));
    let request = Client::<github::GitHub>::new().key("k").call(upload).request().await.unwrap();
    assert_eq!(request.uri().to_string(), "https://uploads.github.com/repos/a/b/releases/7/assets?name=x.zip");
}

#[tokio::test]
async fn stripe() {
    let create = stripe::CreateCustomer::new()
        .name("A B")
        .address(stripe::Address::new().city("Vienna"))
        .metadata([("order", "7")])
        .idempotency_key("k1");
    let body = sent::<_, stripe::Stripe>(create).await.replace("%5B", "[").replace("%5D", "]");
    assert_eq!(body, "name=A%20B&address[city]=Vienna&metadata[order]=7");
    let checkout = stripe::CreateCheckout::new("payment", "x", [stripe::LineItem::new("p1", 2u32)]);
    let body = sent::<_, stripe::Stripe>(checkout).await.replace("%5B", "[").replace("%5D", "]");
    assert_eq!(body, "mode=payment&success_url=x&line_items[0][price]=p1&line_items[0][quantity]=2");

    let page = |ids: &[&str], has_more: bool| {
        let data: Vec<_> = ids.iter().map(|id| json!({ "id": id, "object": "customer" })).collect();
        Reply::json(200, &json!({ "object": "list", "data": data, "has_more": has_more }))
    };
    let (mock, client) = fake([
        page(&["a", "b"], true),
        page(&["c"], false),
        Reply::json(402, &json!({ "error": { "type": "card_error", "code": "card_declined", "message": "declined" } })),
        Reply::json(200, &json!({ "id": "ch", "amount": 5, "customer": { "id": "a" } })),
    ]);
    let list = stripe::ListCustomers::new().created(stripe::Range::new().gte(7u64));
    assert_eq!(client.pages(list).items().collect().await.unwrap().len(), 3);
    let error = client.call(stripe::CreateCharge::new(5u64, "eur").source("tok")).await.unwrap_err();
    assert!(matches!(error.body(), Some(stripe::CreateChargeError::Card(_))), "{error:#}");
    let charge = client.call(stripe::GetCharge::new("ch").expand(["customer"])).await.unwrap();
    assert!(matches!(charge.customer, Some(stripe::Expandable::Object(customer)) if customer.id == "a"));
    assert_eq!(
        targets(&mock),
        [
            "GET /customers?created[gte]=7",
            "GET /customers?created[gte]=7&starting_after=b",
            "POST /charges",
            "GET /charges/ch?expand[]=customer"
        ]
    );
    assert!(
        <stripe::CreateCustomer as Endpoint>::OPERATION
            .is_retryable(&stripe::CreateCustomer::new().idempotency_key("1"))
    );
    assert!(!<stripe::CreateCustomer as Endpoint>::OPERATION.is_retryable(&stripe::CreateCustomer::new()));
}

#[tokio::test]
async fn openai() {
    let chunk = |text: &str| {
        format!("data: {}\n\n", json!({ "id": "1", "choices": [{ "index": 0, "delta": { "content": text } }] }))
    };
    let events = "event: response.created\ndata: {}\n\nevent: response.output_text.delta\ndata: {\"delta\":\"Hi\"}\n\n\
                  event: response.completed\ndata: {\"response\":{\"id\":\"r\"}}\n\n";
    let (_, client) = fake([
        Reply::event_stream([chunk("a"), chunk("b"), "data: [DONE]\n\n".into()].concat()),
        Reply::event_stream(chunk("a")),
        Reply::event_stream(events),
        Reply::json(429, &json!({ "error": { "message": "slow down", "code": "rate_limit_exceeded" } }))
            .header("retry-after", "0"),
        Reply::json(200, &json!({ "data": [{ "index": 0, "embedding": [0.5, -1] }], "model": "m" })),
    ]);
    let chat = || openai::ChatStream::new("m", [openai::Message::new(openai::Role::User).content(json!("x"))]);
    let words = client.call(chat()).await.unwrap().collect().await.unwrap();
    assert_eq!(words.len(), 2);
    // One that breaks off is not taken for a whole one.
    assert!(client.call(chat()).await.unwrap().collect().await.is_err());
    let events = client.call(openai::Respond::new("m", "x")).await.unwrap().collect().await.unwrap();
    assert_eq!(events[1], openai::ResponseEvent::Text("Hi".into()));
    assert_eq!(client.call(openai::Embed::new("m", ["x"])).await.unwrap().data[0].embedding, [0.5, -1.0]);
    let body = sent::<_, openai::OpenAi>(
        openai::Transcribe::new(File::bytes("a").name("a.wav"), "m").timestamp_granularities(["word"]),
    )
    .await;
    assert!(body.contains("name=\"timestamp_granularities[]\"\r\n\r\nword") && body.contains("verbose_json"), "{body}");
}

#[tokio::test]
async fn s3() {
    let listing = |keys: &str, rest: &str| {
        let xml = format!(
            "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>{keys}{rest}</ListBucketResult>"
        );
        Reply::status(200).header("content-type", "application/xml").with_body(xml)
    };
    let object = |key: &str| format!("<Contents><Key>{key}</Key><Size>3</Size><ETag>\"e\"</ETag></Contents>");
    let (mock, client) = fake([
        listing(
            &object("a b").repeat(2),
            "<IsTruncated>true</IsTruncated><NextContinuationToken>t/1</NextContinuationToken>",
        ),
        listing(&object("c"), "<IsTruncated>false</IsTruncated>"),
        Reply::status(404).with_body("<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>"),
        Reply::status(200)
            .with_body("<DeleteResult><Deleted><Key>a</Key></Deleted><Deleted><Key>b</Key></Deleted></DeleteResult>"),
        Reply::status(200)
            .with_body("<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"),
    ]);
    let all = client.pages(s3::ListObjects::new("b").prefix("p/")).items().collect().await.unwrap();
    assert_eq!(all.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), ["a b", "a b", "c"]);
    let error = client.call(s3::GetObject::new("b", "x/y z")).await.unwrap_err();
    assert_eq!(error.body().unwrap().code, "NoSuchKey");
    let delete = s3::Delete { object: vec![s3::Key { key: "a".into() }, s3::Key { key: "<b>".into() }] };
    assert_eq!(
        sent::<_, s3::S3>(s3::DeleteObjects::new("b", delete.clone())).await,
        "<Delete><Object><Key>a</Key></Object><Object><Key>&lt;b&gt;</Key></Object></Delete>"
    );
    assert_eq!(client.call(s3::DeleteObjects::new("b", delete)).await.unwrap().deleted.len(), 2);
    assert_eq!(client.call(s3::BeginUpload::new("b", "x/y")).await.unwrap().upload_id, "u");
    assert_eq!(
        targets(&mock),
        [
            "GET /b?list-type=2&prefix=p%2F",
            "GET /b?list-type=2&prefix=p%2F&continuation-token=t%2F1",
            "GET /b/x/y%20z",
            "POST /b?delete",
            "POST /b/x/y?uploads"
        ]
    );
}

#[tokio::test]
async fn kubernetes() {
    let pods = |names: &[&str], next: &str| {
        let items: Vec<_> = names.iter().map(|name| json!({ "metadata": { "name": name } })).collect();
        Reply::json(200, &json!({ "kind": "PodList", "metadata": { "continue": next }, "items": items }))
    };
    let change = |kind: &str| format!("{}\n", json!({ "type": kind, "object": { "kind": "Pod" } }));
    let expired =
        json!({ "type": "ERROR", "object": { "kind": "Status", "code": 410, "message": "too old" } }).to_string();
    let (mock, client) = fake([
        pods(&["a"], "c1"),
        pods(&[], "c2"),
        pods(&["b"], ""),
        Reply::json(200, &json!({})).with_body([change("ADDED"), change("DELETED")].concat()),
        Reply::json(200, &json!({})).with_body([change("ADDED"), expired].concat()),
        Reply::json(200, &json!({ "kind": "Pod" })),
        Reply::json(409, &json!({ "kind": "Status", "reason": "AlreadyExists", "message": "exists", "code": 409 })),
        Reply::text(200, "up"),
    ]);
    assert_eq!(client.pages(kubernetes::ListPods::new("d").limit(1u32)).items().collect().await.unwrap().len(), 2);
    let changes = client.call(kubernetes::WatchPods::new("d")).await.unwrap().collect().await.unwrap();
    assert_eq!(changes.iter().map(|change| change.r#type.as_str()).collect::<Vec<_>>(), ["ADDED", "DELETED"]);
    let error = client.call(kubernetes::WatchPods::new("d")).await.unwrap().collect().await.unwrap_err();
    assert!(format!("{error:#}").contains("too old"), "{error:#}");
    client.call(kubernetes::MergePod::new("d", "a", json!({ "metadata": {} }))).await.unwrap();
    assert_eq!(mock.seen()[5].headers["content-type"], "application/merge-patch+json");
    let error = client.call(kubernetes::CreatePod::new("d", kubernetes::Pod::new()).dry_run("All")).await.unwrap_err();
    assert!(matches!(error.body(), Some(kubernetes::CreatePodError::Exists(_))), "{error:#}");
    assert_eq!(client.call(kubernetes::Proxy::new("d", "a", "health/live")).await.unwrap(), "up");
    let targets = targets(&mock);
    assert_eq!(targets[2], "GET /api/v1/namespaces/d/pods?limit=1&continue=c2");
    assert_eq!(targets[3], "GET /api/v1/namespaces/d/pods?watch=true");
    assert_eq!(targets[7], "GET /api/v1/namespaces/d/pods/a/proxy/health/live");
}

#[tokio::test]
async fn slack() {
    let channels = |names: &[&str], next: &str| {
        let channels: Vec<_> = names.iter().map(|name| json!({ "id": name, "name": name })).collect();
        Reply::json(200, &json!({ "ok": true, "channels": channels, "response_metadata": { "next_cursor": next } }))
    };
    let (mock, client) = fake([
        Reply::json(200, &json!({ "ok": false, "error": "channel_not_found" })),
        Reply::json(200, &json!({ "ok": false, "error": "ratelimited" })),
        Reply::json(200, &json!({ "ok": true, "ts": "1.2", "channel": "C" })),
        channels(&["a"], "c1"),
        channels(&[], "c2"),
        channels(&["b"], ""),
    ]);
    let post = || slack::PostMessage::new("C").text("hi");
    let error = client.call(post()).await.unwrap_err();
    assert!(error.is_not_found() && error.body().unwrap().error == "channel_not_found");
    assert_eq!(client.call(post()).await.unwrap().ts, "1.2");
    let list = slack::ListChannels::new().types(["public_channel", "im"]);
    assert_eq!(client.pages(list).items().collect().await.unwrap().len(), 2);
    assert_eq!(targets(&mock)[3], "GET /conversations.list?types=public_channel%2Cim");
}

#[tokio::test]
async fn mastodon() {
    let (mock, client) = fake([
        Reply::json(200, &json!([{ "id": "3", "content": "c" }]))
            .header("link", "<http://localhost/api/v1/timelines/home?max_id=3>; rel=\"next\", <http://localhost/x?min_id=9>; rel=\"prev\""),
        Reply::json(200, &json!([{ "id": "2", "content": "b" }])),
        Reply::json(202, &json!({ "id": "m", "url": null })),
        Reply::json(206, &json!({ "id": "m", "url": null })),
        Reply::json(200, &json!({ "id": "m", "url": "https://x.example/m" })),
        Reply::json(401, &json!({ "error": "invalid_client", "error_description": "Client authentication failed" })),
    ]);
    assert_eq!(client.pages(mastodon::Home::new()).items().collect().await.unwrap().len(), 2);
    let uploaded = client.call(mastodon::UploadMedia::new(File::bytes("png").name("a.png"))).await.unwrap();
    assert!(matches!(uploaded, mastodon::UploadMediaOutcome::Processing(media) if media.url.is_none()));
    let mastodon::GetMediaOutcome::Ready(media) = client.call(mastodon::GetMedia::new("m")).await.unwrap() else {
        panic!()
    };
    assert!(media.url.is_some());
    let error = client.call(mastodon::IssueToken::new("id", Secret::from("s3cret"))).await.unwrap_err();
    assert!(error.to_string().contains("Client authentication failed") && !format!("{error:?}").contains("s3cret"));
    assert!(!mock.seen()[5].headers.contains_key("authorization"));
    let poll = mastodon::Poll::new(["yes".to_owned(), "no".to_owned()], 60u32);
    let body = sent::<_, mastodon::Mastodon>(mastodon::Post::new().media_ids(["1"]).poll(poll)).await;
    let body = body.replace("%5B", "[").replace("%5D", "]");
    assert_eq!(body, "media_ids[]=1&poll[options][]=yes&poll[options][]=no&poll[expires_in]=60");
}

#[tokio::test]
async fn graphql_and_jsonrpc() {
    // By the declarations themselves: each handler gets the requests that are its own.
    let mock = Mock::new()
        .on(async |get: graphql::GetBook| {
            let mut data = graphql::Data::<graphql::OneBook>::default();
            let mut book = graphql::Book::default();
            book.title = get.variables.id;
            data.data.book = Some(book);
            Ok(data)
        })
        .on(async |_: graphql::RemoveBook| {
            let failure =
                json!({ "data": null, "errors": [{ "message": "no", "extensions": { "code": "NOT_FOUND" } }] });
            Err(Reply::json(200, &failure))
        });
    let client = mock.client::<Client<graphql::Books>>();
    let book = client.call(graphql::GetBook::new(graphql::OfBook::new("7"))).await.unwrap().data.book.unwrap();
    assert_eq!(book.title, "7");
    let error = client.call(graphql::RemoveBook::new(graphql::OfBook::new("7"))).await.unwrap_err();
    assert!(error.is_not_found(), "{error:#}");

    let response = |result: &str| Reply::json(200, &json!({ "jsonrpc": "2.0", "id": 1, "result": result }));
    let mock = Mock::new()
        .on(move |_: jsonrpc::BlockNumber| async move { Err(response("0x10")) })
        .on(move |_: jsonrpc::ChainId| async move { Err(response("0x539")) })
        .on(async |_: jsonrpc::Balance| {
            Err(Reply::json(200, &json!({ "id": 1, "error": { "code": -32602, "message": "invalid argument" } })))
        });
    let client = mock.client::<Client<jsonrpc::Ethereum>>();
    assert_eq!(client.call(jsonrpc::ChainId::new()).await.unwrap().result, "0x539");
    assert_eq!(client.call(jsonrpc::BlockNumber::new()).await.unwrap().result, "0x10");
    let error = client.call(jsonrpc::Balance::new(["0x0".to_owned(), "latest".to_owned()])).await.unwrap_err();
    assert!(error.to_string().contains("invalid argument"), "{error:#}");
}

/// Calls each operation, with a sample, at a server made of its declaration.
struct Each(Vec<tokio::task::JoinHandle<()>>);

impl OperationVisitor for Each {
    fn operation<E>(&mut self)
    where
        E: Endpoint + HostedBy<<E as Endpoint>::Api>,
        E::Format: EncodeResponse<E::Response>,
    {
        self.0.push(tokio::spawn(async {
            let request = sample_request::<E>(Detail::Full).unwrap();
            let mock = Mock::new().on(async |_: E| Ok(E::Format::sample(Detail::Full)));
            let client = mock.client::<Client<E::Api>>().retry(Retry::never());
            let result = client.call(request.clone()).await;
            if E::OPERATION.has_given_url() {
                return;
            }
            if let Err(error) = result {
                panic!("{}: {error:#}", E::OPERATION);
            }
        }));
    }
}

#[tokio::test]
async fn every_operation_is_understood_by_a_server_of_its_declaration() {
    let mut each = Each(Vec::new());
    github::visit_operations(&mut each);
    github::repositories::visit_operations(&mut each);
    stripe::visit_operations(&mut each);
    openai::visit_operations(&mut each);
    s3::visit_operations(&mut each);
    kubernetes::visit_operations(&mut each);
    slack::visit_operations(&mut each);
    mastodon::visit_operations(&mut each);
    graphql::visit_operations(&mut each);
    jsonrpc::visit_operations(&mut each);
    assert_eq!(each.0.len(), 125);
    for call in each.0 {
        call.await.unwrap();
    }
}
