//! Giving up what a server needs only at its start, and taking what it may have.

use std::fmt;
use std::fs;
use std::io;

use rustix::process::{Gid, Uid};
use rustix::process::{Resource, Rlimit, getegid, geteuid, getgid, getrlimit, getuid, setrlimit};
use rustix::thread::{set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid, set_thread_uid};

/// Who to become after the sockets are bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    user: u32,
    group: u32,
    /// Other groups that the user is a member of.
    groups: Vec<u32>,
}

/// Why somebody cannot be had as the one to become.
#[derive(Debug)]
#[non_exhaustive]
pub enum PrivilegeError {
    /// Neither a name in `/etc/passwd` nor a number.
    NoSuchUser(String),
    /// Neither a name in `/etc/group` nor a number.
    NoSuchGroup(String),
    /// Identities belong to threads in Linux, so there must be one thread only.
    HasThreads(usize),
    /// What was given up could be taken back.
    CanRegain,
    /// The kernel refused.
    Failed(&'static str, io::Error),
}

impl Identity {
    /// From `user` or `user:group`, each a name or a number. Errs with the name that is not known.
    pub fn find(text: &str) -> Result<Identity, PrivilegeError> {
        let users = fs::read("/etc/passwd").unwrap_or_default();
        let groups = fs::read("/etc/group").unwrap_or_default();
        find(text, &String::from_utf8_lossy(&users), &String::from_utf8_lossy(&groups))
    }

    /// Gives a file to this user and group. Errs when the process may not.
    pub fn own(&self, file: &fs::File) -> io::Result<()> {
        std::os::unix::fs::fchown(file, Some(self.user), Some(self.group))
    }

    /// The numbers of the user and the group, for what shall belong to them.
    pub fn numbers(&self) -> (u32, u32) {
        (self.user, self.group)
    }

    /// Whether this process is that user already, with no right to be another.
    pub fn is_assumed(&self) -> bool {
        let (user, group) = (Uid::from_raw(self.user), Gid::from_raw(self.group));
        !user.is_root() && getuid() == user && geteuid() == user && getgid() == group && getegid() == group
    }

    /// Becomes this user for good. Before any thread is started, after everything is bound that needs more.
    ///
    /// Errs when the process may not, or could become root again afterwards; then do not go on.
    pub fn assume(&self) -> Result<(), PrivilegeError> {
        let threads = fs::read_dir("/proc/self/task").map(Iterator::count).unwrap_or(1);
        if threads > 1 {
            return Err(PrivilegeError::HasThreads(threads));
        }
        let failed = |call| move |error: rustix::io::Errno| PrivilegeError::Failed(call, error.into());
        let (user, group) = (Uid::from_raw(self.user), Gid::from_raw(self.group));
        let groups: Vec<Gid> = self.groups.iter().map(|group| Gid::from_raw(*group)).collect();
        // The user last: afterwards there is no right to set the others.
        set_thread_groups(&groups).map_err(failed("setgroups"))?;
        set_thread_res_gid(group, group, group).map_err(failed("setresgid"))?;
        set_thread_res_uid(user, user, user).map_err(failed("setresuid"))?;
        if !user.is_root() && set_thread_uid(Uid::ROOT).is_ok() {
            return Err(PrivilegeError::CanRegain);
        }
        forgo_new_privileges().map_err(|error| PrivilegeError::Failed("prctl", error))
    }
}

/// From now on no program that this process starts has more rights than it, set-user-id or not.
pub fn forgo_new_privileges() -> io::Result<()> {
    Ok(set_no_new_privs(true)?)
}

/// Raises the number of descriptors to what the process may have, and gives it; `None`: no limit.
pub fn raise_descriptor_limit() -> io::Result<Option<u64>> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    }
    Ok(limit.maximum)
}

