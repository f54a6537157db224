//! What becomes of an upgrade that does not come about: nothing, and it is said why.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use rustix::process::{Signal, kill_process};

use super::super::run;
use super::super::running::until;
use super::{Place, get, pid};

#[test]
fn what_cannot_follow_leaves_the_old_at_work_and_says_why() {
    let place = Place::new();
    let mut line = place.start(&[]);
    let program = place.path("quarry");
    let mut check = |expected: &str| {
        let ended = line.ask();
        let expected = format!("quarry: no upgrade, process {} goes on: {expected}", line.process);
        assert_eq!((ended.code, ended.errors.trim_end()), (Some(1), &expected[..]));
        assert_eq!(line.said(), expected);
        assert_eq!(get(&mut line.running.connect()).text(), "found");
    };
    place.install_script("exit 3");
    check(&format!("\"{program}\" ended with exit code 3 before it was ready"));
    place.install_script("kill -9 $$");
    check(&format!("\"{program}\" was ended by signal 9 before it was ready"));
    fs::set_permissions(place.program(), Permissions::from_mode(0o644)).expect("set");
    check(&format!("cannot start \"{program}\": permission denied"));
    fs::remove_file(place.program()).expect("removed");
    check(&format!("cannot start \"{program}\": no such file or directory"));
    place.install();
    fs::rename(place.root(), place.path("away")).expect("moved");
    check(&format!("cannot serve \"{}\": there is no such folder", place.root().display()));
    fs::rename(place.path("away"), place.root()).expect("moved back");
    line.upgrade();
    line.end();
}

#[test]
fn one_that_is_killed_before_it_is_ready_takes_nobody_with_it() {
    let place = Place::new();
    let mut line = place.start(&[]);
    let mut stream = line.running.connect();
    let told = place.path("told");
    place.install_script(&format!("echo $$ > '{told}'\nexec sleep 1000"));
    line.signal(Signal::USR2);
    let new = until("it has begun", || fs::read_to_string(&told).ok()?.trim().parse().ok());
    // There is one at a time, and settings are left alone meanwhile.
    let refused = line.ask();
    let goes_on = format!("quarry: no upgrade, process {} goes on: ", line.process);
    assert_eq!(refused.errors.trim_end(), format!("{goes_on}one is under way already"));
    assert_eq!(line.said(), refused.errors.trim_end());
    let reload = run(["reload", &line.process.to_string()]);
    assert!(reload.errors.contains("a new program is about to follow"), "{}", reload.errors);
    assert_eq!(get(&mut stream).text(), "found");
    kill_process(pid(new), Signal::KILL).expect("it runs");
    let expected = format!("{goes_on}\"{}\" was ended by signal 9 before it was ready", place.path("quarry"));
    assert_eq!(line.said(), expected);
    let response = get(&mut stream);
    assert_eq!((response.text(), response.field("connection")), ("found", None));
    place.install();
    line.upgrade();
    assert_eq!(get(&mut stream).field("connection"), Some("close"));
    line.end();
}

#[test]
fn one_that_is_told_to_stop_meanwhile_stops_both() {
    let place = Place::new();
    let line = place.start(&[]);
    let told = place.path("told");
    place.install_script(&format!("echo $$ > '{told}'\nexec sleep 1000"));
    line.signal(Signal::USR2);
    let new = until("it has begun", || fs::read_to_string(&told).ok()?.trim().parse().ok());
    line.end();
    until("the new one ends", || kill_process(pid(new), Signal::CONT).err());
}
