//! `quarry upgrade`: has a server that runs start its program anew, which takes its place.

use super::reload::{choose, describe};
use crate::exit::{self, Failure, Outcome};
use crate::flag::Upgrade;
use crate::remote::{Answer, Found};

/// Exit code 1 when the process that there was goes on.
pub(crate) fn run(flags: &Upgrade) -> Result<Outcome, Failure> {
    let refuse = |cause: String| Failure::cannot("upgrade", cause);
    let all = Found::all().map_err(|error| refuse(format!("the servers that run are not told: {error}")))?;
    let server = choose(all, flags.server.as_deref()).map_err(refuse)?;
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
