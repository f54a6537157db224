//! `quarry reload`: has a server that runs read its settings again.

use crate::exit::{self, Failure, Outcome};
use crate::flag::Reload;
use crate::remote::{Answer, Found};
use std::thread;
use std::time::{Duration, Instant};

/// Exit code 1 when the server goes on with the settings that it has.
pub(crate) fn run(flags: &Reload) -> Result<Outcome, Failure> {
    let refuse = |cause: String| Failure::cannot("reload", cause);
    let server = find(flags.server.as_deref()).map_err(refuse)?;
    match server.reload() {
        Ok(Answer::Remarks(remarks)) => {
            remarks.iter().for_each(exit::warn);
            exit::say(format!("{} has its new settings", describe(&server)));
            Ok(Outcome::Done)
        }
        Ok(Answer::Followed(_)) => Err(refuse(format!("{} answers something else", describe(&server)))),
        Ok(Answer::Refused(cause)) => {
            exit::warn(format!("the settings stay as they were: {cause}"));
            Ok(Outcome::No)
        }
        Err(error) => Err(refuse(format!("{} does not answer: {}", describe(&server), exit::cause(&error)))),
    }
}

/// The one that is meant, of all that run. Who has just followed another process is at work a moment later: whoever is named and not
/// there is looked for again. Errs with what could be.
pub(super) fn find(wanted: Option<&str>) -> Result<Found, String> {
    let begun = Instant::now();
    loop {
        let all = Found::all().map_err(|error| format!("the servers that run are not told: {error}"))?;
        match choose(all, wanted) {
            Err(_) if wanted.is_some() && begun.elapsed() < PATIENCE => thread::sleep(LOOK_EVERY),
            chosen => return chosen,
        }
    }
}

fn choose(mut all: Vec<Found>, wanted: Option<&str>) -> Result<Found, String> {
    let described = |all: &[Found]| all.iter().map(describe).collect::<Vec<_>>().join(", ");
    if all.is_empty() {
        return Err("no server of yours runs on this machine".into());
    }
    let Some(name) = wanted else {
        return match all.len() {
            1 => Ok(all.remove(0)),
            _ => Err(format!("several servers run; name one by its number or its folder: {}", described(&all))),
        };
    };
    let called: Vec<usize> = (0..all.len()).filter(|&at| all[at].is_called(name)).collect();
    match called[..] {
        [at] => Ok(all.remove(at)),
        [] => Err(format!("no server of yours is {name:?}; there is {}", described(&all))),
        _ => Err(format!("several servers serve {name:?}; name one by its number: {}", described(&all))),
    }
}

/// `4711 (/srv/www at http://127.0.0.1:8000/)`
pub(super) fn describe(server: &Found) -> String {
    let mut text = String::new();
    let (serves, places) = (server.about.serves.join(" and "), server.about.places.first());
    exit::push_safe(&mut text, &serves);
    if let Some(place) = places {
        text.push_str(" at ");
        exit::push_safe(&mut text, place);
    }
    format!("{} ({text})", server.process)
}

/// Far more than it takes a process to begin to work.
const PATIENCE: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::About;

    fn servers(of: &[(u32, &str)]) -> Vec<Found> {
        let found = |&(process, serves): &(u32, &str)| {
            let about = About { serves: vec![serves.into()], places: vec!["http://a/".into()] };
            Found { process, about }
        };
        of.iter().map(found).collect()
    }

    #[test]
    fn the_only_one_need_not_be_named() {
        assert_eq!(choose(servers(&[(7, "/srv")]), None).unwrap().process, 7);
        let fault = choose(servers(&[(7, "/srv"), (8, "/x\u{1b}")]), None).unwrap_err();
        let expected = "several servers run; name one by its number or its folder: 7 (/srv at http://a/), 8 (/x\\u{1b} at http://a/)";
        assert_eq!(fault, expected);
        assert_eq!(choose(Vec::new(), None).unwrap_err(), "no server of yours runs on this machine");
    }

    #[test]
    fn one_of_several_is_named_by_its_number_or_by_what_it_serves() {
        let all = || servers(&[(7, "/"), (8, "/usr"), (9, "/usr")]);
        assert_eq!(choose(all(), Some("9")).unwrap().process, 9);
        assert_eq!(choose(all(), Some("/usr/..")).unwrap().process, 7);
        assert!(choose(all(), Some("/usr")).unwrap_err().starts_with("several servers serve \"/usr\""));
        assert!(choose(all(), Some("10")).unwrap_err().starts_with("no server of yours is \"10\"; there is 7 (/ at"));
    }
}
