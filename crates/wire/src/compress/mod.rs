//! Compression of field lines: what HTTP/2 needs of it, and HTTP/3 will share.

pub mod hpack;
pub mod huffman;
