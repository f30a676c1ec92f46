//! Servers of lists in pages, honest or not: cursors in the body or in a link, pages counted by the client.
//!
//! Input: how the list is paged; then two bytes for each page: how many items it holds, and which page is next.

#![no_main]

use std::sync::{Arc, Mutex};

use http::header::LINK;
use libfuzzer_sys::fuzz_target;
use tokio::runtime::Runtime;
use typed_endpoint::{
    Api, Body, BoxFuture, Case, Client, Error, HostedBy, Page, Paginated, Retry, Transport, TransportError, Unmapped,
    endpoint, model,
};

/// An API of lists.
pub struct Lists;

impl Api for Lists {
    const NAME: &'static str = "Lists";
    const SERVERS: &'static [&'static str] = &["https://a.example"];
    const CASE: Case = Case::Snake;
    const TOTAL: Option<&'static str> = Some("x-total-count");
    type Error = Unmapped;
}

model! {
    /// A page that tells where the next begins.
    pub struct Found: Lists {
        /// The items.
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
    /// Cursors in the body.
    pub InBody: Lists = GET "/body" query { cursor?: String } -> Found, paged
}
endpoint! {
    /// Cursors in a link.
    pub InLink: Lists = GET "/link" query { cursor?: String } -> Vec<u32>, paged
}
endpoint! {
    /// Offsets.
    pub ByOffset: Lists = GET "/offset" query { cursor?: u64 } -> Vec<u32>, paged(Offset)
}
endpoint! {
    /// Numbers of pages.
    pub ByNumber: Lists = GET "/number" query { cursor?: u64 } -> Vec<u32>, paged(Number)
}

/// No list of so few pages takes more requests.
const MOST: usize = 600;

/// What comes after a page.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    End,
    At(usize),
    /// An empty cursor, or a link without one.
    Broken,
}

#[derive(Default)]
struct Seen {
    requests: usize,
    items: Vec<u32>,
    next: Option<Next>,
}

#[derive(Clone)]
struct Server {
    pages: Arc<Vec<(usize, Next)>>,
    total: bool,
    seen: Arc<Mutex<Seen>>,
}

impl Server {
    fn page(&self, at: usize) -> (Vec<u32>, Next) {
        let (len, next) = self.pages.get(at).copied().unwrap_or((0, Next::End));
        ((0..len).map(|item| (at * 10 + item) as u32).collect(), next)
    }

    /// The items of the list, as a client counts them: up to the first page that is empty.
    fn counted(&self) -> Vec<u32> {
        (0..).map(|at| self.page(at).0).take_while(|page| !page.is_empty()).flatten().collect()
    }
}

impl Transport for Server {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let mut seen = self.seen.lock().unwrap();
        seen.requests += 1;
        assert!(seen.requests < MOST, "it does not end");
        let cursor =
            request.uri().query().map(|query| query.strip_prefix("cursor=").unwrap().parse::<usize>().unwrap());
        let mut response = http::Response::new(Body::empty());
        let (items, next) = match request.uri().path() {
            "/offset" => {
                let counted = self.counted();
                // As many as the page has that this offset is in, so that some are short.
                let (from, mut left) = (cursor.unwrap_or(0), cursor.unwrap_or(0));
                let mut len = 0;
                for at in 0..self.pages.len() {
                    len = self.page(at).0.len();
                    if left < len {
                        break;
                    }
                    left -= len;
                }
                (counted.into_iter().skip(from).take(len - left.min(len)).collect(), Next::End)
            }
            "/number" => self.page(cursor.unwrap_or(1) - 1),
            _ => self.page(cursor.unwrap_or(0)),
        };
        if self.total {
            response.headers_mut().insert("x-total-count", self.counted().len().into());
        }
        let body = match request.uri().path() {
            "/body" => match next {
                Next::End => serde_json::json!({ "items": items }),
                Next::At(at) => serde_json::json!({ "items": items, "next": at.to_string() }),
                Next::Broken => serde_json::json!({ "items": items, "next": "" }),
            },
            path => {
                let link = match next {
                    Next::At(at) => Some(format!("<{path}?cursor={at}>; rel=next")),
                    Next::Broken => Some(format!("<{path}?since=1>; rel=next")),
                    Next::End => None,
                };
                if let (Some(link), "/link") = (link, path) {
                    response.headers_mut().insert(LINK, link.parse().unwrap());
                }
                serde_json::json!(items)
            }
        };
        seen.items.extend(&items);
        seen.next = Some(next);
        *response.body_mut() = Body::from(body.to_string());
        Box::pin(async move { Ok(response) })
    }
}

thread_local! {
    static RUNTIME: Runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
}

/// The items that came, and whether the list ended well.
async fn follow<E: Paginated + HostedBy<Lists>>(client: &Client<Lists>, list: E) -> (Vec<u32>, bool)
where
    E::Response: Page<Item = u32>,
{
    let (mut items, mut got) = (client.pages(list).items(), Vec::new());
    loop {
        match items.next().await {
            Some(Ok(item)) => got.push(item),
            Some(Err(error)) => {
                let error: Error = error.into();
                assert!(error.is_decode(), "{error}");
                assert!(items.next().await.is_none());
                return (got, false);
            }
            None => return (got, true),
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let [how, pages @ ..] = data else { return };
    let next = |choice: u8| match choice % 16 {
        0 => Next::Broken,
        1..4 => Next::End,
        _ => Next::At(usize::from(choice / 16)),
    };
    let pages = pages.chunks_exact(2).take(200).map(|page| (usize::from(page[0] % 4), next(page[1]))).collect();
    let server = Server { pages: Arc::new(pages), total: how & 4 != 0, seen: Arc::default() };
    let client = Client::<Lists>::new().key("the-key").retry(Retry::never()).transport(server.clone());
    let counted = how & 2 != 0;
    let (got, well) = RUNTIME.with(|runtime| {
        runtime.block_on(async {
            match how & 3 {
                0 => follow(&client, InBody::new()).await,
                1 => follow(&client, InLink::new()).await,
                2 => follow(&client, ByOffset::new()).await,
                _ => follow(&client, ByNumber::new()).await,
            }
        })
    });
    let seen = server.seen.lock().unwrap();
    assert_eq!(got, seen.items, "the received items are yielded");
    if counted {
        assert!(well && got == server.counted(), "a counted list is whole");
    } else {
        assert_eq!(well, seen.next == Some(Next::End), "it ends well where the server says so, and only there");
    }
});
