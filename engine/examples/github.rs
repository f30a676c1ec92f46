//! A third-party API in thirty lines: the issues of GitHub's.
//!
//! `cargo run -p typed-endpoint --example github` asks a server that it starts by itself; with `GITHUB_TOKEN` set, GitHub.

use typed_endpoint::mock::{Mock, Received, Reply};
use typed_endpoint::{Api, Case, Client, Unmapped, endpoint, model, open_enum};

/// GitHub.
pub enum GitHub {}

impl Api for GitHub {
    const NAME: &'static str = "GitHub";
    const SERVERS: &'static [&'static str] = &["https://api.github.com"];
    const CASE: Case = Case::Snake;
    const CURSOR: &'static str = "page";
    const LIMIT: &'static str = "per_page";
    type Error = Unmapped;
}

endpoint! {
    /// Lists the issues of a repository.
    pub ListIssues: GitHub = GET "/repos/{owner}/{repo}/issues" (owner: String, repo: String) query {
        /// Only those in this state (default: open).
        state?: State,
        /// Issues on each page (default: 30, at most 100).
        per_page?: u32,
    } -> Vec<Issue>, paged
}

model! {
    /// An issue.
    pub struct Issue: GitHub {
        /// Number in the repository.
        number: u64,
        /// Title.
        title: String,
        /// Whether somebody still has to do something.
        state: State,
    }
}

open_enum! {
    /// State of an issue.
    pub enum State {
        /// To be done.
        Open = "open",
        /// Done, or not to be done.
        Closed = "closed",
    }
}

// The lines above are the whole client. The rest uses it.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = fake_github().listen().await?;
    let client = match std::env::var("GITHUB_TOKEN") {
        Ok(token) => Client::<GitHub>::new().key(token),
        Err(_) => server.client(),
    };
    let mut issues = client.pages(ListIssues::new("rust-lang", "rust").state(State::Open).per_page(2)).items();
    for _ in 0..5 {
        let Some(issue) = issues.next().await else { break };
        let issue = issue?;
        println!("#{} {}", issue.number, issue.title);
    }
    Ok(())
}

/// A GitHub with five issues, made of the same declaration that calls it: two to a page, the next page in the `Link` header.
fn fake_github() -> Mock {
    const TITLES: [&str; 5] = ["Borrow less", "Compile faster", "Say it better", "Panic never", "Document all"];
    Mock::new().on_received(async |list: Received<ListIssues>| {
        let query = list.parts.uri.query().unwrap_or_default();
        let page: usize = query.split('&').find_map(|pair| pair.strip_prefix("page=")?.parse().ok()).unwrap_or(1);
        let size = list.request.per_page.unwrap_or(30) as usize;
        let issues = TITLES.iter().zip(1..).skip((page - 1) * size).take(size);
        let issue = |(title, number): (&&str, u64)| Issue { number, title: title.to_string(), ..Issue::default() };
        let reply = Reply::json(200, &issues.map(issue).collect::<Vec<_>>());
        Err(match page * size < TITLES.len() {
            true => reply.header("link", &format!("<https://api.github.com/?page={}>; rel=\"next\"", page + 1)),
            false => reply,
        })
    })
}
