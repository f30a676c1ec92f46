//! What drives the futures of blocking calls.

use std::fmt;

#[cfg(not(feature = "tokio"))]
pub(super) use plain::Runtime;
#[cfg(feature = "tokio")]
pub(super) use with_tokio::Runtime;

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Runtime")
    }
}

#[cfg(not(feature = "tokio"))]
mod plain {
    use std::future::Future;

    use super::super::park;
    use crate::error::RequestError;

    /// The calling thread.
    #[derive(Clone, Default)]
    pub(in super::super) struct Runtime(());

    impl Runtime {
        pub(in super::super) fn block_on<F: Future>(
            &self,
            future: impl FnOnce() -> F,
        ) -> Result<F::Output, RequestError> {
            Ok(park::block_on(future()))
        }
    }
}

#[cfg(feature = "tokio")]
mod with_tokio {
    use std::future::Future;
    use std::io;
    use std::pin::pin;
    use std::sync::{Arc, OnceLock};
    use std::task::{Context, Waker};

    use tokio::runtime::{Builder, Handle};
    use tokio::sync::oneshot;

    use crate::error::RequestError;

    /// The thread that does the work, begun when it is first needed.
    #[derive(Clone, Default)]
    pub(in super::super) struct Runtime(Arc<OnceLock<Result<Thread, Arc<io::Error>>>>);

    struct Thread {
        handle: Handle,
        /// The thread ends when this is dropped.
        _end: oneshot::Sender<()>,
    }

    impl Thread {
        fn start() -> io::Result<Self> {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            let handle = runtime.handle().clone();
            let (end, ended) = oneshot::channel::<()>();
            std::thread::Builder::new().name("typed-endpoint".into()).spawn(move || {
                // Only ever ends by the sender's going away.
                let _ = runtime.block_on(ended);
            })?;
            Ok(Self { handle, _end: end })
        }
    }

    impl Runtime {
        pub(in super::super) fn block_on<F: Future>(
            &self,
            future: impl FnOnce() -> F,
        ) -> Result<F::Output, RequestError> {
            if Handle::try_current().is_ok() && is_in_task() {
                return Err(RequestError::Runtime {
                    reason: "a blocking call in asynchronous code would stop all else: use the asynchronous client there, or \
                             `tokio::task::spawn_blocking`",
                });
            }
            let thread = self.0.get_or_init(|| Thread::start().map_err(Arc::new));
            let thread = thread.as_ref().map_err(|error| RequestError::Thread { source: error.clone() })?;
            // What is made in here finds the runtime's timers.
            Ok(thread.handle.block_on(async { future().await }))
        }
    }

    /// Whether a runtime is polling what calls this. What it polls has a budget of operations, after which none is ready; where
    /// a thread may block there is none.
    fn is_in_task() -> bool {
        // More than Tokio's budget (128).
        const OPERATIONS: usize = 1000;
        let mut context = Context::from_waker(Waker::noop());
        (0..OPERATIONS).any(|_| pin!(tokio::task::consume_budget()).poll(&mut context).is_pending())
    }
}
