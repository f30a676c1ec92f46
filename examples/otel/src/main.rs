//! Uploads a file and sends the trace of it to a collector of OpenTelemetry: a span for the whole, below it one for each call and
//! for the upload, below those one for each request, parts of the file included.
//!
//! ```text
//! cargo run --manifest-path examples/otel/Cargo.toml
//! ```
//!
//! The collector is the one at `OTEL_EXPORTER_OTLP_ENDPOINT` (default: `http://localhost:4318`), by OTLP over HTTP. The file goes to
//! a fake of Studio that the example starts by itself.

use std::error::Error;

use livepeer::asset::Upload;
use livepeer::{Client, File, mock};
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Instrument;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let exporter = SpanExporter::builder().with_http().build()?;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(Resource::builder().with_service_name("livepeer-example").build())
        .build();
    // With `debug`, events become events of the spans: retries and redirects are to be seen then, too.
    let filter =
        Targets::new().with_target("livepeer", tracing::Level::DEBUG).with_target("otel", tracing::Level::INFO);
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("livepeer"));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(filter).with(layer))?;

    let studio = mock::studio().listen().await?;
    let client: Client = studio.client();
    let uploaded = publish(&client).instrument(tracing::info_span!("publish")).await;
    // What has not been sent yet is sent now; it blocks.
    let closing = tokio::task::spawn_blocking(move || provider.shutdown());
    closing.await??;
    println!("uploaded: asset {}", uploaded?);
    Ok(())
}

async fn publish(client: &Client) -> Result<livepeer::AssetId, Box<dyn Error + Send + Sync>> {
    let film = File::bytes(vec![7; 20_000_000]).name("film.mp4");
    let uploaded = client.upload(Upload::new(film)).await?;
    Ok(uploaded.asset)
}
