//! The depot's lists, to their true end, however their pages follow each other.

use own_api::depot::*;
use serde_json::{Value, json};
use typed_endpoint::mock::{Mock, Reply};
use typed_endpoint::{Client, HostedBy, Page, Paginated, Retry};

/// A server that responds to each request, by its target and its JSON body.
fn server(respond: impl Fn(&str, Value) -> Reply + Send + Sync + 'static) -> Mock {
    let respond = std::sync::Arc::new(respond);
    Mock::new().fallback(move |request| {
        let respond = respond.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = body.bytes(1 << 20).await.unwrap();
            let target = parts.uri.path_and_query().unwrap().as_str().to_owned();
            respond(&target, serde_json::from_slice(&body).unwrap_or_default())
        }
    })
}

/// The names of all items, or the error behind them; and the targets that were asked for.
async fn names<E>(mock: &Mock, list: E, ahead: usize) -> (Vec<String>, Option<String>, Vec<String>)
where
    E: Paginated + HostedBy<Depot>,
    E::Response: Page<Item = Parcel>,
{
    let client = mock.client::<Client<Depot>>().retry(Retry::never());
    let before = mock.seen().len();
    let mut items = client.pages(list).prefetch(ahead).items();
    let (mut names, mut error) = (Vec::new(), None);
    while let Some(item) = items.next().await {
        match item {
            Ok(parcel) => names.push(parcel.name),
            Err(failure) => error = Some(format!("{failure:#}")),
        }
    }
    (names, error, mock.seen()[before..].iter().map(|parts| parts.uri.path_and_query().unwrap().to_string()).collect())
}

fn parcels(names: &[&str]) -> Value {
    names.iter().map(|name| json!({ "name": name })).collect()
}

