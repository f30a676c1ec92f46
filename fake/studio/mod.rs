//! The operations, one file a resource.

mod assets;
mod clips;
mod ingest;
mod keys;
mod metrics;
mod object_stores;
mod playback;
mod policies;
mod projects;
mod rooms;
mod sessions;
mod streams;
mod targets;
mod tasks;
mod users;
mod webhooks;

use super::routes::Routes;

pub(super) fn routes(routes: Routes) -> Routes {
    let routes = clips::routes(sessions::routes(targets::routes(streams::routes(routes))));
    let routes = webhooks::routes(tasks::routes(assets::routes(routes)));
    let routes = object_stores::routes(keys::routes(rooms::routes(routes)));
    let routes = users::routes(ingest::routes(playback::routes(metrics::routes(routes))));
    projects::routes(routes)
}
