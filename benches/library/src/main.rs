//! Makes the same calls through the library and says what they cost.

use std::future::IntoFuture;
use std::hint::black_box;

use bytes::Bytes;
use http::{Request, Response};
use livepeer::{
    Api, Body, BoxFuture, Call, Case, Client, File, Transport, TransportError, Unmapped, asset, endpoint, model, stream,
};
use meter::{Counting, Error, ID, KEY, Start, Task, repeat};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// An API of our own, as any user may declare one.
#[derive(Debug)]
pub struct Bench;

impl Api for Bench {
    const NAME: &'static str = "Bench";
    const SERVERS: &'static [&'static str] = &["http://localhost"];
    const CASE: Case = Case::Camel;
    type Error = Unmapped;
}

model! {
    /// A response without content.
    pub struct Done: Bench {}
}

endpoint! {
    /// Takes a file.
    pub Upload: Bench = POST "/upload" multipart {
        /// A name.
        name: String,
        /// The file.
        file: File,
    } -> Done
}

/// Responds to everything with the same text.
struct Canned(Bytes);

impl Transport for Canned {
    fn send(&self, _: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let response = Response::new(Body::from(self.0.clone()));
        Box::pin(std::future::ready(Ok(response)))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let task = Task::from_arguments()?;
    let studio = Client::studio(KEY).server(&task.base);
    match task.what.as_str() {
        "get" => {
            let start = Start::now();
            repeat(&task, async move || Ok(drop(studio.call(asset::Get::new(ID)).await?))).await?;
            start.print();
        }
        "post" => {
            let start = Start::now();
            let create = || stream::Create::new("my stream").record(true).creator_id("user-4711");
            repeat(&task, async move || Ok(drop(studio.call(create()).await?))).await?;
            start.print();
        }
        "list" => {
            let start = Start::now();
            drop(black_box(studio.call(asset::List::new().limit(task.n as u32)).await?));
            start.print();
        }
        what @ ("decode" | "decode-jsonb") => {
            let studio = studio.transport(Canned(meter::text(what).into()));
            let start = Start::now();
            for _ in 0..task.n {
                drop(black_box(studio.call(asset::List::new()).await?));
            }
            start.print();
        }
        // Without a call, of which a response as small as this would be the smaller part.
        what @ ("decode-stream" | "decode-stream-jsonb") => {
            let text = meter::text(what);
            let start = Start::now();
            for _ in 0..task.n {
                drop(black_box(livepeer::codec::Options::new().decode_bytes::<stream::Stream>(text.as_bytes())?));
            }
            start.print();
        }
        // Assets of which one member each cannot be read.
        "invalid" => {
            let asset = meter::asset(0).replacen("\"size\":", "\"size\":[],\"x\":", 1);
            let text = format!("[{}]", vec![asset; task.n as usize].join(","));
            let start = Start::now();
            drop(black_box(livepeer::codec::from_json::<Vec<asset::Asset>>(&text)?));
            start.print();
        }
        "pages" => {
            let start = Start::now();
            let mut items = studio.pages(asset::List::new().limit(1000)).items();
            for _ in 0..task.n * 1000 {
                black_box(items.next().await.ok_or("the list ends too early")??);
            }
            start.print();
        }
        "upload" => {
            let file = File::path(task.file()?).name("large.mp4");
            let start = Start::now();
            let _: Done = Client::<Bench>::new().server(&task.base).call(Upload::new("large", file)).await?;
            start.print();
        }
        "large" => {
            let file = File::path(task.file()?);
            let start = Start::now();
            studio.tus(format!("{}/tus", task.base), file).await?;
            start.print();
        }
        "sizes" => {
            println!("asset={}", size_of::<asset::Asset>());
            println!("call={}", size_of::<Call<asset::Get>>());
            println!("client={}", size_of::<Client>());
            println!("error={}", size_of::<livepeer::Error>());
            let call = studio.call(asset::Get::new(ID));
            meter::largest();
            let future = call.into_future();
            println!("future={}", size_of_val(&future));
            println!("what the future points to={}", meter::largest());
        }
        _ => return Err("nothing of that name is measured".into()),
    }
    Ok(())
}
