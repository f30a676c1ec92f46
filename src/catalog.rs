//! The catalog: the facts of every declared operation.

use crate::Operation;

/// Makes the catalog of these resources: one name for each file of `endpoints/` that declares operations.
macro_rules! catalog {
    ($($name:ident),+ $(,)?) => {
        /// Lists the facts of every declared operation, resource by resource.
        ///
        /// ```
        /// let create = livepeer::catalog().find(|operation| operation.id == Some("createStream")).unwrap();
        /// assert_eq!((create.method, create.path), ("POST", "/stream"));
        /// ```
        pub fn catalog() -> impl Iterator<Item = &'static Operation> {
            const ALL: &[&[&Operation]] = &[$(crate::$name::OPERATIONS),+];
            ALL.iter().flat_map(|resource| resource.iter().copied())
        }

        /// The operations to be called by name.
        #[cfg(feature = "dynamic")]
        const ENTRIES: &[&[crate::dynamic::Entry]] = &[$(crate::$name::ENTRIES),+];

        /// Visits every declared operation by its type, in the order of [`catalog`].
        #[cfg(feature = "mock")]
        pub fn visit_catalog(visitor: &mut impl crate::mock::OperationVisitor) {
            $(crate::$name::visit_operations(visitor);)+
        }
    };
}

catalog! {
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
}

#[cfg(feature = "mock")]
impl crate::mock::Operations for crate::Studio {
    fn visit(visitor: &mut impl crate::mock::OperationVisitor) {
        visit_catalog(visitor);
    }
}

#[cfg(feature = "mock")]
impl crate::mock::Operations for crate::Ai {
    fn visit(visitor: &mut impl crate::mock::OperationVisitor) {
        visit_catalog(visitor);
    }
}

#[cfg(feature = "dynamic")]
impl crate::dynamic::Catalog for crate::Studio {
    const ENTRIES: &'static [&'static [crate::dynamic::Entry]] = ENTRIES;
}

#[cfg(feature = "dynamic")]
impl crate::dynamic::Catalog for crate::Ai {
    const ENTRIES: &'static [&'static [crate::dynamic::Entry]] = ENTRIES;
}
