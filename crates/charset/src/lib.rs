//! Which character encoding a text or a name is in, how sure that is, and decoding it
