//! Full-text look-up: every material is found by its name and by its words, in any script and any old encoding.
//!
//! ```text
//! file ─▶ extract ─▶ token ─▶ index          what is there
//! words ─▶ query ─▶ find ─▶ answer           what is looked for
//! ```
//!
//! It knows no HTTP: paths are bytes below a root, answers are plain values.

pub mod answer;
pub mod error;
pub mod extract;
pub mod find;
mod fold;
pub mod index;
pub mod line;
pub mod live;
pub mod material;
pub mod name;
pub mod query;
mod schema;
mod snippet;
pub mod token;
