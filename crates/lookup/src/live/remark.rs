//! What people are told when something is not as it should be.

use crate::live::ground::Ground;
use std::time::Duration;

/// What is in the way, each for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Remarks {
    /// Why the index is in memory.
    pub(crate) unplaced: Option<String>,
    /// Why it cannot be written.
    pub(crate) unwritten: Option<String>,
    /// Another process writes it.
    pub(crate) another: bool,
    /// In memory, there is no room for more.
    is_full: bool,
    /// Why the kernel does not tell of all changes.
    watch: Option<&'static str>,
    /// Then it is looked after so long.
    pub(crate) pause: Duration,
    /// As it was told last.
    told: Option<Box<Remarks>>,
}

impl Remarks {
    /// Whether there is room for more.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    pub(crate) fn fill(&mut self, is_full: bool) {
        self.is_full = is_full;
    }

    /// Whether the kernel does not tell of all changes.
    pub(crate) fn has_watch(&self) -> bool {
        self.watch.is_some()
    }

    /// `is_full`: a folder could not be watched.
    pub(crate) fn watch(&mut self, ground: &Ground, is_full: bool) {
        self.watch = match ground.watch {
            None => Some("this process may watch no folders (fs.inotify.max_user_instances)"),
            Some(_) if is_full => Some("more folders than the system lets us watch (fs.inotify.max_user_watches)"),
            Some(_) if ground.is_remote => Some("on a network file system, other machines change files unseen"),
            Some(_) => None,
        };
    }

    /// Whether something else is in the way than at the last time that this was asked.
    pub(crate) fn has_changed(&mut self) -> bool {
        let told = self.told.take();
        let has_changed = told.as_deref() != Some(self);
        self.told = if has_changed { Some(Box::new(self.clone())) } else { told };
        has_changed
    }

    /// All in one sentence; none: everything is as it should be.
    pub(crate) fn sentence(&self) -> Option<String> {
        let mut parts: Vec<String> = Vec::new();
        if let Some(cause) = &self.unwritten {
            parts.push(format!("the index is not written: {cause}"));
        }
        if let Some(cause) = &self.unplaced {
            parts.push(format!("the index is in memory, and made anew at each start: {cause}"));
        }
        if self.is_full {
            parts.push("it is full: contents beyond it are found by their names only".to_owned());
        }
        if let Some(cause) = self.watch {
            parts.push(format!("changes may be found only after {}: {cause}", span(self.pause)));
        }
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// `40 s`, `5 min`.
fn span(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..120 => format!("{} s", seconds.max(1)),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_one_sentence() {
        let mut remarks = Remarks { another: true, ..Remarks::default() };
        assert_eq!(remarks.sentence(), None, "that another process writes the same is as it should be");
        remarks.unplaced = Some("cannot write \"/a\": permission denied".into());
        remarks.watch = Some("of this");
        remarks.pause = Duration::from_secs(130);
        let sentence = remarks.sentence().unwrap();
        assert_eq!(
            sentence,
            "the index is in memory, and made anew at each start: cannot write \"/a\": permission denied; changes may be \
             found only after 3 min: of this"
        );
    }
}
