//! A line whose exchange has not ended: how long it took, how much was sent and how it ended is filled in when that is known.

use crate::due::End;
use semantics::Instant;
use serde_json::{Map, Value};
use std::io::Write;

/// A line under way.
#[derive(Debug)]
pub(crate) struct Draft {
    form: Form,
    /// When the first byte of the request was there.
    began: Instant,
    /// Of the content, so far.
    bytes: u64,
}

#[derive(Debug)]
enum Form {
    /// What is known, and at which bytes of it something is to be filled in; ascending.
    Text(Vec<u8>, Vec<(usize, Hole)>),
    Json(Map<String, Value>),
}

/// What is to be filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hole {
    Took,
    Bytes,
    End,
}

impl Draft {
    /// `bytes`: of the content, as far as that is known already.
    pub(super) fn of_text(text: Vec<u8>, holes: Vec<(usize, Hole)>, began: Instant, bytes: u64) -> Draft {
        Draft { form: Form::Text(text, holes), began, bytes }
    }

    pub(super) fn of_json(object: Map<String, Value>, began: Instant, bytes: u64) -> Draft {
        Draft { form: Form::Json(object), began, bytes }
    }

    /// So many bytes more of the content.
    pub(crate) fn add(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// Appends the line.
    pub(super) fn write(self, out: &mut Vec<u8>, now: Instant, end: End) {
        let took = now.since(self.began).as_micros();
        let end = match end {
            End::Done => "done",
            End::Cut => "cut",
        };
        match self.form {
            Form::Text(text, holes) => {
                let mut from = 0;
                for (at, hole) in holes {
                    out.extend_from_slice(&text[from..at]);
                    from = at;
                    // Writing to a Vec does not fail.
                    let _ = match hole {
                        Hole::Took => write!(out, "{}.{:03}", took / 1000, took % 1000),
                        Hole::Bytes => write!(out, "{}", self.bytes),
                        Hole::End => out.write_all(end.as_bytes()),
                    };
                }
                out.extend_from_slice(&text[from..]);
            }
            Form::Json(mut object) => {
                object.insert("bytes".into(), self.bytes.into());
                object.insert("end".into(), end.into());
                object.insert("took_ms".into(), (took as f64 / 1000.0).into());
                let _ = writeln!(out, "{}", Value::Object(object));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_known_is_filled_in() {
        let write = |mut draft: Draft, end| {
            draft.add(5);
            let mut out = Vec::new();
            draft.write(&mut out, Instant(2_000_000), end);
            String::from_utf8(out).unwrap()
        };
        let holes = vec![(0, Hole::Took), (1, Hole::Bytes), (1, Hole::End)];
        let draft = Draft::of_text(b" !\n".to_vec(), holes, Instant(745_000), 7);
        assert_eq!(write(draft, End::Done), "1.255 12done!\n");
        let object = Map::from_iter([("a".into(), 1.into())]);
        let draft = Draft::of_json(object, Instant(2_000_000), 0);
        assert_eq!(write(draft, End::Cut), "{\"a\":1,\"bytes\":5,\"end\":\"cut\",\"took_ms\":0.0}\n");
    }
}
