//! What bounds the X-ray, and why. Beyond each of them something is left out, counted, and the count is shown.

/// Steps of one decision that are written down. The longest that a usual site has takes some thirty.
pub(crate) const NOTES_MAX: usize = 128;

/// Bytes of a path that is too long to be looked for.
pub(crate) const PATHS_SHOWN_MAX: usize = 512;

/// Bytes of a target in a list of requests.
pub(crate) const TARGET_SHOWN_MAX: usize = 1024;

/// Bytes of a request that are kept: the longest head that is answered.
pub(crate) const BYTES_MAX: usize = wire::limit::HEAD_BYTES_MAX;

/// Requests under way that one worker looks at. Beyond it a request is answered and not looked at.
pub(crate) const UNDER_WAY_MAX: usize = 64;

/// Requests that wait in a worker for somebody who looks at the others.
pub(crate) const WAITING_MAX: usize = 64;

/// Connections of one worker on which something was seen, and of which it is noted when they are closed. Of those beyond it,
/// the oldest, that is not told.
pub(crate) const ENDED_MAX: usize = 64;

/// Frames of one answer that are named. A film has thousands, and they are all alike.
pub(crate) const FRAMES_MAX: usize = 64;

/// Requests that are kept, of all workers together. Beyond it the oldest go.
pub(crate) const REQUESTS_MAX: usize = 500;

/// Bytes that these take. Beyond it the oldest go.
pub(crate) const REQUESTS_BYTES_MAX: usize = 16 << 20;

/// For how long requests are looked at after somebody last looked at the list, in seconds.
pub(crate) const WATCHED_SECONDS: i64 = 120;

/// Lists that are followed live at a time, by all workers. Beyond it: 503.
pub(crate) const FOLLOWERS_MAX: usize = 16;

/// Entries in one event of the live list, and in the list at its beginning. A reader that lags by more is told how many are gone.
pub(crate) const ENTRIES_MAX: usize = 200;

/// A follower to whom nothing was told for so long hears a word that means nothing: so that one who has gone is noticed.
pub(crate) const HEARTBEAT: std::time::Duration = std::time::Duration::from_secs(15);
