//! Makes calls by hand and says what they cost.

mod api;

use std::hint::black_box;

use api::{Asset, NewStream, Stream, Studio};
use meter::{Counting, Error, ID, KEY, Start, Task, repeat};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let task = Task::from_arguments()?;
    let studio = Studio::new(&task.base, KEY);
    match task.what.as_str() {
        "get" => {
            let start = Start::now();
            repeat(&task, async move || studio.asset(ID).await.map(drop)).await?;
            start.print();
        }
        "post" => {
            let start = Start::now();
            let new = NewStream { name: "my stream", record: Some(true), creator_id: Some("user-4711") };
            repeat(&task, async move || studio.create_stream(&new).await.map(drop)).await?;
            start.print();
        }
        "list" => {
            let start = Start::now();
            drop(black_box(studio.assets(task.n, "skip0").await?));
            start.print();
        }
        what @ ("decode" | "decode-jsonb") => {
            let text = meter::text(what);
            let start = Start::now();
            for _ in 0..task.n {
                let response = reqwest::Response::from(http::Response::new(text.clone()));
                drop(black_box(response.json::<Vec<Asset>>().await?));
            }
            start.print();
        }
        what @ ("decode-stream" | "decode-stream-jsonb") => {
            let text = meter::text(what);
            let start = Start::now();
            for _ in 0..task.n {
                drop(black_box(serde_json::from_slice::<Stream>(text.as_bytes())?));
            }
            start.print();
        }
        "pages" => {
            let start = Start::now();
            for page in 0..task.n {
                drop(black_box(studio.assets(1000, &format!("skip{}", page * 1000)).await?));
            }
            start.print();
        }
        "upload" => {
            let file = task.file()?;
            let start = Start::now();
            studio.upload(&file).await?;
            start.print();
        }
        "large" => {
            let file = task.file()?;
            let start = Start::now();
            studio.put(&file).await?;
            start.print();
        }
        "sizes" => println!("asset={}", size_of::<Asset>()),
        _ => return Err("nothing of that name is measured".into()),
    }
    Ok(())
}
