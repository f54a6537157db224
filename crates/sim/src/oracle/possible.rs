//! What a target could have meant while a request was answered.

use crate::client::ask::Ask;
use crate::disk::{History, State, Version};
use std::sync::Arc;

/// From when to when something may have been looked at, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    /// The request, less what the server may believe without looking.
    pub(crate) from: u64,
    /// The request.
    pub(crate) asked: u64,
    /// The end of the response.
    pub(crate) to: u64,
}

/// All that could have been found.
#[derive(Debug, Default)]
pub(crate) struct Possible {
    /// The file that answers: where it stands.
    pub(crate) path: Vec<u8>,
    pub(crate) versions: Vec<Arc<Version>>,
    pub(crate) is_absent: bool,
    /// A folder asked for without its slash.
    pub(crate) is_redirect: bool,
    /// A folder without an index file.
    pub(crate) is_folder: bool,
    pub(crate) is_forbidden: bool,
}

impl Possible {
    pub(crate) fn new(history: &History, ask: &Ask, window: Window) -> Possible {
        let mut possible = Possible { path: ask.path.clone(), ..Possible::default() };
        if ask.path.split(|&byte| byte == b'/').any(|name| name.first() == Some(&b'.')) {
            possible.is_absent = true;
            return possible;
        }
        let states = states(history, &ask.path, window);
        if !ask.has_slash {
            states.into_iter().for_each(|state| possible.add(state));
            return possible;
        }
        let mut is_directory = false;
        for state in states {
            match state {
                State::Directory => is_directory = true,
                State::Forbidden => (is_directory, possible.is_forbidden) = (true, true),
                State::Absent | State::File(_) | State::Pipe => possible.is_absent = true,
            }
        }
        if is_directory {
            possible.add_index(history, ask, window);
        }
        possible
    }

    fn add(&mut self, state: State) {
        match state {
            State::File(version) => self.versions.push(version),
            State::Absent | State::Pipe => self.is_absent = true,
            State::Directory => self.is_redirect = true,
            // A file that may not be read, or a folder: both have names.
            State::Forbidden => (self.is_forbidden, self.is_redirect) = (true, true),
        }
    }

    fn add_index(&mut self, history: &History, ask: &Ask, window: Window) {
        self.path = if ask.path.is_empty() { b"index.html".to_vec() } else { [&ask.path[..], b"/index.html"].concat() };
        for state in states(history, &self.path, window) {
            match state {
                State::File(version) => self.versions.push(version),
                // A file that may not be read, or a folder, which is no index.
                State::Forbidden => (self.is_forbidden, self.is_folder) = (true, true),
                State::Absent | State::Directory | State::Pipe => self.is_folder = true,
            }
        }
    }

    /// Whether somebody wrote into the file while it may have been read, so that some of both may have been seen.
    pub(crate) fn is_torn(&self) -> bool {
        is_torn(&self.versions)
    }

    /// The files beside it that could have been sent in its place.
    pub(crate) fn siblings(&self, history: &History, suffix: &str, window: Window) -> Vec<Arc<Version>> {
        versions(history, &[&self.path[..], suffix.as_bytes()].concat(), window)
    }
}

/// Whether some of these are of one file.
pub(crate) fn is_torn(versions: &[Arc<Version>]) -> bool {
    versions.len() > 1 && versions.iter().any(|version| version.is_in_place)
}

/// All the bytes a file had.
pub(crate) fn versions(history: &History, path: &[u8], window: Window) -> Vec<Arc<Version>> {
    let file = |state| match state {
        State::File(version) => Some(version),
        _ => None,
    };
    states(history, path, window).into_iter().filter_map(file).collect()
}

/// All that stood there, as far as the folders on the way let anybody see it.
pub(crate) fn states(history: &History, path: &[u8], window: Window) -> Vec<State> {
    let mut states = history.during(path, window.from, window.to);
    let folders = path.iter().enumerate().filter(|&(_, &byte)| byte == b'/').map(|(at, _)| &path[..at]);
    for folder in folders {
        let found = history.during(folder, window.from, window.to);
        let is_forbidden = |state: &State| matches!(state, State::Forbidden);
        if found.iter().all(is_forbidden) {
            return vec![State::Forbidden];
        }
        if found.iter().any(is_forbidden) {
            states.push(State::Forbidden);
        }
    }
    states
}
