//! From nothing to a working program, page by page. Every sample is compiled, and run against a server of
//! [`mock`](crate::mock) where it can be.
//!
//! 1. [Install](install), and get a key
//! 2. [The first call](first_call)
//! 3. [Errors](errors)
//! 4. [Retries and time-outs](retries)
//! 5. [Lists](lists)
//! 6. [Live streams](streams)
//! 7. [Uploads](uploads)
//! 8. [Webhooks](webhooks)
//! 9. [Who may watch](access)
//! 10. [AI](ai)
//! 11. [Testing your own code](testing)
//! 12. [Declaring your own API](own_api)
//! 13. [The network](network): compression, proxies, TLS
//!
//! To look things up: [what went wrong](gallery), and [the calls of the other SDKs](coming_from) next to ours. Whole programs
//! are in the folder `examples/`.

macro_rules! pages {
    ($($name:ident = $path:literal),* $(,)?) => {$(
        #[doc = include_str!($path)]
        pub mod $name {}
    )*};
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
    network = "guide/13-network.md",
    gallery = "errors.md",
    coming_from = "coming-from.md",
}
