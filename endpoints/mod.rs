//! The APIs of Livepeer, one file a resource: first the lines that declare its operations, below them its models.

mod prelude;

pub mod ai;
#[cfg(feature = "encrypt")]
pub mod encryption;
pub mod list;
pub mod media;
#[cfg(feature = "mock")]
pub mod mock;
#[cfg(feature = "jwt")]
pub mod playback_access;
mod ready;
pub mod studio;
pub mod types;
mod upload;
#[cfg(feature = "axum")]
mod webhook_axum;
#[cfg(feature = "webhook")]
mod webhook_event;
#[cfg(feature = "webhook")]
mod webhook_payload;
#[cfg(feature = "webhook")]
mod webhook_verify;

/// Declares the resources, and the catalog of all their operations.
macro_rules! resources {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {
        $($(#[$meta])* pub mod $name;)+

        /// The facts of every declared operation, resource by resource.
        ///
        /// ```
        /// let create = livepeer::catalog().find(|operation| operation.id == Some("createStream")).unwrap();
        /// assert_eq!((create.method.as_str(), create.path), ("POST", "/stream"));
        /// ```
        pub fn catalog() -> impl Iterator<Item = &'static crate::Operation> {
            const ALL: &[&[&crate::Operation]] = &[$($name::OPERATIONS),+];
            ALL.iter().flat_map(|resource| resource.iter().copied())
        }

        /// Shows every declared operation by its type, in the order of [`catalog`].
        #[cfg(feature = "mock")]
        pub fn visit_catalog(visitor: &mut impl crate::mock::Visit) {
            $($name::visit_operations(visitor);)+
        }
    };
}

resources! {
    stream,
    multistream,
    webhook,
    asset,
    session,
    #[allow(deprecated)]
    room,
    metrics,
    access_control,
    task,
    transcode,
    playback,
    project,
    user,
    generate,
}

/// The client: of Livepeer Studio unless said otherwise.
pub type Client<A = studio::Studio> = crate::client::Client<A>;
