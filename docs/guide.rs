//! From installation to your own API, page by page. Every sample is compiled, and most are run against the fake servers of
//! [`mock`](crate::mock).
//!
//! 1. [Install](install), and get a key
//! 2. [The first call](first_call)
//! 3. [Errors](errors)
//! 4. [Retries and time-outs](retries)
//! 5. [Lists](lists)
//! 6. [Live streams](streams)
//! 7. [Uploads](uploads)
//! 8. [Webhooks](webhooks)
//! 9. [Access control](access)
//! 10. [AI](ai)
//! 11. [Testing your own code](testing)
//! 12. [Declaring your own API](own_api)
//! 13. [Logs, metrics, `curl`](logs)
//! 14. [The network](network): compression, proxies, TLS
//! 15. [Calls by name, and OpenAPI](descriptions)
//! 16. [Many machines](many_machines): a job queue, and each file exactly once
//! 17. [Live streams by trickle](trickle)
//! 18. [Apps on the network](apps): sessions, payments, runners
//! 19. [In a web page and at the edge](browser): uploads without a key, Cloudflare Workers
//!
//! For reference: [a gallery of errors](gallery), and [the calls of the other SDKs](coming_from) next to ours. Complete programs
//! are in the folder `examples/`.

macro_rules! pages {
    ($($name:ident = $path:literal),* $(,)?) => {$(
        #[doc = include_str!($path)]
        pub mod $name {}
    )*

        /// The pages as Markdown, each with its name: for programs that search them.
        #[cfg(feature = "dynamic")]
        pub const PAGES: &[(&str, &str)] = &[$((stringify!($name), include_str!($path))),*];
    };
}

pages! {
    install = "guide/01-install.md",
    first_call = "guide/02-first-call.md",
    errors = "guide/03-errors.md",
    retries = "guide/04-retries.md",
    lists = "guide/05-lists.md",
    streams = "guide/06-streams.md",
    uploads = "guide/07-uploads.md",
    webhooks = "guide/08-webhooks.md",
    access = "guide/09-access.md",
    ai = "guide/10-ai.md",
    testing = "guide/11-testing.md",
    own_api = "guide/12-own-api.md",
    logs = "guide/13-logs.md",
    network = "guide/14-network.md",
    descriptions = "guide/15-descriptions.md",
    many_machines = "guide/16-many-machines.md",
    trickle = "guide/17-trickle.md",
    apps = "guide/18-apps.md",
    browser = "guide/19-browser.md",
    gallery = "errors.md",
    coming_from = "coming-from.md",
}
