//! The client without async, against servers that have a runtime of their own.

use std::io::Read;
use std::sync::mpsc;
use std::time::Duration;

use livepeer::asset::{Phase, Upload, UploadWaitError};
use livepeer::mock::{self, Mock, Reply};
use livepeer::sse::{Event, Step, StreamItem};
use livepeer::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};
use livepeer::{Client, File, Retry, Stage, Studio, WaitError, asset, blocking, stream, task};

/// Runs a server on a thread of its own, as long as this is there.
struct Server {
    url: String,
    _end: mpsc::Sender<()>,
}

impl Server {
    fn start(mock: Mock) -> Self {
        let (tell, told) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            let running = runtime.block_on(mock.listen()).unwrap();
            tell.send(running.url()).unwrap();
            let _ = ended.recv();
        });
        Self { url: told.recv().unwrap(), _end: end }
    }

    fn client(&self) -> blocking::Client<Studio> {
        Client::studio("mock-key").server(&self.url).into()
    }
}

#[test]
fn calls_and_lists() {
    let server = Server::start(mock::studio().mock().clone());
    let client = server.client();
    for name in ["a", "b", "c"] {
        let created = client.call(stream::Create::new(name)).run().unwrap();
        assert_eq!(
            client.call(stream::Get::new(&created.id)).with(|call| call.retry(Retry::never())).run().unwrap().name,
            name
        );
    }
    let error = client.call(stream::Get::new("none")).run().unwrap_err();
    assert!(error.is_not_found(), "{error:#}");

    let list = stream::List::new().limit(2);
    let pages: Vec<_> = client.pages(list.clone()).into_iter().map(|page| page.unwrap().len()).collect();
    assert_eq!(pages, [2, 1]);
    let mut names: Vec<_> =
        client.pages(list).with(|pages| pages.items()).into_iter().map(|stream| stream.unwrap().name).collect();
    names.sort();
    assert_eq!(names, ["a", "b", "c"]);
}

#[test]
fn uploads_and_waits() {
    let studio = mock::studio();
    let server = Server::start(studio.mock().clone());
    let client = server.client();
    let content = vec![7; 9 * 1024 * 1024];
    let upload = Upload::new(File::bytes(content.clone()).name("x.mp4"));
    let uploaded = client.upload(upload).run().unwrap();
    assert_eq!(studio.uploaded(&uploaded.asset).unwrap(), content);

    let quick = Duration::from_millis(1);
    let mut phases = Vec::new();
    for update in client.wait(&uploaded.task).with(|wait| wait.every(quick, quick)) {
        let update = update.unwrap();
        phases.push(update.phase().map_or("done".into(), str::to_owned));
        if update.stage == Stage::Done {
            assert_eq!(update.value.status.unwrap().phase, task::Phase::Completed);
        }
    }
    assert_eq!(phases.last().unwrap(), "done");
    let asset = client.wait(&uploaded.asset).with(|wait| wait.every(quick, quick)).run().unwrap();
    assert_eq!(asset.status.unwrap().phase, Phase::Ready);
}

#[test]
fn an_upload_and_the_wait_for_it_are_one() {
    let studio = mock::studio();
    let server = Server::start(studio.mock().clone());
    let client = server.client();
    let content = vec![7; 9 * 1024 * 1024];
    let upload = Upload::new(File::bytes(content.clone()).name("x.mp4"));
    let asset = client.upload(upload).with(|upload| upload.wait()).run().unwrap();
    assert_eq!(asset.status.unwrap().phase, Phase::Ready);
    assert_eq!(studio.uploaded(&asset.id).unwrap(), content);

    // Either half can fail.
    let nothing = Upload::new(File::bytes(Vec::new()).name("x.mp4"));
    let error = client.upload(nothing).with(|upload| upload.wait()).run().unwrap_err();
    assert!(matches!(error, UploadWaitError::Upload(_)), "{error:#}");
    let upload = Upload::new(File::bytes(content).name("x.mp4"));
    let error = client.upload(upload).with(|upload| upload.wait().deadline(Duration::ZERO)).run().unwrap_err();
    assert!(matches!(error, UploadWaitError::Wait { error: WaitError::Deadline { .. }, .. }), "{error:#}");
}

#[test]
fn connections_of_a_runtime_that_nobody_drives_are_not_used() {
    let server = Server::start(mock::studio().mock().clone());
    let client = Client::studio("mock-key").server(&server.url).retry(Retry::never()).timeout(Duration::from_secs(10));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { client.call(asset::List::new()).await }).unwrap();
    blocking::Client::from(client).call(asset::List::new()).run().unwrap();
    drop(runtime);
}

#[test]
fn a_transport_that_was_given_stays() {
    struct Refuses;
    impl Transport for Refuses {
        fn send(&self, _: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
            Box::pin(async { Err(TransportError::new(TransportErrorKind::Request, "as it was given")) })
        }
    }
    let client = blocking::Client::from(Client::studio("mock-key").transport(Refuses));
    let error = client.call(asset::List::new()).run().unwrap_err();
    assert!(format!("{error:#}").contains("as it was given"), "{error:#}");
}

struct Word(String);

impl StreamItem for Word {
    const MUST_END: bool = false;

    fn parse(event: &Event) -> Result<Step<Word>, livepeer::BoxError> {
        Ok(Step::Item(Word(event.data.clone())))
    }
}

#[test]
fn downloads_and_events() {
    let body = "data: one\n\ndata: two\n\n";
    let mock = Mock::new().fallback(move |_| async move { Reply::event_stream(body) });
    let server = Server::start(mock);
    let client = server.client();
    let mut text = String::new();
    client.download("/anything").unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, body);

    let events = livepeer::sse::Sse::<Word>::new(livepeer::Body::from(body));
    let words: Vec<_> = client.iterate(events).map(|word| word.unwrap().0).collect();
    assert_eq!(words, ["one", "two"]);
}

#[test]
fn it_works_from_several_threads_at_once() {
    let server = Server::start(mock::studio().mock().clone());
    let client = server.client();
    let ids: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|nth| {
                let client = client.clone();
                scope.spawn(move || client.call(stream::Create::new(format!("{nth}"))).run().unwrap().id)
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), 8);
}

#[tokio::test]
async fn inside_of_a_runtime_it_is_an_error_and_no_panic() {
    let studio = mock::studio();
    let client = blocking::Client::from(studio.client());
    let error = client.call(stream::Get::new("id")).run().unwrap_err();
    assert!(error.is_request(), "{error:#}");
    assert!(format!("{error:#}").contains("a blocking call in asynchronous code"), "{error:#}");
    let mut pages = client.pages(stream::List::new()).into_iter();
    assert!(pages.next().unwrap().is_err());
    assert!(pages.next().is_none());
    client.download("/x").unwrap_err();
    client.upload(Upload::new(File::bytes(vec![1]))).run().unwrap_err();
    client.wait(livepeer::AssetId::from("id")).run().unwrap_err();
    assert_eq!(studio.mock().seen().len(), 0);

    // Where blocking is allowed, it works.
    let own = client.clone();
    let listed = tokio::task::spawn_blocking(move || own.call(asset::List::new()).run());
    assert_eq!(listed.await.unwrap().unwrap().len(), 0);

    // On a thread of its own it works, and dropping it in here does no harm.
    let own = client.clone();
    let listed = tokio::task::spawn_blocking(move || {
        std::thread::spawn(move || own.call(asset::List::new()).run().unwrap()).join().unwrap()
    });
    assert_eq!(listed.await.unwrap().len(), 0);
    drop(client);
}
