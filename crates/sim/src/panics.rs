//! Panics are caught by the server, as they should be; here they must be known all the same.

use std::cell::RefCell;
use std::panic;
use std::sync::Once;

thread_local! {
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The panic of this thread since the last call, if there was one. From the first call on, they are not printed.
pub(crate) fn take() -> Option<String> {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |information| match std::thread::current().name() {
            Some(crate::THREAD) => LAST.with_borrow_mut(|last| *last = Some(information.to_string())),
            _ => before(information),
        }));
    });
    LAST.take()
}
