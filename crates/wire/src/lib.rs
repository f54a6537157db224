//! Bytes to events and back: HTTP as state machines with no socket, no file, no clock
#![no_std]