fn find(text: &str, users: &str, groups: &str) -> Result<Identity, PrivilegeError> {
    let (user, group) = match text.split_once(':') {
        Some((user, group)) => (user, Some(group)),
        None => (text, None),
    };
    // name:password:uid:gid:comment:home:shell
    let entry = users.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| {
        fields.len() >= 4 && (fields[0] == user || (number(user).is_some() && number(fields[2]) == number(user)))
    });
    let entry = entry.and_then(|fields| Some((fields[0].to_owned(), number(fields[2])?, number(fields[3])?)));
    let no_user = || PrivilegeError::NoSuchUser(user.to_owned());
    let (name, user_number, own_group) = match entry {
        Some(entry) => entry,
        // A number without a name is a user too, but nobody says of which group.
        None => (String::new(), number(user).filter(|_| group.is_some()).ok_or_else(no_user)?, u32::MAX),
    };
    let group_number = match group {
        None => own_group,
        Some(group) => group_named(group, groups).ok_or_else(|| PrivilegeError::NoSuchGroup(group.to_owned()))?,
    };
    Ok(Identity { user: user_number, group: group_number, groups: memberships(&name, group_number, groups) })
}

fn group_named(group: &str, groups: &str) -> Option<u32> {
    // name:password:gid:member,member
    groups
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.len() >= 3 && fields[0] == group)
        .and_then(|fields| number(fields[2]))
        .or_else(|| number(group))
}

fn memberships(user: &str, group: u32, groups: &str) -> Vec<u32> {
    let is_member = |members: &str| !user.is_empty() && members.split(',').any(|member| member.trim() == user);
    let mut numbers: Vec<u32> = groups
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .filter(|fields| fields.len() >= 4 && is_member(fields[3]))
        .filter_map(|fields| number(fields[2]))
        .chain([group])
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The greatest number means "nobody in particular" to the kernel.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| *number != u32::MAX)
}

impl fmt::Display for PrivilegeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PrivilegeError::NoSuchUser(user) => write!(formatter, "no user \"{user}\" on this machine"),
            PrivilegeError::NoSuchGroup(group) => write!(formatter, "no group \"{group}\" on this machine"),
            PrivilegeError::HasThreads(count) => {
                write!(formatter, "cannot change the user: {count} threads are running, expected 1")
            }
            PrivilegeError::CanRegain => formatter.write_str("cannot give up root: it could be taken back"),
            PrivilegeError::Failed(call, error) => write!(formatter, "cannot change the user: {call}: {error}"),
        }
    }
}

impl std::error::Error for PrivilegeError {}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = "root:x:0:0:root:/root:/bin/sh\nwww:x:33:33::/var/www:/bin/false\nbroken\n4:x:77:77::/:/\n";
    const GROUPS: &str = "root:x:0:\nwww:x:33:\nmedia:x:50:www,guest\nlogs:x:51:guest, www\nbroken:x\n";

    #[track_caller]
    fn check(text: &str, expected: Result<(u32, u32, &[u32]), &str>) {
        let found = find(text, USERS, GROUPS).map_err(|error| error.to_string());
        let found = found.as_ref().map(|found| (found.user, found.group, found.groups.as_slice()));
        assert_eq!(found, expected.map_err(str::to_owned).as_ref().map(|expected| *expected), "{text}");
    }

    #[test]
    fn users_and_groups_by_name_and_by_number() {
        check("www", Ok((33, 33, &[33, 50, 51])));
        check("33", Ok((33, 33, &[33, 50, 51])));
        check("www:media", Ok((33, 50, &[50, 51])));
        check("www:7", Ok((33, 7, &[7, 50, 51])));
        check("1234:1234", Ok((1234, 1234, &[1234])));
        check("root", Ok((0, 0, &[0])));
        check("4", Ok((77, 77, &[77])));
    }

    #[test]
    fn unknown_names_are_named() {
        check("nobody-here", Err("no user \"nobody-here\" on this machine"));
        check("1234", Err("no user \"1234\" on this machine"));
        check("www:none", Err("no group \"none\" on this machine"));
        check("", Err("no user \"\" on this machine"));
        check("4294967295:0", Err("no user \"4294967295\" on this machine"));
    }
}
