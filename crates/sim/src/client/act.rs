//! What clients do when their time comes.

use super::ask::{Ask, Seen};
use super::attack::{ATTACKS, endless, mutated};
use super::{Client, Exchange, Manner};
use crate::clock::SECOND;
use crate::oracle::response::{Asked, Framing, Read, Response};
use crate::world::{Event, World};

/// Of raw bytes nobody knows what they ask for.
const RAW: Asked = Asked { is_head: false, knows_chunks: true, takes_end: true, expects_continue: true };

/// Answers that raw bytes may get.
const STATUSES: &[u16] =
    &[200, 204, 206, 301, 304, 400, 403, 404, 405, 406, 408, 412, 413, 414, 416, 417, 431, 500, 501, 503, 505];

impl Client {
    fn asked(&self) -> Asked {
        match self.exchanges.front() {
            Some(Exchange { ask, .. }) => Asked {
                is_head: ask.method == "HEAD",
                knows_chunks: !ask.is_http10,
                takes_end: ask.is_http10,
                expects_continue: ask.expects_continue,
            },
            None => RAW,
        }
    }
}

impl World {
    /// A client does the next thing it wants to do.
    pub(crate) fn act(&mut self, index: usize) {
        let now = self.clock.now();
        let client = &mut self.clients[index];
        let Some(link) = client.link.filter(|_| !client.is_done) else { return };
        if !client.manner.is_asking() {
            return self.act_raw(index);
        }
        if client.withheld.is_some() {
            return;
        }
        if client.left == 0 {
            if client.manner == Manner::HalfCloser {
                client.ends_half = true;
                self.deliver_soon(index);
            }
            if self.clients[index].exchanges.is_empty() {
                self.leave(index);
            }
            return;
        }
        if client.exchanges.len() >= client.depth || client.exchanges.back().is_some_and(|last| last.ask.closes()) {
            return;
        }
        let is_short = self.network.links[link].to_client_max < 4096;
        let ask = Ask::any(&mut client.chance, &self.temper.favourites, &self.seen, is_short);
        let head = ask.head(&mut client.chance);
        client.outgoing.extend(&head);
        let body = ask.message_body(&mut client.chance);
        client.left = if ask.closes() || ask.is_refused_early() { 0 } else { client.left - 1 };
        let waits = ask.expects_continue && !body.is_empty();
        client.exchanges.push_back(Exchange { ask, asked: now });
        if waits {
            client.withheld = Some(body);
            // RFC 9110 §10.1.1: not for ever. Some do not wait at all.
            let patience = if client.chance.one_in(3) { 0 } else { 2 * SECOND };
            self.schedule(patience, Event::Continue(index));
        } else {
            client.outgoing.extend(body);
            self.schedule(0, Event::Act(index));
        }
        self.trace.line(self.clock.now(), || {
            format!("client {index} asks {}", String::from_utf8_lossy(&head).escape_debug())
        });
        self.deliver_soon(index);
    }

    fn act_raw(&mut self, index: usize) {
        let client = &mut self.clients[index];
        let bytes = match client.manner {
            Manner::Attacker(number) => ATTACKS[number].bytes.to_vec(),
            Manner::Endless | Manner::Dripper => endless(&mut client.chance),
            Manner::Mutator => {
                let mut bytes = Vec::new();
                for _ in 0..client.chance.between(1..=3) {
                    let ask = Ask::any(&mut client.chance, &self.temper.favourites, &self.seen, true);
                    let ask = Ask { method: if ask.method == "HEAD" { "GET" } else { ask.method }, ..ask };
                    bytes.extend(ask.head(&mut client.chance));
                    bytes.extend(ask.message_body(&mut client.chance));
                }
                mutated(&mut client.chance, bytes)
            }
            _ => Vec::new(),
        };
        client.outgoing.extend(bytes);
        // What makes no sense is waited for; then the end of the half makes it complete, or not.
        client.ends_half = matches!(client.manner, Manner::Mutator) && client.chance.one_in(2);
        self.deliver_soon(index);
    }

    /// Nobody said 100; the content goes out all the same.
    pub(crate) fn send_withheld(&mut self, index: usize) {
        if let Some(body) = self.clients[index].withheld.take() {
            self.clients[index].outgoing.extend(body);
            self.deliver_soon(index);
            self.schedule(0, Event::Act(index));
        }
    }

