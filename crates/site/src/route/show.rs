//! Whether a client may be shown that something is there: only if it would get just that when it asked.

use super::ruling::{Act, Ruling, may_come_in};
use super::{Action, Auth, Gate, Limit, Route, Routes, Slot, TurnedAway};
use crate::client::{Client, Door};
use crate::path::SitePath;
use crate::tree::Refusal;
use crate::witness::Unseen;
use semantics::{Method, RequestHead, Target};
use std::net::IpAddr;

impl Routes {
    /// Whether any route can keep from a client what is there.
    pub fn hide_anything(&self) -> bool {
        let hides = |route: &Route| {
            route.action.is_some()
                || route.guards.deny.is_some()
                || route.guards.allow.is_some()
                || route.guards.auth.is_some()
        };
        self.routes.iter().any(hides)
    }

    /// Whether a GET of this place by whoever sent `head` would be answered with what is there: not refused, not sent elsewhere, not
    /// answered with something else. Nothing is counted against a limit, and a password that cannot be looked at now is not right.
    pub fn show(&self, path: &SitePath, head: &RequestHead<'_>, client: &Client<'_>) -> bool {
        let slash: &[u8] = if path.has_trailing_slash() && !path.is_root() { b"/" } else { b"" };
        let decoded = [b"/", path.as_bytes(), slash].concat();
        let head = RequestHead { method: Method::Get, ..*head };
        let client = Client { door: &Uncounted(client.door), ..*client };
        match self.rule(&head, &decoded, None, &client, &mut Unseen).map(|ruling| ruling.act) {
            Ok(Act::Open) => true,
            // Tried first, it is found first.
            Ok(Act::Serve(paths)) => paths.first() == Some(path),
            Ok(Act::Redirect(..) | Act::Answer(..) | Act::Refuse(..)) | Err(_) => false,
        }
    }

    /// What routes say of a file at this place that stands for what was asked for. Nothing is counted.
    ///
    /// Errs with what the door errs with.
    pub(crate) fn rule_of_file(
        &self,
        path: &SitePath,
        head: &RequestHead<'_>,
        target: &Target<'_>,
        client: &Client<'_>,
    ) -> Result<Ruling, Refusal> {
        if !self.hide_anything() {
            return Ok(Ruling::default());
        }
        let decoded = [b"/", path.as_bytes()].concat();
        let client = Client { door: &Uncounted(client.door), ..*client };
        self.rule(head, &decoded, Some(target), &client, &mut Unseen)
    }

    /// Whether any route keeps the names in a folder from clients.
    pub fn unlist_anything(&self) -> bool {
        self.routes.iter().any(|route| route.changes.listing.is_some())
    }

    /// Whether routes have the names in this folder told to whoever sent `head`; `None`: they say nothing of it.
    pub fn list(&self, folder: &SitePath, head: &RequestHead<'_>, client: &Client<'_>) -> Option<bool> {
        let slash: &[u8] = if folder.is_root() { b"" } else { b"/" };
        let decoded = [b"/", folder.as_bytes(), slash].concat();
        let head = RequestHead { method: Method::Get, ..*head };
        let client = Client { door: &Uncounted(client.door), ..*client };
        self.rule(&head, &decoded, None, &client, &mut Unseen).ok()?.effects.listing
    }

    /// A number below 2^[`CLASS_BITS_MAX`] for what routes ask of clients besides the path: two clients with the same number are shown
    /// the same. `None`: there are more questions than a number has room for, or one has no answer now.
    pub fn class(&self, head: &RequestHead<'_>, client: &Client<'_>) -> Option<u64> {
        let head = RequestHead { method: Method::Get, ..*head };
        let (mut class, mut bits) = (0_u64, 0);
        let mut note = |holds: bool| {
            class = class << 1 | u64::from(holds);
            bits += 1;
        };
        for (route, compiled) in self.routes.iter().zip(&self.compiled) {
            for question in &compiled.questions {
                note(question.holds(&head, None, client));
            }
            let among = |ranges: &[super::AddressRange]| ranges.iter().any(|range| range.has(client.address));
            if let Some(ranges) = route.guards.deny.as_ref().and_then(|deny| deny.addresses.as_deref()) {
                note(among(ranges));
            }
            if let Some(ranges) = &route.guards.allow {
                note(among(ranges));
            }
            if let Some(auth) = &route.guards.auth {
                // Who cannot be known now must not be taken for one of those who may not: what they are shown would be kept for those.
                note(may_come_in(auth, &head, client).ok()?);
            }
            // What a condition captures could name the file.
            let is_filled = matches!(&route.action, Some(Action::Serve(_)))
                && compiled.slots.iter().any(|slot| matches!(slot, Slot::Question(..) | Slot::Host));
            if is_filled {
                return None;
            }
        }
        (bits <= CLASS_BITS_MAX).then_some(class)
    }
}

/// So many questions have room in a class, beside a number of the site.
pub const CLASS_BITS_MAX: u32 = 40;

/// A door at which nobody is counted.
struct Uncounted<'a>(&'a dyn Door);

impl Door for Uncounted<'_> {
    fn opens(&self, auth: &Auth, name: &[u8], password: &[u8]) -> Result<bool, Refusal> {
        self.0.opens(auth, name, password)
    }

    fn admits(&self, _: &Limit, _: Gate, _: Option<IpAddr>) -> Result<(), TurnedAway> {
        Ok(())
    }
}
