//! Pages that are asked for before they are wanted: how many at once, and that the list is the same as one after the other.
#![allow(missing_docs)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use typed_endpoint::{Api, Case, Client, Error, HostedBy, Page, Pages, Paginated, Retry, Unmapped, endpoint};

/// An API whose cursors stand for offsets.
pub struct Shop;

impl Api for Shop {
    const NAME: &'static str = "Shop";
    const SERVERS: &'static [&'static str] = &["https://shop.example"];
    const CASE: Case = Case::Snake;
    const TOTAL: Option<&'static str> = Some("x-total-count");
    const EMPTY_PAGE_ENDS: bool = true;
    const OFFSET_CURSORS: bool = true;
    type Error = Unmapped;

    fn offset_cursor(offset: u64) -> String {
        format!("skip{offset}")
    }

    fn cursor_offset(cursor: &str) -> Option<u64> {
        cursor.strip_prefix("skip")?.parse().ok()
    }
}

/// One whose cursors stand for nothing that can be computed.
pub struct Opaque;

impl Api for Opaque {
    const NAME: &'static str = "Opaque";
    const SERVERS: &'static [&'static str] = &["https://opaque.example"];
    const CASE: Case = Case::Snake;
    type Error = Unmapped;
}

endpoint! {
    /// Lists by links.
    pub Linked: Shop = GET "/linked" query { limit?: u32, cursor?: String } -> Vec<u64>, paged
}
endpoint! {
    /// Lists by offset.
    pub Offset: Shop = GET "/offset" query { limit?: u32, cursor?: String } -> Vec<u64>, paged(Offset)
}
endpoint! {
    /// Lists by number.
    pub Number: Shop = GET "/number" query { limit?: u32, cursor?: u64 } -> Vec<u64>, paged(Number)
}
endpoint! {
    /// Lists by links that nobody can compute.
    pub Chained: Opaque = GET "/chained" query { cursor?: String } -> Vec<u64>, paged
}

/// A shop: its items are numbers, and its pages hold as many as it says.
#[derive(Clone, Debug)]
struct Stock {
    items: u64,
    page: u64,
    /// Where a page begins that holds only so many.
    short: BTreeMap<u64, u64>,
    /// Whether it tells how many there are.
    total: bool,
    /// Where a page begins that fails.
    fails: Option<u64>,
}

impl Stock {
    fn of(items: u64, page: u64) -> Self {
        Self { items, page, short: BTreeMap::new(), total: false, fails: None }
    }

    /// The head and the body of the response to a request's target.
    fn respond(&self, target: &str) -> (String, String) {
        let cursor = target.split_once("cursor=").map(|(_, rest)| rest.split('&').next().unwrap().to_owned());
        let number = cursor.map(|cursor| cursor.trim_start_matches("skip").parse::<u64>().unwrap());
        let offset = match target.starts_with("/number") {
            true => (number.unwrap_or(1) - 1) * self.page,
            false => number.unwrap_or(0),
        };
        if self.fails == Some(offset) {
            return ("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n".into(), String::new());
        }
        let end = (offset + self.page).min(self.items);
        let len = self.short.get(&offset).copied().unwrap_or(u64::MAX);
        let page: Vec<_> = (offset..end).take(len as usize).map(|item| item.to_string()).collect();
        let body = format!("[{}]", page.join(","));
        let mut head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n", body.len());
        if self.total {
            head += &format!("x-total-count: {}\r\n", self.items);
        }
        if target.starts_with("/linked") && end < self.items {
            head += &format!("link: <http://shop.example/linked?cursor=skip{end}>; rel=\"next\"\r\n");
        }
        if target.starts_with("/chained") && end < self.items {
            head += &format!("link: <http://shop.example/chained?cursor={end}>; rel=\"next\"\r\n");
        }
        (head + "\r\n", body)
    }
}

/// A server, which each request has to pass through two gates of.
struct Server {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
    /// Who came.
    came: Arc<Semaphore>,
    heads: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
    /// Connections that were closed on a request without a response.
    dropped: Arc<Semaphore>,
    most: Arc<AtomicUsize>,
}

const OPEN: usize = 100_000;

