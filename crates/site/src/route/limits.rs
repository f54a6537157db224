//! How much one client may ask of a site, or at a route.

use semantics::Status;
use std::fmt;
use std::time::Duration;

/// What is limited. Clients are told apart by their addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limit {
    /// How often one may come.
    pub rate: Option<Rate>,
    /// How many of its requests may be under way at a time: from when one has come to when the last byte of its answer is out.
    /// One connection of HTTP/1.1 has one at most; of HTTP/2, each stream counts.
    pub connections: Option<u32>,
}

/// How often one client may come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// So many requests…
    pub requests: u32,
    /// …in such a time, on the average.
    pub period: Duration,
    /// So many at once beyond that.
    pub burst: u32,
}

/// As the config has it: `10/s`.
impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.period.as_secs() {
            1 => "s",
            60 => "m",
            3600 => "h",
            seconds => return write!(formatter, "{}/{seconds} s", self.requests),
        };
        write!(formatter, "{}/{unit}", self.requests)
    }
}

/// Where a limit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// At the site: it is for all of it.
    Site,
    /// At the route of this number, from 0.
    Route(usize),
}

/// What a limit says to a client that it turns away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnedAway {
    /// It came too often: so many seconds later it may come again.
    TooOften(u32),
    /// It has too much under way.
    TooManyAtOnce,
}

impl TurnedAway {
    /// 429 for both (RFC 6585 §4): it is the client who asks for too much. 503 would say that this server cannot serve, and
    /// whoever watches over it would be called.
    pub const STATUS: Status = Status::TOO_MANY_REQUESTS;

    /// When to come again, in seconds. Nobody knows when what is under way will be over; less cannot be said.
    pub fn retry_after(self) -> u32 {
        match self {
            TurnedAway::TooOften(seconds) => seconds,
            TurnedAway::TooManyAtOnce => 1,
        }
    }

    /// Which part of the limit it was, for whoever looks: `429: more than 10/s`.
    pub fn shown(self, limit: &Limit) -> String {
        let status = TurnedAway::STATUS.code();
        match (self, &limit.rate, limit.connections) {
            (TurnedAway::TooOften(_), Some(rate), _) => format!("{status}: more than {rate}"),
            (TurnedAway::TooManyAtOnce, _, Some(most)) => format!("{status}: more than {most} at a time"),
            _ => status.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_part_of_a_limit_turned_away_is_told() {
        let rate = |seconds| Rate { requests: 10, period: Duration::from_secs(seconds), burst: 0 };
        let limit = Limit { rate: Some(rate(60)), connections: Some(4) };
        assert_eq!(TurnedAway::TooOften(7).shown(&limit), "429: more than 10/m");
        assert_eq!(TurnedAway::TooManyAtOnce.shown(&limit), "429: more than 4 at a time");
        assert_eq!((TurnedAway::TooOften(7).retry_after(), TurnedAway::TooManyAtOnce.retry_after()), (7, 1));
        assert_eq!([rate(1), rate(3600), rate(5)].map(|rate| rate.to_string()), ["10/s", "10/h", "10/5 s"]);
    }
}
