//! The behaviours that are the same natively and in a browser: here by the default transport.

use livepeer::File;

use crate::behaviour::{Place, server::Server, *};

fn film(content: &[u8]) -> File {
    File::bytes(content.to_vec()).name("film.mp4").content_type("video/mp4")
}

macro_rules! natively {
    ($($module:ident::$name:ident)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                let server = Server::start(0).await.unwrap();
                $module::$name(Place { server: format!("http://{}/native", server.address), film }).await;
            }
        )*
    };
}
crate::behaviours!(natively);
