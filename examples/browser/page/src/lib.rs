//! The page's half of an upload: it has no key. It asks its server for an upload, and sends the file to the URL that it gets.
//!
//! The state is kept in the browser's local storage. Whoever chooses the same file again, after a reload or a crash, continues
//! where it ended.

use std::cell::RefCell;
use std::future::{IntoFuture, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use futures_channel::oneshot;
use js_sys::Function;
use livepeer::{Api, Case, Client, Error, Secret, Unmapped, endpoint, model, tus};
use wasm_bindgen::prelude::*;
use web_sys::{File, Storage};

/// The server's half of this example.
#[derive(Debug)]
pub struct Server;

impl Api for Server {
    const NAME: &'static str = "Server";
    const SERVERS: &'static [&'static str] = &["http://localhost:8080"];
    const CASE: Case = Case::Camel;
    type Error = Unmapped;
}

endpoint! {
    /// Asks for an upload.
    pub RequestUpload: Server = POST "/uploads" json {
        /// What the file is called.
        name: String,
    } -> Ticket
}

model! {
    /// An upload that the server has created.
    pub struct Ticket: Server {
        /// Where the file goes.
        endpoint: Secret,
    }
}

/// An upload of a file.
#[wasm_bindgen]
pub struct Upload {
    file: File,
    pause: RefCell<Option<oneshot::Sender<()>>>,
}

#[wasm_bindgen]
impl Upload {
    #[wasm_bindgen(constructor)]
    pub fn new(file: File) -> Self {
        Self { file, pause: RefCell::default() }
    }

    /// Starts or continues it. The promise is `true` when the server has the whole file, `false` after `pause()`. `report` is
    /// called with the number of bytes sent, and how many there are.
    pub async fn run(&self, report: Function) -> Result<bool, JsError> {
        let (pause, paused) = oneshot::channel();
        *self.pause.borrow_mut() = Some(pause);
        let upload = self.upload(report).await.map_err(text)?;
        let (mut upload, mut paused) = (upload.into_future(), pin!(paused));
        let ended = poll_fn(|cx| match paused.as_mut().poll(cx) {
            Poll::Ready(_) => Poll::Ready(Ok(None)),
            Poll::Pending => Pin::new(&mut upload).poll(cx).map_ok(Some),
        });
        let ended = ended.await.map_err(text)?;
        if ended.is_some() {
            let _ = storage()?.remove_item(&self.name_of_state());
        }
        Ok(ended.is_some())
    }

    /// Stops sending. `run` continues.
    pub fn pause(&self) {
        self.pause.take();
    }

    async fn upload(&self, report: Function) -> Result<tus::Upload, Error> {
        let (storage, name) = (storage().ok(), self.name_of_state());
        let saved = storage.as_ref().and_then(|storage| storage.get_item(&name).ok().flatten());
        let saved: Option<tus::Checkpoint> = saved.and_then(|saved| serde_json::from_str(&saved).ok());
        let endpoint = match &saved {
            Some(state) => state.endpoint().clone(),
            None => {
                let server = Client::<Server>::new().server(origin());
                server.call(RequestUpload::new(self.file.name())).await?.endpoint
            }
        };
        let upload = Client::new().upload_to(endpoint, self.file.clone());
        let upload = match saved {
            Some(state) => upload.resume(state),
            None => upload,
        };
        let upload = upload.on_progress(move |progress| {
            let (sent, total) = (progress.sent as f64, progress.total.unwrap_or_default() as f64);
            let _ = report.call2(&JsValue::NULL, &sent.into(), &total.into());
        });
        Ok(upload.on_state(move |state| {
            // A full storage is no reason to stop: then the upload cannot be continued after a reload.
            if let (Some(storage), Ok(state)) = (&storage, serde_json::to_string(state)) {
                let _ = storage.set_item(&name, &state);
            }
        }))
    }

    /// The same file has the same name, size and time in every visit.
    fn name_of_state(&self) -> String {
        format!("upload {} {} {}", self.file.name(), self.file.size(), self.file.last_modified())
    }
}

fn storage() -> Result<Storage, JsError> {
    let storage = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
    storage.ok_or_else(|| JsError::new("there is no local storage"))
}

fn origin() -> String {
    web_sys::window().and_then(|window| window.location().origin().ok()).unwrap_or_default()
}

fn text(error: impl std::fmt::Display) -> JsError {
    JsError::new(&format!("{error:#}"))
}
