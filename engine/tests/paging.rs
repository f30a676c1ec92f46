//! Lists in pages, against servers that page in every way and badly: a list ends where the API says, or with an error.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use typed_endpoint::{Api, Case, Client, Error, HostedBy, Page, Paginated, Retry, Unmapped, endpoint, model};

/// An API whose lists are paged in every way.
pub struct Shop;

impl Api for Shop {
    const NAME: &'static str = "Shop";
    const SERVERS: &'static [&'static str] = &["https://shop.example"];
    const CASE: Case = Case::Snake;
    const TOTAL: Option<&'static str> = Some("x-total-count");
    type Error = Unmapped;
}

/// One that counts pages from 0, and knows how long they may be.
pub struct Zero;

impl Api for Zero {
    const NAME: &'static str = "Zero";
    const SERVERS: &'static [&'static str] = &["https://zero.example"];
    const CASE: Case = Case::Snake;
    const CURSOR: &'static str = "page";
    const LIMIT: &'static str = "per_page";
    const MAX_LIMIT: Option<usize> = Some(2);
    const FIRST_PAGE: u64 = 0;
    type Error = Unmapped;
}

/// One that tells of pages that are not there.
pub struct Vague;

impl Api for Vague {
    const NAME: &'static str = "Vague";
    const SERVERS: &'static [&'static str] = &["https://vague.example"];
    const CASE: Case = Case::Snake;
    const TOTAL: Option<&'static str> = Some("x-total-count");
    const EMPTY_PAGE_ENDS: bool = true;
    type Error = Unmapped;
}

model! {
    /// A page that tells where the next begins.
    pub struct Found: Shop {
        /// What was found.
        items: Vec<u32>,
        /// Where the next page begins.
        next?: String,
    }
}

impl Page for Found {
    type Item = u32;

    fn len(&self) -> usize {
        self.items.len()
    }

    fn into_items(self) -> Vec<u32> {
        self.items
    }

    fn next_cursor(&self) -> Option<String> {
        self.next.clone()
    }
}

endpoint! {
    /// Finds.
    pub Find: Shop = GET "/find" query { cursor?: String } -> Found, paged
}
endpoint! {
    /// Finds, by a query that does not declare its cursor.
    pub FindMore: Shop = GET "/find" -> Found, paged
}
endpoint! {
    /// Finds, by JSON.
    pub FindJson: Shop = POST "/find" json { text: String, cursor?: String } -> Found, paged, retryable
}
endpoint! {
    /// Finds, by JSON with a number in it.
    pub FindNumber: Shop = POST "/find" json { text: String, cursor?: u64 } -> Found, paged, retryable
}
endpoint! {
    /// Finds, by a form.
    pub FindForm: Shop = POST "/find" form { text: String, cursor?: String } -> Found, paged, retryable
}
endpoint! {
    /// Finds, by a header.
    pub FindHeader: Shop = GET "/find" headers { cursor?: String } -> Found, paged
}
endpoint! {
    /// Lists by links.
    pub Linked: Shop = GET "/linked" query { cursor?: String } -> Vec<u32>, paged
}
endpoint! {
    /// Lists by offset.
    pub Offset: Shop = GET "/offset" query { limit?: u32, cursor?: String } -> Vec<u32>, paged(Offset)
}
endpoint! {
    /// Lists by number.
    pub Number: Shop = GET "/number" query { limit?: u32, cursor?: u64 } -> Vec<u32>, paged(Number)
}
endpoint! {
    /// Lists by number, in a JSON body.
    pub NumberJson: Shop = POST "/number" json { text: String, cursor?: u64 } -> Vec<u32>, paged(Number), retryable
}
endpoint! {
    /// Lists by number, from 0.
    pub FromZero: Zero = GET "/zero" query { per_page?: u32, page?: u64 } -> Vec<u32>, paged(Number)
}
endpoint! {
    /// Lists by links that may lead nowhere.
    pub Leads: Vague = GET "/leads" -> Vec<u32>, paged
}

/// A response: its header lines and its body.
type Reply = (String, String);

/// A request: its line, its headers' lines, its body.
#[derive(Clone, Debug)]
struct Asked {
    line: String,
    head: String,
    body: String,
}

type Seen = Arc<Mutex<Vec<Asked>>>;

/// Serves over a socket; the handler is given each request and how many came before it.
async fn serve(handler: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> (String, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Seen::default();
    let own = seen.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
            stream.read_exact(&mut body).await.unwrap();
            let line = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
            let asked = Asked { line, head, body: String::from_utf8(body).unwrap() };
            let nth = own.lock().unwrap().len();
            own.lock().unwrap().push(asked.clone());
            assert!(nth < 500, "the list does not end");
            let (headers, body) = handler(&asked, nth);
            let length = body.len();
            let text = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"
            );
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (url, seen)
}

