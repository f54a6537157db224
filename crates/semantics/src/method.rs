//! Request methods (RFC 9110 §9).

/// What the client asks to be done with the target resource. Method names are case-sensitive (§9.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method<'a> {
    /// Transfer the selected representation (§9.3.1).
    Get,
    /// The same without content (§9.3.2).
    Head,
    /// What can be asked here (§9.3.7).
    Options,
    /// Registered methods that a folder does not offer: 405.
    Known(&'a [u8]),
    /// A token that is no method we have heard of: 501.
    Unknown(&'a [u8]),
}

impl<'a> Method<'a> {
    /// Never fails: any token is some method.
    pub fn from_token(token: &'a [u8]) -> Method<'a> {
        match token {
            b"GET" => Method::Get,
            b"HEAD" => Method::Head,
            b"OPTIONS" => Method::Options,
            b"POST" | b"PUT" | b"DELETE" | b"CONNECT" | b"TRACE" | b"PATCH" => Method::Known(token),
            _ => Method::Unknown(token),
        }
    }

    /// The token as it came.
    pub fn as_bytes(&self) -> &'a [u8] {
        match self {
            Method::Get => b"GET",
            Method::Head => b"HEAD",
            Method::Options => b"OPTIONS",
            Method::Known(token) | Method::Unknown(token) => token,
        }
    }
}
