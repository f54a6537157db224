//! The side of the process that comes: what it was left, and by whom.

use super::PREDECESSOR;
use super::words::{FORMAT, Words, hear, say};
use crate::limit;
use crate::listening::Purpose;
use crate::tls::TicketKey;
use reactor::handover::Passage;
use reactor::{ListenAddress, ListenOptions, Listener};
use std::io;
use std::sync::Arc;

/// A process that serves until we are ready, and what it has left us.
#[derive(Debug)]
pub struct Predecessor {
    passage: Arc<Passage>,
    pub(crate) handed: Handed,
}

/// What was left.
#[derive(Debug)]
pub(crate) struct Handed {
    /// The sockets were given to it by whoever started it.
    pub(crate) is_given: bool,
    pub(crate) gates: Vec<HandedGate>,
    pub(crate) tickets: Vec<TicketKey>,
}

impl Handed {
    /// All of it; nothing stays.
    pub(crate) fn take(&mut self) -> Handed {
        let nothing = Handed { is_given: self.is_given, gates: Vec::new(), tickets: Vec::new() };
        std::mem::replace(self, nothing)
    }

    /// How many sockets there are.
    pub(crate) fn count(&self) -> usize {
        self.gates.iter().map(|gate| gate.sockets.len()).sum()
    }
}

/// An address, and every socket there is for it.
#[derive(Debug)]
pub(crate) struct HandedGate {
    pub(crate) asked: ListenAddress,
    pub(crate) bound: ListenAddress,
    pub(crate) purpose: Purpose,
    pub(crate) sockets: Vec<Listener>,
}

/// Tells the process before us that we cannot follow it.
#[derive(Clone, Debug)]
pub struct Teller(Arc<Passage>);

impl Teller {
    /// Why we cannot. Whether it has heard it: then it says so itself.
    pub fn tell_failure(&self, cause: &str) -> bool {
        say(&self.0, &Words::Failed { cause: cause.to_owned() }, &[]).is_ok()
    }
}

impl Predecessor {
    /// The one that has started us to follow it; `None`: we begin by ourselves.
    ///
    /// Errs with a sentence when what it leaves is not understood.
    pub fn find() -> Result<Option<Predecessor>, String> {
        let parent = std::env::var(PREDECESSOR).ok().and_then(|process| process.parse().ok());
        let Some(parent) = parent else { return Ok(None) };
        let refuse = |error: io::Error| format!("cannot take over from process {parent}: {error}");
        let Some(passage) = Passage::inherited(parent).map_err(refuse)? else { return Ok(None) };
        let passage = Arc::new(passage);
        match take(&passage).map_err(refuse) {
            Ok(handed) => Ok(Some(Predecessor { passage, handed })),
            Err(cause) => {
                Teller(passage).tell_failure(&cause);
                Err(cause)
            }
        }
    }

    /// What tells it that we cannot follow it.
    pub fn teller(&self) -> Teller {
        Teller(Arc::clone(&self.passage))
    }

    /// Says that we are ready to go on with these of its gates, and waits for its word.
    ///
    /// Errs with a sentence when that does not come: then its clients are not ours.
    pub(crate) fn take_over(&self, gates: Vec<usize>) -> Result<(), String> {
        let given_up = || "whoever started this process to follow it has changed its mind".to_owned();
        say(&self.passage, &Words::Ready { gates }, &[]).map_err(|_| given_up())?;
        match hear(&self.passage, limit::UPGRADE_PATIENCE) {
            Ok(Some((Words::Yours {}, _))) => Ok(()),
            _ => Err(given_up()),
        }
    }
}

fn take(passage: &Passage) -> io::Result<Handed> {
    let unexpected = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let next =
        || hear(passage, limit::HANDING_PATIENCE)?.ok_or_else(|| unexpected("it has ended before all was handed over"));
    let (Words::Begin { format: FORMAT, is_given, gates, tickets }, _) = next()? else {
        return Err(unexpected("it hands over in a way that this version does not know"));
    };
    let mut handed = Handed { is_given, gates: Vec::new(), tickets };
    let mut files = Vec::new();
    for gate in gates {
        let purpose = gate.purpose();
        files.push(gate.file);
        let (asked, bound) = (gate.asked.into(), gate.bound.into());
        handed.gates.push(HandedGate { asked, bound, purpose, sockets: Vec::new() });
    }
    loop {
        match next()? {
            (Words::Sockets { gate: at }, packet) => {
                let gate = handed.gates.get_mut(at).ok_or_else(|| unexpected("it hands over sockets of no address"))?;
                for socket in packet.descriptors {
                    let how = ListenOptions::default();
                    gate.sockets.push(Listener::handed_over(socket, gate.bound.clone(), files[at], &how)?);
                }
            }
            (Words::End, _) => return Ok(handed),
            _ => return Err(unexpected("it says something that does not belong there")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handed(packets: &[&str]) -> Result<Handed, String> {
        let (ours, theirs) = Passage::pair().unwrap();
        packets.iter().for_each(|packet| ours.send(packet.as_bytes(), &[]).unwrap());
        drop(ours);
        // The other end is what a child has as its input; here it is taken as it is.
        take(&Passage::from(theirs)).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_left_in_another_way_is_not_taken() {
        let begin = r#"{"begin":{"format":1,"is_given":true,"gates":[],"tickets":[]}}"#;
        assert!(handed(&[begin, r#""end""#]).unwrap().is_given);
        for (packets, expected) in [
            (&[][..], "it has ended before all was handed over"),
            (&[begin], "it has ended before all was handed over"),
            (&[r#""end""#], "it hands over in a way that this version does not know"),
            (&[&begin.replace(":1", ":2")[..]], "it hands over in a way that this version does not know"),
            (&["begin"], "it says what this version does not know"),
            (&[begin, r#"{"sockets":{"gate":0}}"#], "it hands over sockets of no address"),
            (&[begin, r#"{"yours":{}}"#], "it says something that does not belong there"),
        ] {
            assert_eq!(handed(packets).unwrap_err(), expected, "{packets:?}");
        }
    }
}
