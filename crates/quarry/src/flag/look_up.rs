//! Flags: looking up names and contents.

use std::env;
use std::path::{Path, PathBuf};

use clap::Args;

/// Looking up names and contents.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Look-up")]
pub(crate) struct LookUp {
    /// Do not index names and contents
    #[arg(long)]
    pub(crate) no_lookup: bool,
    /// Keep the index here (default: the cache folder of the user)
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    pub(crate) index: Option<PathBuf>,
}

impl LookUp {
    /// Where the index may live, the best place first; none: there is no look-up.
    pub(crate) fn places(&self) -> Option<Vec<PathBuf>> {
        if self.no_lookup {
            return None;
        }
        Some(places(self.index.as_deref()))
    }
}

/// Where the index may live, the best place first. `index`: where it shall.
pub(crate) fn places(index: Option<&Path>) -> Vec<PathBuf> {
    match index {
        // Who names a place wants it there or nowhere.
        Some(place) => vec![place.to_owned()],
        None => default_places(|name| env::var_os(name).map(PathBuf::from)),
    }
}

/// The cache folder: that which the service manager gives, that of the user (XDG Base Directory Specification), or that of
/// the system, for users without a home.
fn default_places(variable: impl Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    // As the specification has it, a path that is not absolute is as good as none.
    let folder = |name| variable(name).filter(|path| path.is_absolute());
    // systemd.exec(5): several may be given, with colons between them.
    let managed = variable("CACHE_DIRECTORY").and_then(|all| {
        let first = all.to_str()?.split(':').next()?.to_owned();
        Some(PathBuf::from(first).join("index"))
    });
    let of_user = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")));
    let places = [managed, of_user.map(|cache| cache.join("quarry/index")), Some(SYSTEM.into())];
    places.into_iter().flatten().filter(|place| place.is_absolute()).collect()
}

/// Users without a home may have been given this.
const SYSTEM: &str = "/var/cache/quarry/index";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], expected: &[&str]) {
        let variable = |name: &str| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| PathBuf::from(value))
        };
        let expected: Vec<&Path> = expected.iter().map(Path::new).collect();
        assert_eq!(default_places(variable), expected);
    }

    #[test]
    fn the_index_lives_where_caches_live() {
        check(&[], &[SYSTEM]);
        check(&[("HOME", "/home/a")], &["/home/a/.cache/quarry/index", SYSTEM]);
        let both = [("HOME", "/home/a"), ("XDG_CACHE_HOME", "/cache")];
        check(&both, &["/cache/quarry/index", SYSTEM]);
        check(&[("HOME", "/home/a"), ("XDG_CACHE_HOME", "cache")], &["/home/a/.cache/quarry/index", SYSTEM]);
        check(&[("HOME", "")], &[SYSTEM]);
        check(
            &[("HOME", "/home/a"), ("CACHE_DIRECTORY", "/var/cache/one:/var/cache/two")],
            &["/var/cache/one/index", "/home/a/.cache/quarry/index", SYSTEM],
        );
    }

    #[test]
    fn whoever_names_a_place_gets_no_other() {
        let flags = LookUp { no_lookup: false, index: Some("here".into()) };
        assert_eq!(flags.places(), Some(vec!["here".into()]));
        assert_eq!(LookUp { no_lookup: true, ..flags }.places(), None);
    }
}
