//! WebSockets of apps: through the orchestrator, by a WebSocket library.

use std::sync::{Arc, Mutex};

use futures_util::{SinkExt as _, StreamExt as _};
use livepeer::mock::{self, RunningNetwork};
use livepeer::network::{Client, Runner, Session};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_tungstenite::{accept_hdr_async, client_async};

/// An app that echoes messages; to the path `/refused` it responds with 403.
struct App {
    network: RunningNetwork,
    runner: Runner,
    /// The heads of the requests.
    requests: Arc<Mutex<Vec<Request>>>,
}

impl App {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(echo(stream, seen.clone()));
            }
        });
        let network = mock::network().listen().await.unwrap();
        let runner = Runner::new(network.url(), "orch-secret", "x/socket", url).start().await.unwrap();
        Self { network, runner, requests }
    }

    async fn session(&self) -> Session {
        Client::new().orchestrator(self.network.url()).app("x/socket").reserve().await.unwrap()
    }
}

async fn echo(stream: TcpStream, seen: Arc<Mutex<Vec<Request>>>) {
    #[allow(clippy::result_large_err)]
    let check = |request: &Request, response: Response| {
        seen.lock().unwrap().push(request.clone());
        match request.uri().path() {
            "/refused" => {
                let mut response = ErrorResponse::new(Some("not here".to_owned()));
                *response.status_mut() = http::StatusCode::FORBIDDEN;
                Err(response)
            }
            _ => Ok(response),
        }
    };
    let Ok(mut socket) = accept_hdr_async(stream, check).await else { return };
    while let Some(Ok(message)) = socket.next().await {
        if message.is_text() || message.is_binary() {
            socket.send(message).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_websocket_passes_through_the_orchestrator() {
    let app = App::new().await;
    let session = app.session().await;
    let request = session.websocket("/transcribe?lang=en").unwrap();
    let (mut socket, response) = client_async(request, session.connect().await.unwrap()).await.unwrap();
    assert_eq!(response.status(), 101);
    {
        let requests = app.requests.lock().unwrap();
        assert_eq!(requests[0].uri(), "/transcribe?lang=en");
        assert_eq!(requests[0].headers()["livepeer-session-id"], session.id().expose());
        assert!(app.runner.session(requests[0].headers()).is_some());
    }
    let large = Message::binary(vec![7; 1 << 20]);
    for message in [Message::text("hello"), large, Message::text("")] {
        socket.send(message.clone()).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), message);
    }
    // The orchestrator leaves it open when the session is over, so that the client has to close it.
    session.close().await.unwrap();
    assert_eq!(app.network.network().sessions(), 0);
    socket.send(Message::text("still")).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("still"));
    socket.close(None).await.unwrap();
    assert!(matches!(socket.next().await, Some(Ok(Message::Close(_))) | None));
}

#[tokio::test]
async fn a_message_that_comes_with_the_request_is_not_lost() {
    let app = App::new().await;
    let session = app.session().await;
    let request = session.websocket("/").unwrap();
    let mut head = format!("GET {} HTTP/1.1\r\n", request.uri().path());
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    // A text of two letters, masked by zeros.
    let message = [&head.into_bytes()[..], b"\r\n", &[0x81, 0x82, 0, 0, 0, 0], b"hi"].concat();
    let mut stream = session.connect().await.unwrap();
    stream.write_all(&message).await.unwrap();
    let mut received = Vec::new();
    while !received.ends_with(b"\x81\x02hi") {
        assert!(stream.read_buf(&mut received).await.unwrap() > 0, "{}", String::from_utf8_lossy(&received));
    }
    assert!(received.starts_with(b"HTTP/1.1 101 Switching Protocols\r\n"));
}

#[tokio::test]
async fn a_refused_websocket_has_the_response_of_who_refused_it() {
    let app = App::new().await;
    let session = app.session().await;
    let open = async |path: &str| {
        let request = session.websocket(path).unwrap();
        match client_async(request, session.connect().await.unwrap()).await {
            Err(SocketError::Http(response)) => response.status().as_u16(),
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("{path} was not refused"),
        }
    };
    assert_eq!(open("/refused").await, 403);
    app.network.network().end_sessions();
    assert_eq!(open("/").await, 404);
}
