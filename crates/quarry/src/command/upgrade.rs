//! `quarry upgrade`: has a server that runs start its program anew, which takes its place.

use super::reload::{describe, find};
use crate::exit::{self, Failure, Outcome};
use crate::flag::Upgrade;
use crate::remote::Answer;

/// Exit code 1 when the process that there was goes on.
pub(crate) fn run(flags: &Upgrade) -> Result<Outcome, Failure> {
    let refuse = |cause: String| Failure::cannot("upgrade", cause);
    let server = find(flags.server.as_deref()).map_err(refuse)?;
    match server.upgrade() {
        Ok(Answer::Followed(process)) => {
            exit::say(format!("{} is followed by process {process}", describe(&server)));
            Ok(Outcome::Done)
        }
        Ok(Answer::Refused(cause)) => {
            exit::warn(format!("no upgrade, process {} goes on: {cause}", server.process));
            Ok(Outcome::No)
        }
        Ok(Answer::Remarks(_)) => Err(refuse(format!("{} answers something else", describe(&server)))),
        Err(error) => Err(refuse(format!("{} does not answer: {}", describe(&server), exit::cause(&error)))),
    }
}
