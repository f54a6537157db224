//! From request to response, over a site in memory. One `check` knows the API; the files are by what they are about.

mod attack;
mod charset;
mod coding;
mod condition;
mod folder;
mod golden;
mod keep;
mod page;
mod property;
mod range;
mod route;
mod sample;
mod witness;