fn client<A: Api>(url: &str) -> Client<A> {
    Client::<A>::new().key("the-key").server(url).retry(Retry::never())
}

fn reply(body: &str) -> Reply {
    (String::new(), body.to_owned())
}

/// Pages one after the other, whatever is asked for; the last again and again.
fn script(pages: &'static [&'static str]) -> impl Fn(&Asked, usize) -> Reply + Send + Sync {
    move |_, nth| reply(pages[nth.min(pages.len() - 1)])
}

/// The items that came, and why no more did.
async fn all<A: Api, E: Paginated + HostedBy<A>>(client: &Client<A>, list: E) -> (Vec<u32>, Option<String>)
where
    E::Response: Page<Item = u32>,
{
    let mut items = client.pages(list).items();
    let mut got = Vec::new();
    loop {
        match items.next().await {
            Some(Ok(item)) => got.push(item),
            Some(Err(error)) => {
                let error: Error = error.into();
                assert!(items.next().await.is_none(), "it continues after an error");
                return (got, Some(format!("{error:#}")));
            }
            None => return (got, None),
        }
    }
}

#[tokio::test]
async fn an_empty_page_in_the_middle_is_not_the_end() {
    let pages =
        [r#"{"items":[],"next":"a"}"#, r#"{"items":[1],"next":"b"}"#, r#"{"items":[],"next":"c"}"#, r#"{"items":[2]}"#];
    let (url, seen) = serve(move |_, nth| reply(pages[nth])).await;
    assert_eq!(all(&client::<Shop>(&url), Find::new()).await, (vec![1, 2], None));
    assert_eq!(seen.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn where_the_api_says_so_an_empty_page_or_the_total_is_the_end() {
    let link = |nth: usize| format!("link: </leads?cursor={nth}>; rel=\"next\"\r\n");
    let (url, seen) = serve(move |_, nth| (link(nth), ["[1]", "[]"][nth].into())).await;
    assert_eq!(all(&client::<Vague>(&url), Leads::new()).await, (vec![1], None));
    assert_eq!(seen.lock().unwrap().len(), 2);

    let (url, seen) = serve(move |_, nth| (link(nth) + "x-total-count: 2\r\n", ["[1]", "[2]"][nth].into())).await;
    assert_eq!(all(&client::<Vague>(&url), Leads::new()).await, (vec![1, 2], None));
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn cursors_that_go_in_circles_end_with_an_error_after_what_came() {
    let first = r#"{"items":[1],"next":"a"}"#;
    let (to_b, to_a, empty) =
        (r#"{"items":[2],"next":"b"}"#, r#"{"items":[3],"next":"a"}"#, r#"{"items":[],"next":""}"#);
    for (pages, items, requests) in [
        (&[first, first][..], vec![1, 1], 2),
        (&[first, to_b, to_a], vec![1, 2, 3], 3),
        (&[first, to_b, r#"{"items":[],"next":"a"}"#], vec![1, 2], 3),
        (&[first, empty], vec![1], 2),
        (&[r#"{"items":[1],"next":""}"#], vec![1], 1),
    ] {
        let own = pages.to_vec();
        let (url, seen) = serve(move |_, nth| reply(own[nth])).await;
        let (got, error) = all(&client::<Shop>(&url), Find::new()).await;
        assert_eq!(got, items, "{pages:?}");
        let error = error.unwrap_or_else(|| panic!("{pages:?}: no error"));
        assert!(error.contains("next page"), "{error:#}");
        assert_eq!(seen.lock().unwrap().len(), requests, "{pages:?}");
    }
    // The cursor that the caller begins at counts, too.
    let (url, seen) = serve(move |_, nth| reply([first, to_b, to_a][nth])).await;
    let (got, error) = all(&client::<Shop>(&url), Find::new().cursor("b")).await;
    assert_eq!((got, error.is_some(), seen.lock().unwrap().len()), (vec![1, 2], true, 2));
}

#[tokio::test]
async fn many_cursors_are_remembered_and_a_long_circle_is_found() {
    let (url, seen) = serve(|_, nth| reply(&format!(r#"{{"items":[1],"next":"{}"}}"#, nth % 300))).await;
    let (got, error) = all(&client::<Shop>(&url), Find::new()).await;
    assert_eq!((got.len(), seen.lock().unwrap().len()), (301, 301));
    assert!(error.unwrap().contains("never end"));
}

#[tokio::test]
async fn a_link_to_the_next_page_without_the_cursor_is_an_error() {
    for link in [
        "</linked?since=46>; rel=next",
        "</linked>; rel=next",
        "</linked?cursor=>; rel=next",
        "</linked?Cursor=1>; rel=next",
    ] {
        let (url, _) = serve(move |_, _| (format!("link: {link}\r\n"), "[1,2]".into())).await;
        let (got, error) = all(&client::<Shop>(&url), Linked::new()).await;
        assert_eq!(got, [1, 2]);
        assert!(error.unwrap().contains("next page"), "{link}");
    }
    for link in ["</linked?since=46>; rel=prev", "</linked?cursor=1>; rel=last"] {
        let (url, _) = serve(move |_, _| (format!("link: {link}\r\n"), "[1,2]".into())).await;
        assert_eq!(all(&client::<Shop>(&url), Linked::new()).await, (vec![1, 2], None));
    }
}

#[tokio::test]
async fn the_cursor_stands_where_its_field_does() {
    static PAGES: &[&str] = &[r#"{"items":[1],"next":"7&"}"#, r#"{"items":[2]}"#];
    let (url, seen) = serve(script(PAGES)).await;
    let shop = client::<Shop>(&url);
    assert_eq!(all(&shop, FindJson::new("x").cursor("0")).await.0, [1, 2]);
    let asked = seen.lock().unwrap().clone();
    assert_eq!(asked[0].body, r#"{"text":"x","cursor":"0"}"#);
    assert_eq!((&*asked[1].line, &*asked[1].body), ("POST /find", r#"{"text":"x","cursor":"7&"}"#));

    let (url, seen) = serve(script(PAGES)).await;
    assert_eq!(all(&client::<Shop>(&url), FindForm::new("x")).await.0, [1, 2]);
    let asked = seen.lock().unwrap().clone();
    assert_eq!((&*asked[0].body, &*asked[1].body, &*asked[1].line), ("text=x", "text=x&cursor=7%26", "POST /find"));

    let (url, seen) = serve(script(PAGES)).await;
    assert_eq!(all(&client::<Shop>(&url), FindHeader::new()).await.0, [1, 2]);
    let asked = seen.lock().unwrap().clone();
    assert!(asked[1].head.contains("\r\ncursor: 7&\r\n") && asked[1].line == "GET /find", "{asked:?}");

    for more in [false, true] {
        let (url, seen) = serve(script(PAGES)).await;
        let got = match more {
            true => all(&client::<Shop>(&url), FindMore::new()).await,
            false => all(&client::<Shop>(&url), Find::new().cursor("0")).await,
        };
        assert_eq!(got.0, [1, 2]);
        assert_eq!(seen.lock().unwrap()[1].line, "GET /find?cursor=7%26");
    }

    // A number stays a number in JSON.
    let (url, seen) = serve(script(&[r#"{"items":[1],"next":"7"}"#, r#"{"items":[2]}"#])).await;
    assert_eq!(all(&client::<Shop>(&url), FindNumber::new("x")).await.0, [1, 2]);
    assert_eq!(seen.lock().unwrap()[1].body, r#"{"text":"x","cursor":7}"#);
    let (url, seen) = serve(script(&["[1]", "[2]", "[]"])).await;
    assert_eq!(all(&client::<Shop>(&url), NumberJson::new("x")).await.0, [1, 2]);
    assert_eq!(seen.lock().unwrap()[1].body, r#"{"text":"x","cursor":2}"#);
}

/// The cursor of a query, as a number.
fn cursor_of(asked: &Asked, name: &str) -> Option<usize> {
    let (_, query) = asked.line.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
}

#[tokio::test]
async fn pages_are_counted() {
    let number = |asked: &Asked, _: usize| {
        let page = cursor_of(asked, "cursor").unwrap_or(1) - 1;
        reply(["[1,2]", "[3,4]", "[5]"].get(page).unwrap_or(&"[]"))
    };
    let (url, seen) = serve(number).await;
    assert_eq!(all(&client::<Shop>(&url), Number::new()).await, (vec![1, 2, 3, 4, 5], None));
    let lines: Vec<_> = seen.lock().unwrap().iter().map(|asked| asked.line.clone()).collect();
    assert_eq!(lines, ["GET /number", "GET /number?cursor=2", "GET /number?cursor=3", "GET /number?cursor=4"]);
    // From a page of the caller's on.
    assert_eq!(all(&client::<Shop>(&url), Number::new().cursor(2u64)).await, (vec![3, 4, 5], None));
    let mut pages = client::<Shop>(&url).pages(Number::new());
    pages.next().await.unwrap().unwrap();
    let rest = client::<Shop>(&url).pages(Number::new()).from_cursor(pages.cursor().unwrap());
    assert_eq!(rest.items().collect().await.unwrap(), [3, 4, 5]);

    // Where a full page is known, one that is not full is the last.
    let (url, seen) =
        serve(|asked, _| reply(["[1,2]", "[3,4]", "[5]"].get(cursor_of(asked, "page").unwrap_or(0)).unwrap_or(&"[]")))
            .await;
    assert_eq!(all(&client::<Zero>(&url), FromZero::new().per_page(100u32)).await, (vec![1, 2, 3, 4, 5], None));
    assert_eq!(seen.lock().unwrap().last().unwrap().line, "GET /zero?per_page=100&page=2");
}

#[tokio::test]
async fn short_pages_in_the_middle_do_not_end_a_counted_list() {
    let (url, _) = serve(script(&["[1,2]", "[3]", "[4,5]", "[]"])).await;
    assert_eq!(all(&client::<Shop>(&url), Number::new()).await, (vec![1, 2, 3, 4, 5], None));
    let (url, seen) = serve(script(&["[1,2]", "[3]", "[4,5]", "[]"])).await;
    assert_eq!(all(&client::<Shop>(&url), Offset::new().limit(2u32)).await, (vec![1, 2, 3, 4, 5], None));
    let lines: Vec<_> = seen.lock().unwrap().iter().filter_map(|asked| cursor_of(asked, "cursor")).collect();
    assert_eq!(lines, [2, 3, 5]);
}

#[tokio::test]
async fn a_total_saves_the_last_request_and_never_a_page() {
    for (total, requests) in [("3", 2), ("4", 3), ("2", 3), ("0", 3), ("-1", 3), ("x", 3)] {
        let total_of = move |nth: usize| if total == "2" && nth == 0 { "1" } else { total };
        let (url, seen) =
            serve(move |_, nth| (format!("x-total-count: {}\r\n", total_of(nth)), ["[1,2]", "[3]", "[]"][nth].into()))
                .await;
        assert_eq!(all(&client::<Shop>(&url), Offset::new()).await, (vec![1, 2, 3], None), "{total}");
        assert_eq!(seen.lock().unwrap().len(), requests, "{total}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_know_the_parameter_ends_with_an_error() {
    let (url, seen) = serve(script(&["[1,2]"])).await;
    let (got, error) = all(&client::<Shop>(&url), Number::new()).await;
    assert!(error.unwrap().contains("same page"));
    assert_eq!(got, [1, 2, 1, 2, 1, 2]);
    assert_eq!(seen.lock().unwrap().len(), 3);
    let (url, _) = serve(script(&["[1,2]"])).await;
    assert!(all(&client::<Shop>(&url), Offset::new()).await.1.is_some());
}

#[tokio::test]
async fn what_cannot_be_counted_on_is_an_error_and_never_the_beginning() {
    let last = u64::MAX.to_string();
    for cursor in ["abc", "-1", "", &last] {
        let (url, seen) = serve(script(&["[1,2]", "[3]", "[]"])).await;
        let (got, error) = all(&client::<Shop>(&url), Offset::new().cursor(cursor)).await;
        assert_eq!(got, [1, 2], "{cursor}");
        assert!(error.unwrap().contains("counted"), "{cursor}");
        assert_eq!(seen.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_limit_or_cursor_set_for_the_call_counts() {
    let (url, seen) = serve(script(&["[1]", "[2]", "[]"])).await;
    let zero = client::<Zero>(&url);
    let pages = zero.pages(FromZero::new().per_page(2u32)).with(|call| call.query("per_page", 1).query("page", 4));
    assert_eq!(pages.items().collect().await.unwrap(), [1, 2]);
    let lines: Vec<_> = seen.lock().unwrap().iter().map(|asked| asked.line.clone()).collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].contains("page=5") && !lines[1].contains("page=4"), "{lines:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a server tells, the list ends, and without an error only where the server said so.
    #[test]
    fn no_list_is_silently_short_or_without_end(
        pages in prop::collection::vec((0usize..3, prop::option::of(0usize..8)), 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let own = pages.clone();
            let (url, seen) = serve(move |asked, _| {
                let at = cursor_of(asked, "cursor").unwrap_or(0);
                let (len, next) = own.get(at).copied().unwrap_or((0, None));
                let items: Vec<_> = (0..len).map(|item| at * 10 + item).collect();
                let next = next.map_or("null".into(), |next| format!("\"{next}\""));
                reply(&format!("{{\"items\":{items:?},\"next\":{next}}}"))
            })
            .await;
            let (got, error) = all(&client::<Shop>(&url), Find::new()).await;
            // The same by hand.
            let (mut at, mut expected, mut been, mut circle) = (0, Vec::new(), Vec::new(), false);
            loop {
                let (len, next) = pages.get(at).copied().unwrap_or((0, None));
                expected.extend((0..len).map(|item| (at * 10 + item) as u32));
                match next {
                    None => break,
                    Some(next) if been.contains(&next) => {
                        circle = true;
                        break;
                    }
                    Some(next) => been.push(next),
                }
                at = next.unwrap();
            }
            assert_eq!((got, error.is_some()), (expected, circle), "{pages:?}");
            assert_eq!(seen.lock().unwrap().len(), been.len() + 1);
        });
    }
}
