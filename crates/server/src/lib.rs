//! Where all meet: one worker per core, from bytes to bytes
