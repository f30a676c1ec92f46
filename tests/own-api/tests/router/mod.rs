//! Routers of axum, made from the declarations, over sockets.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Extension, State};
use axum::http::{HeaderMap, header};
use own_api::library::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use typed_endpoint::axum::{ApiRouter, Key, Paged, Reply};
use typed_endpoint::sse::Sse;
use typed_endpoint::{Body, Client, Download, Endpoint, ErrorKind, File, Retry};

/// Serves a router below the path of the API's base URL, as its users would.
struct Server {
    address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    async fn new(library: impl Into<Router>) -> Self {
        let app: Router = Router::new().nest("/v2", library.into());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, task }
    }

    fn client(&self) -> Client<Library> {
        Client::new().server(format!("http://{}/v2", self.address)).key("card 7").retry(Retry::never())
    }

    /// The head and the body of the response to a request as text.
    async fn respond(&self, request: &str) -> (String, String) {
        let mut stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.replace('\n', "\r\n").as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    async fn get(&self, line: &str) -> (String, String) {
        self.respond(&format!("{line} HTTP/1.1\nHost: x\nConnection: close\n\n")).await
    }

    async fn send(&self, line: &str, content_type: &str, body: &str) -> (String, String) {
        let len = body.len();
        let head = format!(
            "{line} HTTP/1.1\nHost: x\nConnection: close\nContent-Type: {content_type}\nContent-Length: {len}\n\n"
        );
        let mut request = head.replace('\n', "\r\n");
        request.push_str(body);
        let mut stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn book(id: &str) -> Book {
    Book::new(id, format!("Book {id}"))
}

#[tokio::test]
async fn handlers_take_state_extensions_keys_and_the_peer() {
    type Lent = Arc<Mutex<Vec<String>>>;

    async fn lend(
        State(lent): State<Lent>,
        Extension(branch): Extension<&'static str>,
        ConnectInfo(peer): ConnectInfo<SocketAddr>,
        headers: HeaderMap,
        key: Key<Library>,
        lend: Lend,
    ) -> Result<Option<Loan>, Reply> {
        assert!(peer.ip().is_loopback() && headers.contains_key("user-agent"));
        assert_eq!(format!("{key:?}"), "Key(Secret(…))");
        lent.lock().unwrap().push(format!("{branch} {} {} {}", key.expose(), lend.reader, lend.id.as_str()));
        Ok(lend.days.map(Loan::new))
    }

    let lent = Lent::default();
    let router = ApiRouter::<Library, Lent>::new().on(lend).into_router().layer(Extension("north"));
    let server = Server::new(router.with_state(lent.clone())).await;
    let loan = server.client().call(Lend::new(7, "emma", "Ishmael")).await.unwrap();
    assert_eq!(loan.unwrap().days, 14);
    assert_eq!(*lent.lock().unwrap(), ["north card 7 Ishmael emma"]);
}

#[tokio::test]
async fn a_request_without_a_key_is_refused_before_its_body_is_read() {
    async fn rate(_: Key<Library>, _: Rate) -> Result<(), Reply> {
        Ok(())
    }
    async fn ping(key: Option<Key<Library>>, _: Ping) -> Result<(), Reply> {
        assert!(key.is_none());
        Ok(())
    }
    let server = Server::new(ApiRouter::<Library>::new().on(rate).on(ping)).await;
    let (head, body) = server.send("PUT /v2/books/a/rating", "application/json", "no JSON").await;
    assert!(head.starts_with("HTTP/1.1 401"), "{head}");
    assert_eq!(body, r#"{"Code":401,"Reason":"the request has no key"}"#);
    server.client().call(Ping::new()).await.unwrap();
}

#[tokio::test]
async fn errors_have_the_status_and_the_body_that_are_declared() {
    let router = ApiRouter::<Library>::new().on(async |find: Find| match find.id.as_str() {
        "lost" => Err(FindError::NotFound(Failure { code: 3, reason: "it is lost".into() }))?,
        "banned" => Err(Reply::error(451, "it is banned")),
        "taken" => Err(Failure { code: 4, reason: "it is taken".into() }.into()),
        id => Ok(book(id)),
    });
    let server = Server::new(router).await;
    let find = async |id: &str| server.client().call(Find::new(1, id)).await;
    assert_eq!(find("emma").await.unwrap().title, "Book emma");
    let error = find("lost").await.unwrap_err();
    assert!(matches!(error.body(), Some(FindError::NotFound(failure)) if failure.code == 3), "{error:#}");
    assert_eq!(error.status().unwrap(), 404);
    let error = find("banned").await.unwrap_err();
    assert!(matches!(error.body(), Some(FindError::Gone(_))), "{error:#}");
    // An error body that no arm of an `errors!` gives a status.
    let error = find("taken").await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.message().as_deref()), (500, Some("rule 4: it is taken")));
}

#[tokio::test]
async fn a_request_that_is_not_as_declared_is_refused_in_the_shape_of_the_api() {
    typed_endpoint::endpoint! {
        /// Orders copies.
        pub Order: Library = POST "/order" json { count: u32 [range = 1..=12], } -> ()
    }
    let router = ApiRouter::<Library>::new()
        .on(async |_: Rate| Ok(()))
        .on(async |_: Order| Ok(()))
        .on(async |find: Find| Ok(book(find.id.as_str())));
    let server = Server::new(router).await;
    let status = |(head, body): (String, String)| (head[9..12].to_owned(), body);
    let order = async |body: &str| status(server.send("POST /v2/order", "application/json", body).await);
    let is = |status: &str, reason: &str| (status.to_owned(), format!(r#"{{"Code":{status},"Reason":"{reason}"}}"#));

    assert_eq!(order(r#"{"Count":12}"#).await.0, "204");
    assert_eq!(order(r#"{"Count":13}"#).await, is("422", "`Count` is to be 1 to 12"));
    assert_eq!(order("{}").await, is("422", "`Count` is missing"));
    assert_eq!(order(r#"{"Count":"#).await.0, "400");
    let text = status(server.send("POST /v2/order", "text/plain", r#"{"Count":12}"#).await);
    assert_eq!(text, is("415", "`body` is to be of the content type `application/json`"));
    assert_eq!(status(server.get("GET /v2/shelf/top/book/1").await).0, "422");
    assert_eq!(status(server.get("GET /v2/shelf/1/book/%ff").await).0, "400");
    assert_eq!(status(server.get("GET /v2/attic").await), is("404", "not found"));
    let (head, body) = server.get("DELETE /v2/order").await;
    assert!(head.starts_with("HTTP/1.1 405") && head.to_lowercase().contains("\r\nallow: post"), "{head}");
    assert_eq!(body, is("405", "method not allowed").1);

    let router = ApiRouter::<Library>::new()
        .on(async |_: Order| Ok(()))
        .strict(true)
        .unreadable(|error| Reply::text(418, error.path.clone()));
    let server = Server::new(router).await;
    let strange = status(server.send("POST /v2/order", "application/json", r#"{"Count":1,"Colour":2}"#).await);
    assert_eq!(strange, ("418".to_owned(), "Colour".to_owned()));
}

#[tokio::test]
async fn a_body_is_limited_and_a_file_is_streamed() {
    async fn replace(replace: Replace) -> Result<bytes::Bytes, Reply> {
        let mut body = replace.text.into_body().await.map_err(|error| Reply::error(400, error.to_string()))?;
        let mut len = 0;
        while let Some(chunk) = body.chunk().await.map_err(|error| Reply::error(413, error.to_string()))? {
            len += chunk.len();
        }
        Ok(len.to_string().into())
    }
    let large = || "x".repeat(3 << 20);
    let router = || ApiRouter::<Library>::new().on(replace).on(async |_: Donate| Ok(book("1")));
    let server = Server::new(router()).await;
    let donate = || Donate::new("Emma", File::bytes(large()));
    assert_eq!(server.client().call(donate()).await.unwrap_err().status().unwrap(), 413);
    let replaced = server.client().call(Replace::new("a", File::bytes(large()))).await;
    assert_eq!(replaced.unwrap_err().status().unwrap(), 413);
    let server = Server::new(router().into_router().layer(DefaultBodyLimit::max(4 << 20))).await;
    server.client().call(donate()).await.unwrap();
    let replaced = server.client().call(Replace::new("a", File::bytes(large()))).await.unwrap();
    assert_eq!(replaced, (3 << 20).to_string());
}

/// The path of a file on the server's own disk is not a file that is sent.
#[tokio::test]
async fn a_request_cannot_name_files_of_the_server() {
    typed_endpoint::model! {
        /// Something with a file.
        pub struct Parcel: Library, input {
            /// The file.
            file?: File,
        }
    }
    typed_endpoint::endpoint! {
        /// Sends a parcel.
        pub Send: Library = POST "/parcel" json { parcel: Parcel, } -> text
    }
    let router = ApiRouter::<Library>::new()
        .on(async |donate: Donate| Ok(Book::new("1", format!("{:?}", donate.cover))))
        .on(async |send: Send| Ok(format!("{:?}", send.parcel.file)));
    let server = Server::new(router).await;
    for file in [r#""/etc/hostname""#, r#"{"path":"/etc/hostname"}"#] {
        let json = format!(r#"{{"Parcel":{{"File":{file}}}}}"#);
        let (head, body) = server.send("POST /v2/parcel", "application/json", &json).await;
        assert!(head.starts_with("HTTP/1.1 422"), "{head} {body}");
        // A part without a file name is the content of a file.
        let part = |name: &str, text: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let form = format!("{}{}--b--\r\n", part("Title", "a"), part("Cover", file));
        let (head, body) = server.send("POST /v2/books", "multipart/form-data; boundary=b", &form).await;
        assert!(head.starts_with("HTTP/1.1 200") && !body.contains("path"), "{head} {body}");
        assert!(body.contains(&format!("len: {}", file.len())), "{body}");
    }
}

#[tokio::test]
async fn lists_have_the_headers_of_their_pages() {
    typed_endpoint::endpoint! {
        /// Lists names.
        pub Names: Library = GET "/names" query {
            starting?: String,
            page_size?: u32,
            after?: String,
        } -> Vec<String>, paged
    }
    let router = ApiRouter::<Library>::new().on_page(async |names: Names| {
        assert_eq!(names.starting.as_deref(), Some("a&b"));
        Ok(match names.after.as_deref() {
            None => Paged::new(vec!["a".to_owned()]).next("2 & 3".to_owned()),
            Some(after) => Paged::new(vec![after.to_owned()]),
        })
    });
    let server = Server::new(router).await;
    let mut names = server.client().pages(Names::new().starting("a&b").page_size(1)).items();
    let mut all = Vec::new();
    while let Some(name) = names.next().await {
        all.push(name.unwrap());
    }
    assert_eq!(all, ["a", "2 & 3"]);
    let (head, _) = server.get("GET /v2/names?Starting=a%26b&PageSize=1").await;
    assert!(head.contains(r#"link: <?Starting=a%26b&PageSize=1&After=2%20%26%203>; rel="next""#), "{head}");
}

#[tokio::test]
async fn responses_have_headers_events_and_streams() {
    struct Headlines(u8);

    impl futures_core::Stream for Headlines {
        type Item = Result<News, std::io::Error>;

        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            self.0 += 1;
            std::task::Poll::Ready(match self.0 {
                1 | 2 => {
                    let mut news = News::default();
                    news.headline = format!("line {}\nof two", self.0);
                    Some(Ok(news))
                }
                // What was before is sent first.
                3 => {
                    cx.waker().wake_by_ref();
                    return std::task::Poll::Pending;
                }
                _ => Some(Err(std::io::Error::other("the press is broken"))),
            })
        }
    }

    let router = ApiRouter::<Library>::new()
        .on_with_headers(async |_: Donate| Ok(([(header::LOCATION, "/v2/books/1")], book("1"))))
        .on(async |_: Read| Ok(Download::from(Body::reader(&b"Call me Ishmael."[..]))))
        .on(async |_: Replace| Ok("of the same path".into()))
        .on(async |_: Watch| Ok(Sse::from_stream(Headlines(0))));
    let server = Server::new(router).await;
    let donated = server.client().call(Donate::new("a", File::bytes("b"))).with_response().await.unwrap();
    assert_eq!(donated.headers["location"], "/v2/books/1");
    assert_eq!(donated.headers["content-type"], "application/json");
    assert_eq!(server.client().call(Read::new("a")).await.unwrap().bytes().await.unwrap(), "Call me Ishmael.");
    assert_eq!(server.client().call(Replace::new("a", File::bytes("b"))).await.unwrap(), "of the same path");
    let failed = server.client().call(Watch::new()).await.unwrap().collect().await.unwrap_err();
    let headlines: Vec<_> = failed.items.iter().map(|news| news.headline.as_str()).collect();
    assert_eq!(headlines, ["line 1\nof two", "line 2\nof two"]);
    let (head, _) = server.get("GET /v2/news").await;
    assert!(head.contains("content-type: text/event-stream") && head.contains("cache-control: no-cache"), "{head}");
}

#[tokio::test]
async fn a_handler_that_panics_says_nothing_to_the_caller() {
    let router = ApiRouter::<Library>::new().on(async |find: Find| match find.id.as_str() {
        "bad" => panic!("the password is 12345"),
        id => Ok(book(id)),
    });
    let server = Server::new(router).await;
    let error = server.client().call(Find::new(1, "bad")).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 500);
    assert_eq!(error.message().as_deref(), Some("rule 500: internal server error"));
    assert!(server.client().call(Find::new(1, "good")).await.is_ok());
}

#[tokio::test]
async fn the_document_has_the_operations_that_are_served() {
    let router = ApiRouter::<Library>::new()
        .on(async |find: Find| Ok(book(find.id.as_str())))
        .on(async |_: Donate| Ok(book("1")))
        .openapi("/openapi.json");
    assert_eq!(format!("{router:?}"), r#"ApiRouter {"library::Find", "library::Donate"}"#);
    assert_eq!(router.operations().map(|operation| operation.name).collect::<Vec<_>>(), ["Find", "Donate"]);
    let server = Server::new(router).await;
    let (head, body) = server.get("GET /v2/openapi.json").await;
    assert!(head.contains("content-type: application/json"), "{head}");
    let document: serde_json::Value = serde_json::from_str(&body).unwrap();
    let paths: Vec<_> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths, ["/books", "/shelf/{shelf}/book/{id}"]);
    assert!(document["paths"]["/books"].get("get").is_none());
}

/// The smallest cases of what random requests have found.
#[tokio::test]
async fn headers_and_file_names_arrive_as_they_were_sent() {
    let router = ApiRouter::<Library>::new()
        .on(async |search: Search| {
            let mut found = Found::default();
            found.next_after = search.language;
            Ok(found)
        })
        .on(async |donate: Donate| Ok(Book::new("1", donate.cover.file_name().into_owned())));
    let server = Server::new(router).await;
    for language in ["é", "日本", "", "a b", "a\tb"] {
        let found = server.client().call(Search::new("sea").language(language)).await.unwrap();
        assert_eq!(found.next_after.as_deref(), Some(language));
    }
    // Whoever receives it would remove the space.
    for language in [" a", "a\t"] {
        let error = server.client().call(Search::new("sea").language(language)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{error:#}");
        assert!(format!("{error:#}").contains("can neither begin nor end with a space"), "{error:#}");
    }
    for name in ["a \"b\".png", "日本.png", "a;b=c.png", "a\\b.png"] {
        let donate = Donate::new("a", File::bytes("b").name(name));
        assert_eq!(server.client().call(donate).await.unwrap().title, name);
    }
}

/// Below the prefix that the archive has it at.
#[tokio::test]
async fn an_operation_of_another_api_is_served_where_it_is_hosted() {
    let router = ApiRouter::<Archive>::new().on(async |_: Read| Ok(Download::from(Body::from("old")))).into_router();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::<Archive>::new().server(format!("http://{}", listener.local_addr().unwrap())).key("7");
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    assert_eq!(client.call(Read::new("a")).await.unwrap().bytes().await.unwrap(), "old");
    assert_eq!(Read::OPERATION.api, "Library");
}

/// Paths with slashes, forms with objects, responses by status, keys of both parts.
#[tokio::test]
async fn all_that_a_declaration_can_say_is_served() {
    use own_api::depot::{Accounts, Depot, Parcel, PatchFile, PatchFileHeaders, Ship, Weigh, WeighOutcome};
    use typed_endpoint::WithHeaders;

    let shipped = Arc::new(Mutex::new(None));
    let seen = shipped.clone();
    let depot: Router = ApiRouter::<Depot>::new()
        .on(async |key: Key<Depot>, patch: PatchFile| {
            let headers = PatchFileHeaders::new(key.expose()).warning(["old"]);
            Ok::<_, Reply>(WithHeaders::new(Parcel::new(patch.path), headers))
        })
        .on(async |weigh: Weigh| match weigh.id.as_str() {
            "1" => Ok::<_, Reply>(WeighOutcome::Weighed(Parcel::new("1"))),
            _ => Ok(WeighOutcome::Missing("no such parcel".to_owned())),
        })
        .on(move |ship: Ship| {
            *seen.lock().unwrap() = Some(ship);
            async { Ok::<_, Reply>(()) }
        })
        .into();
    let server = Server::new(depot).await;
    let client = Client::<Depot>::new().server(format!("http://{}/v2", server.address)).key("7").retry(Retry::never());
    let patched = client.call(PatchFile::new("a b/c/é", Parcel::new("x"))).await.unwrap();
    assert_eq!((patched.value.name.as_str(), patched.headers.etag.as_str()), ("a b/c/é", "7"));
    assert_eq!(patched.headers.warning, Some(vec!["old".to_owned()]));
    assert!(matches!(client.call(Weigh::new("1")).await.unwrap(), WeighOutcome::Weighed(_)));
    assert!(matches!(client.call(Weigh::new("2")).await.unwrap(), WeighOutcome::Missing(_)));
    let ship = Ship::new(Parcel::new("x")).sizes([1, 2]).filter([("a", "b")]).metadata([("c", 3_u32)]);
    client.call(ship.clone()).await.unwrap();
    assert_eq!(format!("{:?}", shipped.lock().unwrap().take().unwrap()), format!("{ship:?}"));

    let accounts: Router = ApiRouter::<Accounts>::new()
        .on(async |key: Key<Accounts>, _: own_api::depot::IssueToken| {
            assert_eq!(key.expose(), "me:pass:word");
            Err::<own_api::depot::Issued, _>(Reply::error(403, "not today"))
        })
        .into();
    let server = Server::new(accounts).await;
    let client = Client::<Accounts>::new().server(format!("http://{}/v2", server.address)).key("me:pass:word");
    let issue = own_api::depot::IssueToken::new();
    assert!(client.call(issue).await.unwrap_err().is_forbidden());
    let (head, _) = server.send("POST /v2/token", "application/x-www-form-urlencoded", "grant_type=x").await;
    assert!(head.starts_with("HTTP/1.1 401") && head.contains("www-authenticate: Basic"), "{head}");
}

/// A stack overflow would end the whole server, not only the request.
#[tokio::test]
async fn a_name_of_a_hundred_thousand_levels_is_an_unreadable_request() {
    use own_api::depot::{Depot, Ship};

    let depot: Router = ApiRouter::<Depot>::new().on(async |_: Ship| Ok::<_, Reply>(())).into();
    let server = Server::new(depot).await;
    let ship = async |query: &str, form: &str| {
        let line = format!("POST /v2/parcels{query}");
        let (head, _) = server.send(&line, "application/x-www-form-urlencoded", form).await;
        head[9..12].to_owned()
    };
    let form = |name: String| format!("parcel[name]=a&{name}=1");
    assert_eq!(ship("", &form("metadata[a]".to_owned())).await, "204");
    // Neither an object's name, nor a member of an unknown one, nor the items of a list of lists.
    for part in ["[a]", "[]", "[0]"] {
        assert_eq!(ship("", &form(format!("metadata{}", part.repeat(100_000)))).await, "422", "{part}");
        assert_eq!(ship("", &form(format!("parcel{}", part.repeat(100_000)))).await, "422", "{part}");
    }
    // The largest target that a server takes has 64 KiB.
    let parcel = form("metadata[a]".to_owned());
    assert_eq!(ship(&format!("?filter{}=1", ".a".repeat(30_000)), &parcel).await, "422");
    assert_eq!(ship(&format!("?expand{}=1", "[]".repeat(30_000)), &parcel).await, "422");
}

#[tokio::test]
async fn the_link_to_the_next_page_has_the_operations_own_parameter_and_no_key() {
    use own_api::depot::{Collection, Depot, Linked, Parcel, Since};

    typed_endpoint::endpoint! {
        /// Lists names.
        pub Names: Archive = GET "/names" query { starting?: String, cursor?: String } -> Vec<String>, paged
    }
    let depot: Router = ApiRouter::<Depot>::new()
        .on_page(async |since: Since| {
            let at = since.since.unwrap_or(0);
            let page = Paged::new(vec![Parcel::new(at.to_string())]);
            Ok::<_, Reply>(page.next((at < 3).then(|| (at + 1).to_string())))
        })
        .on_page(async |linked: Linked| {
            let mut page = Collection::default();
            page.items = vec![Parcel::new(linked.limit.unwrap_or(0).to_string())];
            let next = linked.limit.is_none().then(|| "/v2/linked?limit=7".to_owned());
            Ok::<_, Reply>(Paged::new(page).next(next))
        })
        .into();
    let server = Server::new(depot).await;
    let client = Client::<Depot>::new().server(format!("http://{}/v2", server.address)).key("7").retry(Retry::never());
    let mut all = Vec::new();
    let mut parcels = client.pages(Since::new()).items();
    while let Some(parcel) = parcels.next().await {
        all.push(parcel.unwrap().name);
    }
    let mut parcels = client.pages(Linked::new()).items();
    while let Some(parcel) = parcels.next().await {
        all.push(parcel.unwrap().name);
    }
    assert_eq!(all, ["0", "1", "2", "3", "0", "7"]);
    // However the cursor of this page is encoded.
    let (head, _) = server.get("GET /v2/since?%73ince=1&x=y").await;
    assert!(head.contains(r#"link: <?x=y&since=2>; rel="next""#), "{head}");

    let archive: Router = ApiRouter::<Archive>::new()
        .on_page(async |_: Key<Archive>, names: Names| {
            let next = names.cursor.is_none().then(|| "b".to_owned());
            Ok::<_, Reply>(Paged::new(vec![names.cursor.unwrap_or_else(|| "a".to_owned())]).next(next))
        })
        .into();
    let server = Server::new(archive).await;
    let client = Client::<Archive>::new().server(format!("http://{}/v2", server.address)).key("secret");
    let names = client.pages(Names::new()).items().collect().await.unwrap();
    assert_eq!(names, ["a", "b"]);
    for query in ["card=secret&starting=c", "starting=c&c%61rd=secret"] {
        let (head, _) = server.get(&format!("GET /v2/names?{query}")).await;
        assert!(head.contains(r#"link: <?starting=c&cursor=b>; rel="next""#), "{head}");
    }
}

#[tokio::test]
async fn lines_are_sent_as_lines_whatever_they_were_made_of() {
    use own_api::depot::{Depot, Follow, Parcel};

    struct Parcels(u8);

    impl futures_core::Stream for Parcels {
        type Item = Result<Parcel, std::io::Error>;

        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            self.0 += 1;
            std::task::Poll::Ready(match self.0 {
                1 => Some(Ok(Parcel::new("one\r\ndata: "))),
                // More than a client takes of a foreign server.
                2 => Some(Ok(Parcel::new("2".repeat(3 << 20)))),
                _ => Some(Err(std::io::Error::other("the depot is closed"))),
            })
        }
    }

    let events =
        || Body::from("event: x\ndata: {\"name\":\ndata: \"a\"}\n\ndata: {\"name\":\"b\"}\n\ndata: unfinished");
    let lines = || Body::from("{\"name\":\"a\"}\n\n{\"name\":\"b\"}");
    let names = async |sse: Sse<Parcel>| {
        let parcels = sse.max_event(usize::MAX).collect().await.map_err(|error| error.items);
        let names = |parcels: Vec<Parcel>| parcels.into_iter().map(|parcel| parcel.name).collect::<Vec<_>>();
        parcels.map(names).map_err(names)
    };
    type Made = Box<dyn Fn() -> Sse<Parcel> + Send + Sync>;
    let made: [(Made, _, &str); 3] = [
        (Box::new(|| Sse::from_stream(Parcels(0))), Err(vec!["one\r\ndata: ".to_owned(), "2".repeat(3 << 20)]), ""),
        (Box::new(move || Sse::new(events())), Ok(vec!["a".into(), "b".into()]), "{\"name\": \"a\"}\n"),
        (Box::new(move || Sse::of_lines(lines())), Ok(vec!["a".into(), "b".into()]), "{\"name\":\"a\"}\n"),
    ];
    for (sse, expected, beginning) in made {
        let sse = Arc::new(sse);
        let follow = sse.clone();
        let depot: Router = ApiRouter::<Depot>::new()
            .on(move |_: Follow| {
                let sse = follow();
                async { Ok::<_, Reply>(sse) }
            })
            .into();
        let server = Server::new(depot).await;
        let client = Client::<Depot>::new().server(format!("http://{}/v2", server.address)).key("7");
        // Without showing megabytes.
        assert!(names(client.call(Follow::new()).await.unwrap()).await == expected, "{beginning}");
        if !beginning.is_empty() {
            let (head, body) = server.get("GET /v2/follow").await;
            assert!(head.contains("content-type: application/x-ndjson") && body.contains(beginning), "{head} {body}");
        }
        // And events as events.
        let watch: Router = ApiRouter::<Depot>::new()
            .on(move |_: Happenings| {
                let sse = sse();
                async { Ok::<_, Reply>(sse) }
            })
            .into();
        let server = Server::new(watch).await;
        let client = Client::<Depot>::new().server(format!("http://{}/v2", server.address)).key("7");
        assert!(names(client.call(Happenings::new()).await.unwrap()).await == expected, "{beginning}");
    }
    typed_endpoint::endpoint! {
        /// Follows what happens.
        pub Happenings: Depot = GET "/happenings" -> sse Parcel
    }

    let server = typed_endpoint::mock::fake::<Depot>().listen().await.unwrap();
    let client = server.client::<Client<Depot>>().retry(Retry::never());
    assert_eq!(names(client.call(Follow::new()).await.unwrap()).await, Ok(vec!["name".to_owned()]));
}