#[tokio::test]
async fn a_cursor_has_the_name_that_the_operation_gives_it() {
    let mock = server(|target, _| match target {
        "/since" => {
            Reply::json(200, &parcels(&["a", "b"])).header("link", r#"<https://x.example/since?since=46>; rel="next""#)
        }
        "/since?since=46" => Reply::json(200, &parcels(&["c"])),
        _ => Reply::status(404),
    });
    for ahead in [0, 2] {
        let (names, error, asked) = names(&mock, Since::new(), ahead).await;
        assert_eq!((names.join(""), error), ("abc".to_owned(), None));
        assert_eq!(asked, ["/since", "/since?since=46"]);
    }
    let mock = server(|_, _| Reply::json(200, &parcels(&["a"])).header("link", r#"</since?cursor=46>; rel="next""#));
    let (names, error, _) = names(&mock, Since::new(), 0).await;
    assert_eq!(names, ["a"]);
    assert!(error.unwrap().contains("the link has no parameter `since`"));
}

#[tokio::test]
async fn a_cursor_stands_within_the_json_of_a_query() {
    let mock = server(|target, body| {
        assert_eq!(target, "/graphql");
        assert_eq!((&body["query"], &body["variables"]["first"]), (&json!("{ parcels }"), &json!(2)));
        match body["variables"]["after"].as_str() {
            None => Reply::json(200, &json!({ "items": parcels(&["a", "b"]), "next": "c1" })),
            Some("c1") => Reply::json(200, &json!({ "items": [], "next": "c2" })),
            Some("c2") => Reply::json(200, &json!({ "items": parcels(&["c"]) })),
            Some(other) => panic!("{other}"),
        }
    });
    let list = || Search::new("{ parcels }").variables(Variables::new().first(2u32));
    let (found, error, asked) = names(&mock, list(), 0).await;
    assert_eq!((found.join(""), error, asked.len()), ("abc".to_owned(), None, 3));
    // From the cursor that the request has.
    let (found, error, _) = names(&mock, list().variables(Variables::new().first(2u32).after("c1")), 0).await;
    assert_eq!((found.join(""), error), ("c".to_owned(), None));
}

#[tokio::test]
async fn links_to_the_next_page_are_followed_as_they_are() {
    let page = |name: &str, next: Option<&str>| {
        let links = next.map(|next| json!({ "next": next }));
        Reply::json(200, &json!({ "items": parcels(&[name]), "links": links }))
    };
    let mock = server(move |target, _| match target {
        "/linked?limit=1" => page("a", Some("/other/2?limit=1&token=x%2Fy&more=1")),
        "/other/2?limit=1&token=x%2Fy&more=1" => page("b", Some("?page=3")),
        "/other/2?page=3" => page("c", Some("4")),
        "/other/4" => page("d", Some("http://localhost/five")),
        "/five" => page("e", None).header("link", "</six>; rel=next"),
        "/six" => page("f", None),
        _ => Reply::status(404),
    });
    for ahead in [0, 1, 3] {
        let (names, error, asked) = names(&mock, Linked::new().limit(1), ahead).await;
        assert_eq!((names.join(""), error), ("abcdef".to_owned(), None), "{asked:?}");
        assert_eq!(asked.len(), 6);
    }
    // A later run begins where this one stopped.
    let client = mock.client::<Client<Depot>>();
    let mut pages = client.pages(Linked::new().limit(1));
    pages.next().await.unwrap().unwrap();
    let cursor = pages.cursor().unwrap().to_owned();
    let rest = client.pages(Linked::new().limit(1)).from_cursor(cursor).items().collect().await.unwrap();
    assert_eq!(rest.len(), 5);

    for (link, why) in [
        ("https://evil.example/next", "on another server, https://evil.example"),
        ("https://localhost/next", "on another server, https://localhost"),
        ("ftp://localhost/", "is no URL"),
        ("/linked?limit=1", "the list would never end"),
    ] {
        let mock = server(move |_, _| page("a", Some(link)));
        let (names, error, _) = names(&mock, Linked::new().limit(1), 1).await;
        assert!(!names.is_empty());
        let error = error.unwrap();
        assert!(error.contains(why), "{error}");
        let stays_here = mock.seen().iter().all(|parts| parts.uri.host() == Some("localhost"));
        assert!(stays_here);
    }
    let error = client.pages(Linked::new()).from_cursor("https://evil.example/").next().await.unwrap().unwrap_err();
    assert!(format!("{error:#}").contains("another server"), "{error:#}");
}

#[tokio::test]
async fn a_list_that_continues_after_its_last_item_ends_when_the_server_says_so() {
    let mock = server(|target, _| match target {
        "/after" => Reply::json(200, &json!({ "data": parcels(&["a", "b"]), "has_more": true })),
        "/after?starting_after=b" => Reply::json(200, &json!({ "data": parcels(&["c"]), "has_more": false })),
        _ => Reply::status(404),
    });
    let (found, error, asked) = names(&mock, After::new(), 0).await;
    assert_eq!((found.join(""), error, asked.len()), ("abc".to_owned(), None, 2));

    let mock = server(|_, _| Reply::json(200, &json!({ "data": [], "has_more": true })));
    let (found, error, _) = names(&mock, After::new(), 0).await;
    assert!(found.is_empty());
    assert!(error.unwrap().contains("has more items, but not where the next page begins"));
}

#[tokio::test]
async fn numbered_pages_end_by_what_the_server_says() {
    let numbered = |pages: &'static [&'static [&'static str]], total: Option<u64>, says: bool| {
        server(move |target, _| {
            let number = target.split_once("page_number=").map_or(1, |(_, number)| number.parse().unwrap());
            let page = pages.get(number - 1).copied().unwrap_or_default();
            let has_more = says.then_some(number < pages.len());
            Reply::json(200, &json!({ "data": parcels(page), "has_more": has_more, "total": total }))
        })
    };
    let pages: &'static [&'static [&'static str]] = &[&["a", "b"], &["c"], &["d"]];
    // An empty page, the total, or the server's word ends it.
    for (total, says, requests) in [(None, false, 4), (Some(4), false, 3), (None, true, 3)] {
        let (found, error, asked) = names(&numbered(pages, total, says), Numbered::new(), 0).await;
        assert_eq!((found.join(""), error, asked.len()), ("abcd".to_owned(), None, requests));
    }
    let with_a_gap: &'static [&'static [&'static str]] = &[&["a"], &[], &["b"]];
    let (found, error, _) = names(&numbered(with_a_gap, None, true), Numbered::new(), 0).await;
    assert_eq!((found.join(""), error), ("ab".to_owned(), None));
}
