//! Error codes (RFC 9113 §7), and which one a broken rule has.

use crate::fault::Reason;

/// Why a stream or a connection ends, as it is told to the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum ErrorCode {
    No = 0x0,
    Protocol = 0x1,
    Internal = 0x2,
    FlowControl = 0x3,
    StreamClosed = 0x5,
    FrameSize = 0x6,
    RefusedStream = 0x7,
    Cancel = 0x8,
    Compression = 0x9,
    EnhanceYourCalm = 0xB,
}

impl ErrorCode {
    pub(crate) fn of(reason: Reason) -> ErrorCode {
        use Reason as R;
        match reason {
            R::InvalidWindowSetting | R::WindowOverflow | R::WindowExceeded => ErrorCode::FlowControl,
            R::ClosedStream => ErrorCode::StreamClosed,
            R::FrameTooLong | R::InvalidFrameLength => ErrorCode::FrameSize,
            R::TooManyStreams => ErrorCode::RefusedStream,
            R::StreamStalled => ErrorCode::Cancel,
            R::TruncatedFieldBlock
            | R::IntegerTooLarge
            | R::InvalidTableIndex
            | R::InvalidTableSize
            | R::InvalidHuffmanCode => ErrorCode::Compression,
            R::FieldBlockTooLong
            | R::TooManyContinuations
            | R::TooManyResets
            | R::TooManyStreamFaults
            | R::TooMuchTalk
            | R::ConnectionStalled
            | R::HeadTimeout => ErrorCode::EnhanceYourCalm,
            // The peer did nothing wrong: it has gone.
            R::Truncated => ErrorCode::No,
            _ => ErrorCode::Protocol,
        }
    }
}
