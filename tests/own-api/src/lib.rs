//! Uses the engine's macros from another crate; all of it is in the tests, so that nothing but tests builds more than it
//! did without this package.