impl Server {
    async fn start(stock: Stock, heads: usize, bodies: usize) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gate = |open| Arc::new(Semaphore::new(open));
        let server = Arc::new(Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            seen: Arc::default(),
            came: gate(0),
            heads: gate(heads),
            bodies: gate(bodies),
            dropped: gate(0),
            most: Arc::default(),
        });
        let own = server.clone();
        tokio::spawn(async move {
            let underway = Arc::new(AtomicUsize::new(0));
            while let Ok((stream, _)) = listener.accept().await {
                let (server, stock, underway) = (own.clone(), stock.clone(), underway.clone());
                tokio::spawn(async move { server.serve(stream, stock, underway).await });
            }
        });
        server
    }

    async fn serve(&self, mut stream: TcpStream, stock: Stock, underway: Arc<AtomicUsize>) {
        stream.set_nodelay(true).unwrap();
        loop {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = stream.read_u8().await else { return };
                head.push(byte);
            }
            let head = String::from_utf8(head).unwrap();
            let target = head.split(' ').nth(1).unwrap().to_owned();
            self.seen.lock().unwrap().push(target.clone());
            self.most.fetch_max(underway.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            self.came.add_permits(1);
            let (head, body) = stock.respond(&target);
            tokio::select! {
                gate = self.heads.acquire() => gate.unwrap().forget(),
                _ = stream.read_u8() => return self.dropped.add_permits(1),
            }
            stream.write_all(head.as_bytes()).await.unwrap();
            tokio::select! {
                gate = self.bodies.acquire() => gate.unwrap().forget(),
                _ = stream.read_u8() => return self.dropped.add_permits(1),
            }
            underway.fetch_sub(1, Ordering::SeqCst);
            if stream.write_all(body.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    fn client<A: Api>(&self) -> Client<A> {
        Client::<A>::new().key("the-key").server(&self.url).retry(Retry::never())
    }

    fn pages<A: Api, E: Paginated + HostedBy<A>>(&self, list: E) -> Pages<E> {
        self.client::<A>().pages(list)
    }

    fn requests(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

/// Waits until so many have come. Where they never do the test fails, and does not hang.
async fn wait(for_: &Semaphore, many: u32) {
    timeout(Duration::from_secs(20), for_.acquire_many(many)).await.expect("they did not come").unwrap().forget();
}

/// The items that came, and why no more did.
async fn all<E: Paginated>(mut pages: Pages<E>) -> (Vec<u64>, Option<String>)
where
    E::Response: Page<Item = u64>,
{
    let mut got = Vec::new();
    while let Some(page) = timeout(Duration::from_secs(20), pages.next()).await.expect("the list does not go on") {
        match page {
            Ok(page) => got.extend(page),
            Err(error) => {
                let error: Error = error.into();
                assert!(pages.next().await.is_none(), "it continues after an error");
                return (got, Some(error.to_string()));
            }
        }
    }
    (got, None)
}

#[tokio::test]
async fn by_default_nothing_is_asked_for_before_it_is_wanted() {
    let server = Server::start(Stock::of(30, 10), OPEN, OPEN).await;
    let mut pages = server.pages(Linked::new());
    for number in 1..=3 {
        assert_eq!(pages.next().await.unwrap().unwrap().len(), 10);
        // Whatever had been sent on the same connection would have come before.
        server.client::<Shop>().call(Offset::new()).await.unwrap();
        assert_eq!(server.requests(), 2 * number);
    }
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn the_next_page_is_asked_for_as_soon_as_the_headers_tell_of_it() {
    let server = Server::start(Stock::of(30, 10), OPEN, 0).await;
    let mut pages = server.pages(Chained::new()).prefetch(1);
    let first = tokio::spawn(async move { (pages.next().await.unwrap().unwrap(), pages) });
    // No body has been sent by now.
    wait(&server.came, 2).await;
    assert_eq!(server.seen.lock().unwrap()[1], "/chained?cursor=10");
    server.bodies.add_permits(OPEN);
    let (first, mut pages) = first.await.unwrap();
    assert_eq!(first, (0..10).collect::<Vec<_>>());
    assert_eq!(pages.cursor(), Some("10"));
    let rest: Vec<u64> = pages.next().await.unwrap().unwrap();
    assert_eq!(rest[0], 10);
    assert_eq!(pages.next().await.unwrap().unwrap()[0], 20);
    assert!(pages.next().await.is_none());
    assert_eq!(server.requests(), 3, "no page was asked for twice, or in vain");
}

#[tokio::test]
async fn the_next_page_comes_while_the_items_of_this_one_are_worked_on() {
    let server = Server::start(Stock::of(30, 10), OPEN, OPEN).await;
    let mut pages = server.pages(Offset::new().limit(10)).prefetch(1);
    for number in 1..=3 {
        assert_eq!(pages.next().await.unwrap().unwrap().len(), 10);
        // Nobody polls it meanwhile.
        wait(&server.came, if number == 1 { 2 } else { 1 }).await;
    }
    assert_eq!(server.requests(), 4, "a counted list ends with an empty page");
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn so_many_pages_are_under_way_at_once_and_come_in_order() {
    for total in [false, true] {
        let server = Server::start(Stock { total, ..Stock::of(100, 10) }, 1, OPEN).await;
        let list = tokio::spawn(all(server.pages(Linked::new()).concurrent(4)));
        // The first page says how it continues. Then four are asked for, and not a fifth until one is there.
        wait(&server.came, 5).await;
        let mut asked = server.seen.lock().unwrap()[1..].to_vec();
        asked.sort();
        assert_eq!(
            asked,
            ["/linked?cursor=skip10", "/linked?cursor=skip20", "/linked?cursor=skip30", "/linked?cursor=skip40"]
        );
        server.heads.add_permits(OPEN);
        assert_eq!(list.await.unwrap(), ((0..100).collect(), None));
        assert_eq!(server.most.load(Ordering::SeqCst), 4);
        let requests = server.requests();
        assert!(if total { requests == 10 } else { (10..=13).contains(&requests) }, "{requests}");
    }
}

#[tokio::test]
async fn pages_that_are_not_taken_are_not_gathered() {
    let server = Server::start(Stock::of(1000, 10), OPEN, OPEN).await;
    let mut pages = server.pages(Number::new().limit(10)).concurrent(3);
    pages.next().await.unwrap().unwrap();
    wait(&server.came, 4).await;
    for _ in 0..5 {
        server.client::<Shop>().call(Linked::new()).await.unwrap();
        wait(&server.came, 1).await;
    }
    assert_eq!(server.requests(), 4 + 5);
    pages.next().await.unwrap().unwrap();
    wait(&server.came, 1).await;
}

#[tokio::test]
async fn an_error_comes_where_it_belongs() {
    let server = Server::start(Stock { fails: Some(30), ..Stock::of(100, 10) }, OPEN, OPEN).await;
    let (items, error) = all(server.pages(Linked::new()).concurrent(8)).await;
    assert_eq!(items, (0..30).collect::<Vec<_>>());
    assert!(error.unwrap().contains("500"));
    // One behind the end is none: nobody was to go there.
    let server = Server::start(Stock { fails: Some(40), ..Stock::of(40, 10) }, OPEN, OPEN).await;
    assert_eq!(all(server.pages(Linked::new()).concurrent(4)).await, ((0..40).collect(), None));
}

#[tokio::test]
async fn dropping_the_pages_stops_what_is_under_way() {
    let server = Server::start(Stock::of(1000, 10), 1, OPEN).await;
    let mut pages = server.pages(Linked::new()).concurrent(4);
    pages.next().await.unwrap().unwrap();
    wait(&server.came, 5).await;
    drop(pages);
    wait(&server.dropped, 4).await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn ahead_or_not_the_list_is_the_same(
        items in 0_u64..60,
        page in 1_u64..12,
        short in proptest::collection::btree_map(0_u64..60, 0_u64..12, 0..8),
        total: bool,
        fails in proptest::option::of(0_u64..60),
        ahead in 2_usize..7,
    ) {
        let stock = Stock { items, page, short, total, fails };
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let server = Server::start(stock, OPEN, OPEN).await;
            let limit = page as u32;
            let linked = || server.pages(Linked::new().limit(limit));
            let offset = || server.pages(Offset::new().limit(limit));
            let number = || server.pages(Number::new().limit(limit));
            let chained = || server.pages(Chained::new());
            let plain = all(linked()).await;
            prop_assert_eq!(&all(linked().prefetch(ahead)).await, &plain);
            prop_assert_eq!(&all(linked().concurrent(ahead)).await, &plain);
            let plain = all(offset()).await;
            prop_assert_eq!(&all(offset().prefetch(ahead)).await, &plain);
            prop_assert_eq!(&all(offset().concurrent(ahead)).await, &plain);
            let plain = all(number()).await;
            prop_assert_eq!(&all(number().prefetch(ahead)).await, &plain);
            prop_assert_eq!(&all(number().concurrent(ahead)).await, &plain);
            let plain = all(chained()).await;
            prop_assert_eq!(&all(chained().prefetch(ahead)).await, &plain);
            prop_assert_eq!(&all(chained().concurrent(ahead)).await, &plain);
            Ok(())
        })?;
    }
}
