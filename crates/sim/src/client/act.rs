//! What clients do when their time comes.

use super::ask::{Ask, Seen};
use super::attack::{ATTACKS, endless, mutated};
use super::http2::flood::{FLOODS, last_code, mutated_frames};
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
        if client.http2.is_some() {
            return self.act_on_streams(index);
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
        client.say(&head);
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
            client.say(&body);
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
            Manner::Flooder(number) => FLOODS[number].bytes(),
            Manner::Endless | Manner::Dripper => endless(&mut client.chance),
            Manner::Mutator if client.speaks_http2 => mutated_frames(&mut client.chance),
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
        client.say(&bytes);
        // What makes no sense is waited for; then the end of the half makes it complete, or not.
        client.ends_half = matches!(client.manner, Manner::Mutator) && client.chance.one_in(2);
        self.deliver_soon(index);
    }

    /// Nobody said 100; the content goes out all the same.
    pub(crate) fn send_withheld(&mut self, index: usize) {
        if let Some(http2) = self.clients[index].http2.as_deref_mut() {
            http2.wait_no_longer();
            return self.say_frames(index);
        }
        if let Some(body) = self.clients[index].withheld.take() {
            self.clients[index].say(&body);
            self.deliver_soon(index);
            self.schedule(0, Event::Act(index));
        }
    }

    /// All was asked and answered.
    pub(super) fn leave(&mut self, index: usize) {
        let client = &mut self.clients[index];
        let Some(link) = client.link.filter(|_| !client.is_leaving) else { return };
        client.is_leaving = true;
        match client.chance.below(4) {
            // Stays until the server has enough of it.
            0 => {}
            1 => {
                self.network.links[link].cut();
                client.is_done = true;
            }
            // Says so first, and listens to the end.
            _ if client.tls.is_some() || client.http2.is_some() => {
                client.ends_half = true;
                self.deliver_soon(index);
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
        let is_agreed = client.tls.as_ref().is_none_or(|tls| tls.is_agreed());
        if client.garbles && client.tls.is_some() && is_agreed && client.chance.one_in(4) && !client.outgoing.is_empty()
        {
            let (at, bit) = (client.chance.below(client.outgoing.len()), client.chance.below(8));
            client.outgoing[at] ^= 1 << bit;
            client.garbles = false;
            client.has_garbled = true;
        }
        let count = 1 + client.chance.below(client.pace.piece_max);
        let taken = link.deliver(&mut client.outgoing, count);
        if !client.outgoing.is_empty() {
            // No room: the server reads when it likes to.
            let wait = if taken == 0 { 50_000_000 } else { 0 };
            let gap = wait + client.chance.skewed(0..=client.pace.gap_max);
            client.is_delivering = true;
            self.schedule(gap, Event::Deliver(index));
        } else if client.ends_half && client.withheld.is_none() && is_agreed {
            let records = client.tls.as_mut().filter(|tls| !tls.has_ended).map(|tls| {
                tls.end();
                tls.take_records()
            });
            match records {
                Some(records) => {
                    client.outgoing.extend(records);
                    self.deliver_soon(index);
                }
                None => link.has_client_ended = true,
            }
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
        let bytes: Vec<u8> = link.to_client.drain(..count).collect();
        let (is_empty, has_ended, is_reset) = (link.to_client.is_empty(), link.has_server_ended, link.is_reset);
        if let Err(cause) = self.hear(index, &bytes).and_then(|()| self.understand(index)) {
            if self.clients[index].has_garbled {
                // It is told so.
                self.clients[index].is_done = true;
                self.trace.line(self.clock.now(), || format!("client {index} hears: {cause}"));
                self.network.links[self.clients[index].link.unwrap_or_default()].has_client_ended = true;
                return;
            }
            return self.fail(index, &cause);
        }
        match (is_empty, has_ended || is_reset) {
            (false, _) => self.read_soon(index),
            (true, true) => self.ended(index, is_reset),
            (true, false) => {}
        }
    }

    /// Opens what has come, where it is sealed.
    fn hear(&mut self, index: usize, bytes: &[u8]) -> Result<(), String> {
        let client = &mut self.clients[index];
        let opened;
        let plain = match &mut client.tls {
            None => bytes,
            Some(tls) => {
                opened = tls.hear(bytes)?;
                let records = tls.take_records();
                let is_due = !records.is_empty() || client.ends_half;
                client.outgoing.extend(records);
                if is_due {
                    self.deliver_soon(index);
                }
                &opened[..]
            }
        };
        let client = &mut self.clients[index];
        match &mut client.http2 {
            Some(http2) => http2.feed(plain),
            None if client.speaks_http2 => client.heard.extend_from_slice(plain),
            None => client.parser.feed(plain.iter().copied()),
        }
        Ok(())
    }

    fn understand(&mut self, index: usize) -> Result<(), String> {
        if self.clients[index].speaks_http2 {
            return self.understand_frames(index);
        }
        loop {
            let client = &mut self.clients[index];
            match client.parser.next(client.asked())? {
                Read::More => return Ok(()),
                Read::Continue => self.send_withheld(index),
                Read::Response(response) => self.answered(index, &response)?,
            }
        }
    }

    /// An answer is complete.
    pub(super) fn note_answer(&mut self, index: usize, response: &Response) {
        let client = &self.clients[index];
        self.statistics.note(response.status, client.speaks_http2, client.tls.is_some());
        let now = self.clock.now();
        self.trace.line(now, || {
            let length = response.content.len();
            format!(
                "client {index} gets {} with {length} bytes {}",
                response.status,
                response.field("ETag").unwrap_or_default()
            )
        });
    }

    fn answered(&mut self, index: usize, response: &Response) -> Result<(), String> {
        self.note_answer(index, response);
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
        if client.is_astray {
            judge_way_to_tls(&exchange.ask, response)?;
        } else {
            self.judge_answer(&exchange, response)?;
        }
        let client = &mut self.clients[index];
        if response.closes() {
            (client.left, client.has_heard_last) = (0, true);
        }
        let thought = client.chance.skewed(0..=client.pace.thought_max);
        self.schedule(thought, Event::Act(index));
        Ok(())
    }

    /// Holds an answer against what it can be, and remembers what may be asked with it.
    pub(super) fn judge_answer(&mut self, exchange: &Exchange, response: &Response) -> Result<(), String> {
        let line = format!("{} {}", exchange.ask.method, exchange.ask.target());
        self.judge(exchange, response).map_err(|cause| format!("{line}: {cause}"))?;
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
        Ok(())
    }

    /// The server will send nothing more.
    fn ended(&mut self, index: usize, is_reset: bool) {
        let now = self.clock.now();
        let how = if is_reset { "is reset" } else { "ends" };
        self.trace.line(now, || format!("the connection of client {index} {how}"));
        // RFC 8446 §6.1: somebody may have cut it, unless it says that this is its end.
        let client = &mut self.clients[index];
        let is_cut = is_reset || client.tls.as_ref().is_some_and(|tls| !tls.has_heard_end);
        let completed = if is_cut { None } else { client.parser.end() };
        if let Some(response) = completed
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
        if let Manner::Flooder(number) = client.manner {
            let (flood, code) = (&FLOODS[number], last_code(&client.heard));
            let is_forgiven = is_reset || self.temper.is_crowded() || self.draining_since.is_some();
            return match code == Some(flood.code) || is_forgiven {
                true => Ok(()),
                false => Err(format!("{} got GOAWAY with {code:?}, not {}", flood.name, flood.code)),
            };
        }
        if client.http2.is_some() {
            return self.judge_end_of_streams(index, is_reset);
        }
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
            // By TLS its end would have been said.
            let is_perhaps_whole = partial.framing == Framing::Connection && client.tls.is_none();
            return match is_excused || is_perhaps_whole {
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
        // Who says by TLS that nothing more comes says it in bytes, which the server may close over.
        let is_last = client.exchanges.iter().any(|exchange| exchange.ask.closes());
        let is_spoilt = is_reset && client.ends_half && client.tls.is_some() && is_last;
        // Behind the last answer nothing is owed.
        if is_spoilt || client.has_heard_last || self.draining_since.is_some() || self.temper.is_crowded() {
            return Ok(());
        }
        let how = if is_reset { "reset" } else { "closed" };
        let line = format!("{} {}", exchange.ask.method, exchange.ask.target());
        Err(format!("{how} before {line} was answered"))
    }
}

/// Who asks in clear where TLS is spoken is told where to come to.
fn judge_way_to_tls(ask: &Ask, response: &Response) -> Result<(), String> {
    let location = format!("https://quarry.test{}", ask.target());
    let is_sent = response.field("Location") == Some(&location) && response.status == 308;
    // An old client, or one whose content is not read, is told the same; and what is refused, is.
    match is_sent {
        true => Ok(()),
        false => Err(format!("{} in clear: {} to {:?}", ask.target(), response.status, response.field("Location"))),
    }
}
