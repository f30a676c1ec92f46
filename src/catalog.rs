//! The catalog: the facts of every declared operation.

use crate::Operation;

/// Makes the catalog of these APIs and resources: one path for each file of `endpoints/` that declares operations.
macro_rules! catalog {
    (
        apis { $($(#[$when_api:meta])* $api:ty),+ $(,)? }
        resources { $($(#[$when:meta])* $($name:ident)::+),+ $(,)? }
    ) => {
        /// Lists the facts of every declared operation, API by API and resource by resource: with the feature `network` also those of
        /// the network's parts.
        ///
        /// An operation whose URL comes from a response has `{url}` as its path ([`Operation::has_given_url`]); a path parameter with
        /// slashes, such as that of an app's calls, is marked at its field ([`slashes`](crate::operation::Field::slashes)).
        ///
        /// ```
        /// let create = livepeer::catalog().find(|operation| operation.id == Some("createStream")).unwrap();
        /// assert_eq!((create.method, create.path), ("POST", "/stream"));
        /// ```
        pub fn catalog() -> impl Iterator<Item = &'static Operation> {
            const ALL: &[&[&Operation]] = &[$($(#[$when])* crate::$($name)::+::OPERATIONS),+];
            ALL.iter().flat_map(|resource| resource.iter().copied())
        }

        /// The operations to be called by name.
        #[cfg(feature = "dynamic")]
        const ENTRIES: &[&[crate::dynamic::Entry]] = &[$($(#[$when])* crate::$($name)::+::ENTRIES),+];

        /// Visits every declared operation by its type, in the order of [`catalog`].
        #[cfg(feature = "mock")]
        pub fn visit_catalog(visitor: &mut impl crate::mock::OperationVisitor) {
            $($(#[$when])* crate::$($name)::+::visit_operations(visitor);)+
        }

        // Each lists all: what an API does not host is ignored.
        $(
            $(#[$when_api])*
            #[cfg(feature = "mock")]
            impl crate::mock::Operations for $api {
                fn visit(visitor: &mut impl crate::mock::OperationVisitor) {
                    visit_catalog(visitor);
                }
            }

            $(#[$when_api])*
            #[cfg(feature = "dynamic")]
            impl crate::dynamic::Catalog for $api {
                const ENTRIES: &'static [&'static [crate::dynamic::Entry]] = ENTRIES;
            }
        )+
    };
}

catalog! {
    apis {
        crate::Studio,
        crate::Ai,
        crate::daydream::Daydream,
        #[cfg(feature = "network")]
        crate::network::operations::orchestrator::Orchestrator,
        #[cfg(feature = "network")]
        crate::network::operations::signer::Signer,
        #[cfg(feature = "network")]
        crate::network::operations::trickle::Trickle,
        #[cfg(feature = "network")]
        crate::network::AppApi,
        #[cfg(feature = "network")]
        crate::network::operations::clearinghouse::Clearinghouse,
        #[cfg(feature = "network")]
        crate::network::operations::gateway::Gateway,
    }
    resources {
        stream,
        multistream,
        webhook,
        asset,
        session,
        room,
        metrics,
        access_control,
        task,
        transcode,
        playback,
        clip,
        ingest,
        object_store,
        project,
        user,
        generate,
        daydream,
        #[cfg(feature = "network")]
        network::operations::orchestrator,
        #[cfg(feature = "network")]
        network::operations::runner,
        #[cfg(feature = "network")]
        network::operations::signer,
        #[cfg(feature = "network")]
        network::operations::trickle,
        #[cfg(feature = "network")]
        network::operations::app,
        #[cfg(feature = "network")]
        network::operations::clearinghouse,
        #[cfg(feature = "network")]
        network::operations::gateway,
        #[cfg(feature = "network")]
        network::operations::byoc,
    }
}
