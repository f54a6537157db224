//! How a command ends when it does not end well.

/// A sentence for the person who ran it, and which kind of end it is.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    /// 1: the answer is no; 2: it did not work.
    pub(crate) exit_code: u8,
}

impl Failure {
    /// All ran, and the answer is no.
    pub(crate) fn no(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), exit_code: 1 }
    }

    /// It could not be found out.
    pub(crate) fn broken(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), exit_code: 2 }
    }
}
