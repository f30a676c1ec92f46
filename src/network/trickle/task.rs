//! Work in the background that ends with its owner.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use tokio::task::JoinHandle;

/// A future that has been polled once; if it was not ready then, it runs as a task. Dropping it aborts it.
pub(super) enum Task<T> {
    Done(Option<T>),
    Running(JoinHandle<T>),
}

impl<T: Send + 'static> Task<T> {
    pub(super) fn start(future: impl Future<Output = T> + Send + 'static) -> Self {
        let mut future: Pin<Box<dyn Future<Output = T> + Send>> = Box::pin(future);
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => Self::Done(Some(value)),
            Poll::Pending => Self::Running(tokio::spawn(future)),
        }
    }

    /// The result, if it was ready at once.
    pub(super) fn done(&mut self) -> Option<T> {
        match self {
            Self::Done(value) => value.take(),
            Self::Running(_) => None,
        }
    }

    /// Waits for the result; `None` if there is none, because the runtime ends. It can be given up and repeated.
    pub(super) async fn wait(&mut self) -> Option<T> {
        match self {
            Self::Done(value) => value.take(),
            Self::Running(handle) => pin!(handle).await.ok(),
        }
    }

    pub(super) async fn join(mut self) -> Option<T> {
        self.wait().await
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        if let Self::Running(handle) = self {
            handle.abort();
        }
    }
}
