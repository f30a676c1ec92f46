//! A server and its client from the same declarations: a library that lends books.
//!
//! `cargo run -p typed-endpoint --example library_server` serves it, calls it and ends; with an address as argument, such as
//! `127.0.0.1:8080`, it serves until it is stopped.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use typed_endpoint::axum::{ApiRouter, Key, Paged, Reply};
use typed_endpoint::dynamic::{Catalog, Entry};
use typed_endpoint::{Api, Case, Client, Unmapped, model, operations};

/// A public library.
pub struct Library;

impl Api for Library {
    const NAME: &'static str = "Library";
    const SERVERS: &'static [&'static str] = &["https://library.example/v1"];
    const CASE: Case = Case::Camel;
    const TOTAL: Option<&'static str> = Some("x-total-count");
    type Error = Unmapped;
}

impl Catalog for Library {
    const ENTRIES: &'static [&'static [Entry]] = &[ENTRIES];
}

model! {
    /// A book.
    pub struct Book: Library {
        /// Title.
        title: String,
        /// Author.
        author: String,
        /// Number of pages.
        page_count?: u32,
        /// Name of the reader who has it.
        reader?: String,
    }
}

operations! {
    endpoint! {
        /// Retrieves a book.
        pub Get: Library = GET "/book/{id}" (id: String) -> Book, no_auth
    }
    endpoint! {
        /// Lists books.
        pub List: Library = GET "/books" query {
            /// Only those by this author.
            author?: String,
            /// Most books on a page (default: 2).
            limit?: u32 [range = 1..=100],
            /// Where the page begins.
            cursor?: String,
        } -> Vec<Book>, paged, no_auth
    }
    endpoint! {
        /// Removes a book.
        pub Remove: Library = DELETE "/book/{id}" (id: String) -> ()
    }
    endpoint! {
        /// Lends a book.
        pub Lend: Library = POST "/book/{id}/loan" (id: String) json {
            /// Name of the reader.
            reader: String [length = 1..=100],
            /// Length of the loan in days (default: 14).
            days?: u32,
        } -> Book, errors { 404 => NoSuchBook(Unmapped), 409 => Lent(Unmapped), _ => Other(Unmapped) }
    }
}

// The declarations above are client and server. What follows is what the server does.

#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<BTreeMap<String, Book>>>);

impl Shelf {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<String, Book>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn get(State(shelf): State<Shelf>, get: Get) -> Result<Book, Reply> {
    shelf.with(|books| books.get(&get.id).cloned()).ok_or_else(|| Reply::error(404, "no such book"))
}

async fn list(State(shelf): State<Shelf>, list: List) -> Result<Paged<Vec<Book>>, Reply> {
    let is_wanted = |book: &Book| list.author.as_ref().is_none_or(|author| *author == book.author);
    let books: Vec<_> = shelf.with(|books| books.values().filter(|book| is_wanted(book)).cloned().collect());
    let from = list.cursor.as_deref().unwrap_or("0").parse().map_err(|_| Reply::error(400, "no such page"))?;
    let page: Vec<_> = books.iter().skip(from).take(list.limit.unwrap_or(2) as usize).cloned().collect();
    let next = from.saturating_add(page.len());
    Ok(Paged::new(page).total(books.len() as u64).next((next < books.len()).then(|| next.to_string())))
}

async fn remove(State(shelf): State<Shelf>, key: Key<Library>, remove: Remove) -> Result<(), Reply> {
    match key.expose() {
        "librarian" => shelf.with(|books| books.remove(&remove.id)).map(|_| ()).ok_or_else(|| Reply::status(404)),
        _ => Err(Reply::error(403, "only librarians remove books")),
    }
}

async fn lend(State(shelf): State<Shelf>, _: Key<Library>, lend: Lend) -> Result<Book, Reply> {
    shelf.with(|books| {
        let book = books.get_mut(&lend.id).ok_or_else(|| LendError::NoSuchBook("no such book".into()))?;
        if let Some(reader) = &book.reader {
            return Err(LendError::Lent(format!("{reader} has it").into()).into());
        }
        book.reader = Some(lend.reader);
        Ok(book.clone())
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shelf = Shelf::default();
    for (title, author) in
        [("Emma", "Austen"), ("Moby-Dick", "Melville"), ("Persuasion", "Austen"), ("Typee", "Melville")]
    {
        let book = Book { title: title.into(), author: author.into(), ..Book::default() };
        shelf.with(|books| books.insert(title.to_lowercase(), book));
    }
    let library = ApiRouter::<Library, Shelf>::new().on(get).on_page(list).on(remove).on(lend).openapi("/openapi.json");
    let app = axum::Router::new().nest("/v1", library.into()).with_state(shelf);

    let address = std::env::args().nth(1);
    let listener = tokio::net::TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:0")).await?;
    let url = format!("http://{}/v1", listener.local_addr()?);
    println!("{url}/openapi.json");
    if address.is_some() {
        return Ok(axum::serve(listener, app).await?);
    }
    tokio::spawn(async move { axum::serve(listener, app).await });
    call(Client::new().server(url).key("reader 7")).await?;
    Ok(())
}

async fn call(client: Client<Library>) -> Result<(), typed_endpoint::Error> {
    let mut books = client.pages(List::new()).items();
    while let Some(book) = books.next().await {
        println!("{}", book?.title);
    }
    let book = client.call(Lend::new("moby-dick", "Ishmael").days(21)).await?;
    println!("{} reads {}", book.reader.unwrap_or_default(), book.title);
    for call in [Lend::new("moby-dick", "Ahab"), Lend::new("moby-dick", "")] {
        if let Err(error) = client.call(call).await {
            println!("{}", error.message().unwrap_or_else(|| format!("{error:#}")));
        }
    }
    if let Err(error) = client.call(Remove::new("moby-dick")).await {
        println!("{}", error.message().unwrap_or_default());
    }
    Ok(())
}
