//! The operations, one file a resource.

mod assets;
mod keys;
mod metrics;
mod playback;
mod projects;
mod rooms;
mod sessions;
mod streams;
mod targets;
mod tasks;
mod webhooks;

use super::routes::Routes;

pub(super) fn routes(routes: Routes) -> Routes {
    let routes = sessions::routes(targets::routes(streams::routes(routes)));
    let routes = webhooks::routes(tasks::routes(assets::routes(routes)));
    let routes = keys::routes(rooms::routes(routes));
    projects::routes(playback::routes(metrics::routes(routes)))
}
