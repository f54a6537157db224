//! When each step was: the moments of the worker, of the pool, and between them those of the decision.

use super::View;
use crate::xray::notes::{Note, Notes};
use crate::xray::plate::Way;
use page::xray::{Moment, Moved};
use site::NodeKind;
use std::sync::atomic::Ordering::Relaxed;

impl View<'_> {
    /// In the order in which they came. Of a request that was only thought through, nothing came and nothing went.
    pub(super) fn timeline(&self) -> Vec<Moment> {
        let (plate, times) = (self.plate, &self.plate.times);
        let found = match plate.way {
            Way::Memory => Some(Moved::InMemory),
            Way::Absence => Some(Moved::KnownAbsent),
            Way::Refused => Some(Moved::Refused),
            Way::Open | Way::AtHand | Way::Pool => None,
        };
        let known = |event, at: u64| Some((event, at)).filter(|(_, at)| *at > 0);
        let notes = plate.notes.as_ref();
        let mut moments = vec![known(Moved::HeadComplete, times.understood)];
        moments.push(found.and_then(|found| known(found, times.found)));
        moments.push(known(Moved::PoolAsked, times.asked));
        moments.push(notes.and_then(|notes| known(Moved::PoolBegun, notes.begun)));
        moments.extend(notes.into_iter().flat_map(steps).map(|(event, at)| known(event, at)));
        moments.push(notes.and_then(|notes| known(Moved::PoolDone, notes.done)));
        moments.push(known(Moved::PoolTaken, times.taken));
        moments.push(known(Moved::HeadWritten, times.headed));
        if !plate.socket.is_paper {
            let before =
                [(Moved::Accepted, times.accepted), (Moved::Secured, times.secured), (Moved::FirstByte, times.told)];
            moments.splice(..0, before.map(|(event, at)| known(event, at)));
            moments.push(known(Moved::SendBegun, times.written));
            moments.push(known(Moved::FirstSent, times.began).filter(|_| times.began != times.sent));
            moments.push(known(Moved::LastSent, times.sent).filter(|_| self.is_answered()));
            moments.push(known(Moved::Closed, plate.closed.load(Relaxed)));
        }
        let base = i128::from(times.told);
        let relative = |at: u64| i64::try_from(i128::from(at) - base).unwrap_or(i64::MAX);
        let mut moments: Vec<Moment> =
            moments.into_iter().flatten().map(|(event, at)| Moment { event, at: relative(at) }).collect();
        // Each has its own look at the clock, and they are put in order here; what came at one moment stays as it stands.
        moments.sort_by_key(|moment| moment.at);
        moments
    }

    /// Whether all of the answer went out.
    fn is_answered(&self) -> bool {
        self.plate.reply.as_ref().is_some_and(|reply| reply.is_complete)
    }
}

/// The parts of a decision, each at its last step.
fn steps(notes: &Notes) -> Vec<(Moved, u64)> {
    let mut steps: Vec<(Moved, u64)> = Vec::new();
    let mut is_labelled = false;
    for (note, at) in notes.steps.iter().zip(&notes.times) {
        is_labelled |= matches!(note, Note::Charset(..));
        let event = match note {
            Note::Path(_) | Note::Unsettled | Note::Redirect | Note::Bytes(_) | Note::EntityTag(_) => continue,
            Note::Route(..) | Note::Rule(..) | Note::SiteLimit(_) => Moved::Routes,
            // Copies beside the file are looked for when it is known what it is.
            Note::Found(..) | Note::Refused(..) | Note::TooLong(_) if is_labelled => Moved::Coding,
            Note::Found(_, NodeKind::File) => Moved::Files,
            Note::Index(_) | Note::CleanUrl(_) | Note::SinglePage(_) | Note::Fallback(_) => Moved::Files,
            Note::ErrorFile(_) | Note::NotFoundFile(_) => Moved::Files,
            Note::Found(..) | Note::Refused(..) | Note::TooLong(_) | Note::Hidden | Note::BuiltIn => Moved::NoFile,
            Note::Charset(..) | Note::MediaType(_) => Moved::Charset,
            Note::Sibling(..) | Note::OldSibling(_) | Note::Compressed(_) | Note::Plain(_) => Moved::Coding,
            Note::Answer => Moved::Conditions,
        };
        match steps.last_mut() {
            Some((last, when)) if *last == event => *when = *at,
            // What was looked for before does not count any more once something was found.
            Some((last @ Moved::NoFile, when)) if event == Moved::Files => (*last, *when) = (event, *at),
            _ => steps.push((event, *at)),
        }
    }
    steps
}