    /// All was asked and answered.
    fn leave(&mut self, index: usize) {
        let client = &mut self.clients[index];
        let Some(link) = client.link else { return };
        match client.chance.below(4) {
            // Stays until the server has enough of it.
            0 => {}
            1 => {
                self.network.links[link].cut();
                client.is_done = true;
            }
            _ => {
                self.network.links[link].has_client_ended = true;
                client.is_done = true;
            }
        }
    }

    pub(crate) fn deliver_soon(&mut self, index: usize) {
        let client = &mut self.clients[index];
        if !client.is_delivering {
            client.is_delivering = true;
            let gap = client.chance.skewed(0..=client.pace.gap_max);
            self.schedule(gap, Event::Deliver(index));
        }
    }

    /// A piece of what a client sends arrives.
    pub(crate) fn deliver(&mut self, index: usize) {
        let client = &mut self.clients[index];
        client.is_delivering = false;
        let Some(link) = client.link.map(|link| &mut self.network.links[link]) else { return };
        if client.is_done || link.is_cut || link.is_reset {
            return;
        }
        if link.is_closed && !client.outgoing.is_empty() {
            // Nobody is there to take it.
            let kept = client.chance.below(link.to_client.len() + 1);
            link.reset(kept);
            return self.read_soon(index);
        }
        let count = 1 + client.chance.below(client.pace.piece_max);
        let taken = link.deliver(&mut client.outgoing, count);
        if !client.outgoing.is_empty() {
            // No room: the server reads when it likes to.
            let wait = if taken == 0 { 50_000_000 } else { 0 };
            let gap = wait + client.chance.skewed(0..=client.pace.gap_max);
            client.is_delivering = true;
            self.schedule(gap, Event::Deliver(index));
        } else if client.ends_half && client.withheld.is_none() {
            link.has_client_ended = true;
        }
    }

    pub(crate) fn read_soon(&mut self, index: usize) {
        let client = &mut self.clients[index];
        if !client.is_reading && !client.is_done && client.pace.read_max > 0 {
            client.is_reading = true;
            let gap = client.chance.skewed(0..=client.pace.read_gap_max);
            self.schedule(gap, Event::Read(index));
        }
    }

    /// A client reads what has come.
    pub(crate) fn read(&mut self, index: usize) {
        let client = &mut self.clients[index];
        client.is_reading = false;
        let Some(link) = client.link.map(|link| &mut self.network.links[link]).filter(|_| !client.is_done) else {
            return;
        };
        let count = (1 + client.chance.below(client.pace.read_max)).min(link.to_client.len());
        client.parser.feed(link.to_client.drain(..count));
        let (is_empty, has_ended, is_reset) = (link.to_client.is_empty(), link.has_server_ended, link.is_reset);
        if let Err(cause) = self.understand(index) {
            return self.fail(index, &cause);
        }
        match (is_empty, has_ended || is_reset) {
            (false, _) => self.read_soon(index),
            (true, true) => self.ended(index, is_reset),
            (true, false) => {}
        }
    }

    fn understand(&mut self, index: usize) -> Result<(), String> {
        loop {
            let client = &mut self.clients[index];
            match client.parser.next(client.asked())? {
                Read::More => return Ok(()),
                Read::Continue => self.send_withheld(index),
                Read::Response(response) => self.answered(index, &response)?,
            }
        }
    }

