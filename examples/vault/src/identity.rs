//! Identity secrets engine.

pub mod entity;
pub mod entity_alias;
pub mod group;
pub mod group_alias;
