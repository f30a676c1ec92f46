//! The operations, one file a resource.

mod assets;
mod sessions;
mod streams;
mod targets;
mod tasks;

use super::routes::Routes;

pub(super) fn routes(routes: Routes) -> Routes {
    let routes = sessions::routes(targets::routes(streams::routes(routes)));
    tasks::routes(assets::routes(routes))
}
