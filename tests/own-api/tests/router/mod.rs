//! Routers of axum, made from the declarations.
