//! A server that is away for minutes: in virtual time, so in memory.

use livepeer::mock::Mock;
use livepeer::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};
use tokio::time::Instant;

use super::*;

/// A network with outages: each begins when so many requests have passed, and lasts so long. What asks for an upload is
/// not counted and always passes.
#[derive(Clone)]
struct Network(Arc<Mutex<Line>>, Mock);

struct Line {
    passed: usize,
    outages: Vec<(usize, Duration)>,
    down: Option<Instant>,
}

impl Network {
    fn new(studio: &StudioFake, outages: &[(usize, Duration)]) -> Self {
        let line = Line { passed: 0, outages: outages.into(), down: None };
        Self(Arc::new(Mutex::new(line)), studio.mock().clone())
    }

    fn is_down(&self) -> bool {
        let mut line = self.0.lock().unwrap();
        if let Some(at) = line.outages.iter().position(|(after, _)| *after == line.passed) {
            line.down = Some(Instant::now() + line.outages.remove(at).1);
        }
        let down = line.down.is_some_and(|until| Instant::now() < until);
        line.passed += usize::from(!down);
        down
    }
}

impl Transport for Network {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        match !request.uri().path().ends_with("/request-upload") && self.is_down() {
            true => Box::pin(async { Err(TransportError::new(TransportErrorKind::Connect, "the network is down")) }),
            false => self.1.send(request),
        }
    }
}

const MINUTE: Duration = Duration::from_secs(60);

/// A client with the default policy behind a network with outages.
fn behind(studio: &StudioFake, outages: &[(usize, Duration)]) -> Client {
    studio.client().transport(Network::new(studio, outages))
}

#[tokio::test(start_paused = true)]
async fn outages_of_minutes_are_outlived() {
    // While it is put; while it is created; before its second part, and again before its third.
    for (len, outages) in [(MIB, &[0][..]), (9 * MIB, &[0]), (17 * MIB, &[2, 4])] {
        let studio = mock::studio();
        let content = content(len);
        let outages: Vec<_> = outages.iter().map(|after| (*after, 5 * MINUTE)).collect();
        let began = Instant::now();
        let uploaded = behind(&studio, &outages).upload(Upload::new(File::bytes(content.clone()))).await.unwrap();
        assert!(studio.uploaded(&uploaded.asset).unwrap() == content, "{len}");
        assert!(began.elapsed() >= 5 * MINUTE * u32::try_from(outages.len()).unwrap(), "{len}: there was no outage");
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_without_end_is_an_error_after_minutes() {
    for (len, after) in [(MIB, 0), (9 * MIB, 2)] {
        let studio = mock::studio();
        let client = behind(&studio, &[(after, Duration::from_secs(1_000_000))]);
        let began = Instant::now();
        let error = client.upload(Upload::new(File::bytes(content(len)))).await.unwrap_err();
        assert!((5 * MINUTE..7 * MINUTE).contains(&began.elapsed()), "{len}: {:?}", began.elapsed());
        assert!(error.is_retryable(), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_was_set_is_the_one_that_counts() {
    // Even if it is the default one.
    for (len, after) in [(MIB, 0), (9 * MIB, 2)] {
        let studio = mock::studio();
        let upload = Upload::new(File::bytes(content(len)));
        let client = behind(&studio, &[(after, 5 * MINUTE)]).retry(Retry::default());
        let began = Instant::now();
        let UploadError::Call(error) = client.upload(upload).await.unwrap_err() else { panic!("not a call's error") };
        assert_eq!(error.attempts(), 3);
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn uploads_do_not_end_one_another_and_no_other_calls() {
    let studio = mock::studio();
    let client = behind(&studio, &[(0, 5 * MINUTE)]);
    let upload = |nth: usize| client.upload(Upload::new(File::bytes(content(1000 + nth)))).into_future();
    let uploads: Vec<_> = (0..10).map(|nth| tokio::spawn(upload(nth))).collect();
    tokio::time::sleep(4 * MINUTE).await;
    let error = client.call(asset::List::new()).await.unwrap_err();
    assert_eq!(error.attempts(), 3, "{error}");
    for (nth, upload) in uploads.into_iter().enumerate() {
        let uploaded = upload.await.unwrap().unwrap();
        assert!(studio.uploaded(&uploaded.asset).unwrap() == content(1000 + nth), "{nth}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_was_never_there_is_not_waited_for() {
    let studio = mock::studio();
    let client = behind(&studio, &[(0, 5 * MINUTE)]);
    let began = Instant::now();
    let error = client.tus("http://localhost/no/such/host", File::bytes(content(10))).await.unwrap_err();
    assert!(matches!(&error, UploadError::Call(error) if error.attempts() == 3), "{error}");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}