    fn answered(&mut self, index: usize, response: &Response) -> Result<(), String> {
        self.statistics.note(response.status);
        let now = self.clock.now();
        self.trace.line(now, || {
            let length = response.content.len();
            format!(
                "client {index} gets {} with {length} bytes {}",
                response.status,
                response.field("ETag").unwrap_or_default()
            )
        });
        let client = &mut self.clients[index];
        if !client.manner.is_asking() {
            client.statuses.push(response.status);
            client.has_heard_last |= response.closes();
            return match STATUSES.contains(&response.status) {
                true => Ok(()),
                false => Err(format!("{} to bytes that mean nothing", response.status)),
            };
        }
        let Some(exchange) = client.exchanges.pop_front() else {
            return Err(format!("{} that nobody asked for", response.status));
        };
        // Only the last that was asked can have its content still to come.
        if client.exchanges.is_empty() && client.withheld.take().is_some() && !exchange.ask.is_refused_early() {
            return Err("an answer before the content".to_owned());
        }
        if client.manner == Manner::Anchor && response.status == 408 {
            // Who takes nothing makes its own requests wait, until they are too slow.
            return Ok(());
        }
        let line = format!("{} {}", exchange.ask.method, exchange.ask.target());
        self.judge(&exchange, response).map_err(|cause| format!("{line}: {cause}"))?;
        if let Some(etag) = response.field("ETag").filter(|_| response.status == 200 && self.seen.len() < 40) {
            let etag = etag.to_owned();
            let modified = response.field("Last-Modified").unwrap_or_default();
            let last_modified = semantics::date::parse_date(modified.as_bytes(), self.clock.date()).unwrap_or_default();
            self.seen.push(Seen {
                path: exchange.ask.path.clone(),
                has_slash: exchange.ask.has_slash,
                etag,
                last_modified,
            });
        }
        let client = &mut self.clients[index];
        if response.closes() {
            (client.left, client.has_heard_last) = (0, true);
        }
        let thought = client.chance.skewed(0..=client.pace.thought_max);
        self.schedule(thought, Event::Act(index));
        Ok(())
    }

    /// The server will send nothing more.
    fn ended(&mut self, index: usize, is_reset: bool) {
        let now = self.clock.now();
        let how = if is_reset { "is reset" } else { "ends" };
        self.trace.line(now, || format!("the connection of client {index} {how}"));
        if let Some(response) = self.clients[index].parser.end().filter(|_| !is_reset)
            && let Err(cause) = self.answered(index, &response)
        {
            return self.fail(index, &cause);
        }
        let client = &mut self.clients[index];
        client.is_done = true;
        if let Some(link) = client.link {
            self.network.links[link].has_client_ended = true;
        }
        if let Err(cause) = self.judge_end(index, is_reset) {
            self.fail(index, &cause);
        }
    }

    /// Whether that was a good end.
    fn judge_end(&mut self, index: usize, is_reset: bool) -> Result<(), String> {
        let client = &self.clients[index];
        if let Manner::Attacker(number) = client.manner {
            let (attack, statuses) = (&ATTACKS[number], &client.statuses);
            // Who sends on behind a request that was to be the last may find the connection reset.
            let is_lost = is_reset && attack.name == "behind the last request";
            let is_known = statuses == attack.statuses || is_lost || self.draining_since.is_some();
            if statuses.len() == attack.statuses.len() && !statuses.is_empty() && !client.has_heard_last {
                return Err(format!("{}: the last answer does not say so", attack.name));
            }
            return match is_known || self.is_excused(0) || self.temper.is_crowded() {
                true => Ok(()),
                false => Err(format!("{} got {statuses:?}, not {:?}", attack.name, attack.statuses)),
            };
        }
        if !client.manner.is_proper() {
            return Ok(());
        }
        let asked = client.exchanges.front().map(|exchange| exchange.asked);
        if let Some(partial) = client.parser.partial() {
            let from = asked.unwrap_or_default().saturating_sub(self.temper.fresh);
            // HTTP/1.0 cannot be told in a better way.
            let is_excused = self.is_excused(from) || is_reset && self.temper.is_crowded();
            return match is_excused || partial.framing == Framing::Connection {
                true => Ok(()),
                false => Err(format!("cut within {} after {} bytes", partial.status, partial.content.len())),
            };
        }
        let Some(exchange) = client.exchanges.front() else { return Ok(()) };
        if self.is_excused(exchange.asked.saturating_sub(self.temper.fresh)) {
            return Ok(());
        }
        // To make room a connection is closed that looks idle from inside; bytes of it may be under way.
        if client.parser.is_within() && !self.temper.is_crowded() {
            return Err("cut within a head".to_owned());
        }
        // Behind the last answer nothing is owed.
        if client.has_heard_last || self.draining_since.is_some() || self.temper.is_crowded() {
            return Ok(());
        }
        let how = if is_reset { "reset" } else { "closed" };
        let line = format!("{} {}", exchange.ask.method, exchange.ask.target());
        Err(format!("{how} before {line} was answered"))
    }
}
