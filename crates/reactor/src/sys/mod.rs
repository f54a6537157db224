//! What is told to the kernel.

pub(crate) mod clock;
pub(crate) mod epoll;
pub(crate) mod option;
pub(crate) mod slab;
pub(crate) mod token;
pub(crate) mod waker;
