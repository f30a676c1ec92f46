//! GitHub: lists by links, media types by operation, conditional requests, results that take a while, and servers of their own for
//! uploads.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, StatusCode};
use typed_endpoint::dynamic::{Catalog, Entry};
use typed_endpoint::{Api, Case, File, Page, Unmapped, Url, model, open_enum, operations};

pub mod repositories;

/// GitHub's REST API.
#[derive(Clone, Copy, Debug)]
pub enum GitHub {}

impl Api for GitHub {
    const NAME: &'static str = "GitHub";
    const SERVERS: &'static [&'static str] = &["https://api.github.com"];
    const CASE: Case = Case::Snake;
    const CURSOR: &'static str = "page";
    const LIMIT: &'static str = "per_page";
    type Error = Unmapped;

    /// The limit of requests is a 403 as well as a 429.
    fn refused(status: StatusCode, headers: &HeaderMap) -> bool {
        let is_used_up = headers.get("x-ratelimit-remaining").is_some_and(|left| left == "0");
        matches!(status.as_u16(), 403 | 429) && (is_used_up || headers.contains_key("retry-after"))
    }

    /// In `Retry-After`, or as the second at which the limit ends.
    fn retry_after(headers: &HeaderMap) -> Option<Duration> {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.parse().ok();
        if let Some(seconds) = number("retry-after") {
            return Some(Duration::from_secs(seconds));
        }
        let reset = UNIX_EPOCH + Duration::from_secs(number("x-ratelimit-reset")?);
        Some(reset.duration_since(SystemTime::now()).unwrap_or_default())
    }
}

impl Catalog for GitHub {
    const ENTRIES: &'static [&'static [Entry]] = &[ENTRIES, repositories::ENTRIES];
}

operations! {
    endpoint! {
        /// Lists issues: a link leads to the next page, by whatever parameters.
        pub ListIssues: GitHub = GET "/repos/{owner}/{repo}/issues" (owner: String, repo: String) query {
            state?: IssueState,
            labels?: Vec<String> [lists = Comma],
            per_page?: u32 [range = 1..=100],
        } headers {
            const x_github_api_version: String = "2022-11-28",
        } -> Vec<Issue>, paged(Link)
    }
    endpoint! {
        /// Lists users: after the id of the last one, in place of a number.
        pub ListUsers: GitHub = GET "/users" query {
            since?: u64,
            per_page?: u32,
        } -> Vec<User>, paged, cursor(since)
    }
    endpoint! {
        /// Searches for issues: the list stands in an object.
        pub SearchIssues: GitHub = GET "/search/issues" query {
            q: String,
            page?: u32,
        } -> Found, paged(Number)
    }
    endpoint! {
        /// Opens an issue.
        pub OpenIssue: GitHub = POST "/repos/{owner}/{repo}/issues" (owner: String, repo: String) json {
            title: String,
            body?: String,
            labels?: Vec<String>,
        } -> Issue, status(201), headers {
            location?: Url,
        }, errors {
            410 => Disabled(Unmapped),
            422 => Invalid(ValidationFailed),
            _ => Other(Unmapped),
        }
    }
    endpoint! {
        /// Reads a file as it is, unless it is still the known one.
        pub ReadFile: GitHub = GET "/repos/{owner}/{repo}/contents/{path}" (
            owner: String,
            repo: String,
            path*: String,
        ) query {
            r#ref?: String,
        } headers {
            const accept: String = "application/vnd.github.raw+json",
            if_none_match?: String,
        } -> match {
            200 => Content(bytes),
            304 => NotModified,
        }, headers {
            etag?: String,
        }
    }
    endpoint! {
        /// Creates or replaces a file.
        pub WriteFile: GitHub = PUT "/repos/{owner}/{repo}/contents/{path}" (
            owner: String,
            repo: String,
            path*: String,
        ) json {
            message: String,
            content: String,
            sha?: String,
            committer?: Committer,
        } -> match {
            200 => Replaced(Commit),
            201 => Created(Commit),
        }
    }
    endpoint! {
        /// Counts contributions: the first response says that it will take a while.
        pub Contributors: GitHub = GET "/repos/{owner}/{repo}/stats/contributors" (
            owner: String,
            repo: String,
        ) -> match {
            200 => Counted(Vec<Contributions>),
            202 => retry,
            204 => NoCommits,
        }
    }
    endpoint! {
        /// Fetches an archive, to which a redirect to another host leads.
        pub Archive: GitHub = GET "/repos/{owner}/{repo}/zipball/{reference}" (
            owner: String,
            repo: String,
            reference*: String,
        )
            -> download
    }
    endpoint! {
        /// Fetches the same as a tar file.
        pub TarArchive: GitHub = GET "/repos/{owner}/{repo}/tarball/{reference}" (
            owner: String,
            repo: String,
            reference*: String,
        )
            -> download
    }
    endpoint! {
        /// Adds a file to a release, on a server of its own.
        pub UploadAsset: GitHub = POST "/repos/{owner}/{repo}/releases/{release_id}/assets" (
            owner: String,
            repo: String,
            release_id: u64,
        ) query {
            name: String,
            label?: String,
        } headers {
            const content_type: String = "text/plain",
        } body(content: File) -> Asset, status(201), error(ValidationFailed), server("https://uploads.github.com")
    }
    endpoint! {
        /// Renders Markdown.
        pub Render: GitHub = POST "/markdown" json {
            text: String,
            mode?: String,
            context?: String,
        } -> text
    }
}

open_enum! {
    /// Whether an issue is open.
    pub enum IssueState {
        /// It is.
        Open = "open",
        /// It is not.
        Closed = "closed",
        /// Either.
        All = "all",
    }
}

model! {
    /// A user.
    pub struct User: GitHub {
        login: String,
        id: u64,
    }

    /// An issue.
    pub struct Issue: GitHub {
        id: u64,
        number: u64,
        title: String,
        state?: IssueState,
        user?: User,
    }

    /// A page of a search.
    pub struct Found: GitHub {
        total_count: u64,
        incomplete_results?: bool,
        items: Vec<Issue>,
    }

    /// Who has made a commit.
    pub struct Committer: GitHub, input {
        name: String,
        email: String,
    }

    /// What a change has made.
    pub struct Commit: GitHub {
        content?: Content,
        commit?: CommitId,
    }

    /// A file.
    pub struct Content: GitHub {
        path: String,
        sha: String,
    }

    /// The id of a commit.
    pub struct CommitId: GitHub {
        sha: String,
    }

    /// How much somebody has contributed.
    pub struct Contributions: GitHub {
        total: u64,
        author?: User,
    }

    /// A file of a release.
    pub struct Asset: GitHub {
        id: u64,
        name: String,
        size?: u64,
    }

    /// Why a request was not valid.
    pub struct ValidationFailed: GitHub {
        message: String,
        errors?: Vec<Violation>,
    }

    /// A field that is not as it should be.
    pub struct Violation: GitHub {
        resource?: String,
        field?: String,
        code: String,
    }
}

crate::errors::json_error!(ValidationFailed, |error| error.message.clone());

impl Page for Found {
    type Item = Issue;

    fn len(&self) -> usize {
        self.items.len()
    }

    fn into_items(self) -> Vec<Issue> {
        self.items
    }

    fn total(&self) -> Option<u64> {
        Some(self.total_count)
    }
}
