//! What clients of HTTP/2 do when their time comes: the same as the others, on many streams at once.

use super::ask::Ask;
use super::http2::frame::code;
use super::http2::{Grant, Told};
use super::{Exchange, Manner};
use crate::clock::{MILLISECOND, SECOND};
use crate::oracle::response::Response;
use crate::world::{Event, World};

impl World {
    /// A client of HTTP/2 does the next thing it wants to do.
    pub(crate) fn act_on_streams(&mut self, index: usize) {
        let now = self.clock.now();
        let client = &mut self.clients[index];
        let (Some(link), Some(http2)) = (client.link, client.http2.as_deref_mut()) else { return };
        if client.left == 0 || http2.is_left() {
            client.left = 0;
            if http2.is_at_rest() {
                return self.leave(index);
            }
            if client.manner == Manner::HalfCloser && http2.has_said_all() {
                client.ends_half = true;
                self.deliver_soon(index);
            }
            return;
        }
        if !http2.has_room(client.depth) {
            return;
        }
        let is_short = self.network.links[link].to_client_max < 4096;
        let ask = Ask::any(&mut client.chance, &self.temper.favourites, &self.seen, is_short).of_http2();
        client.left -= 1;
        let line = format!("client {index} asks {} {} {:?}", ask.method, ask.target(), ask.fields());
        if http2.ask(Exchange { ask, asked: now }) {
            let patience = if client.chance.one_in(3) { 0 } else { 2 * SECOND };
            self.schedule(patience, Event::Continue(index));
        }
        self.trace.line(now, || line);
        self.say_frames(index);
        self.schedule(0, Event::Act(index));
        if !self.clients[index].is_fidgeting {
            self.fidget_later(index);
        }
    }

    /// What a client has to say goes out.
    pub(crate) fn say_frames(&mut self, index: usize) {
        let client = &mut self.clients[index];
        let Some(http2) = client.http2.as_deref_mut() else { return };
        let bytes = http2.take_out();
        let has_ended = client.link.is_some_and(|link| self.network.links[link].has_client_ended);
        if !bytes.is_empty() && !has_ended && !client.is_done {
            client.say(&bytes);
            self.deliver_soon(index);
        }
    }

    fn fidget_later(&mut self, index: usize) {
        let client = &mut self.clients[index];
        let Some(http2) = client.http2.as_deref_mut() else { return };
        let is_restless = http2.habits.whims > 0 || http2.habits.grant == Grant::Lazy;
        // Who reads nothing does not even see that nobody is there any more.
        let is_heard = client.link.is_some_and(|link| !self.network.links[link].is_closed) && !client.is_done;
        client.is_fidgeting = is_restless && is_heard && !http2.is_at_rest() && !client.ends_half;
        if client.is_fidgeting {
            let wait = MILLISECOND + client.chance.skewed(0..=http2.habits.restlessness);
            self.schedule(wait, Event::Fidget(index));
        }
    }

    /// A client does something without need.
    pub(crate) fn fidget(&mut self, index: usize) {
        let client = &mut self.clients[index];
        let Some(http2) = client.http2.as_deref_mut().filter(|_| !client.is_done) else { return };
        if let Some(exchange) = http2.fidget() {
            self.trace.line(self.clock.now(), || {
                format!("client {index} gives {} {} up", exchange.ask.method, exchange.ask.target())
            });
            self.schedule(0, Event::Act(index));
        }
        self.say_frames(index);
        self.fidget_later(index);
    }

    /// Understands what has come.
    pub(crate) fn understand_frames(&mut self, index: usize) -> Result<(), String> {
        loop {
            let client = &mut self.clients[index];
            let Some(http2) = client.http2.as_deref_mut() else { return Ok(()) };
            let told = http2.next()?;
            self.say_frames(index);
            match told {
                None => return Ok(()),
                Some(Told::Response(exchange, response)) => self.answered_on_stream(index, &exchange, &response)?,
                Some(Told::Reset(exchange, code, bytes)) => self.reset_by_server(index, &exchange, code, bytes)?,
                Some(Told::Left(code)) => self.left_by_server(index, code)?,
            }
        }
    }

    fn answered_on_stream(&mut self, index: usize, exchange: &Exchange, response: &Response) -> Result<(), String> {
        self.note_answer(index, response);
        if self.clients[index].manner != Manner::Anchor || response.status != 408 {
            self.judge_answer(exchange, response)?;
        }
        let client = &mut self.clients[index];
        let thought = client.chance.skewed(0..=client.pace.thought_max);
        self.schedule(thought, Event::Act(index));
        Ok(())
    }

    fn reset_by_server(&mut self, index: usize, exchange: &Exchange, code: u32, bytes: usize) -> Result<(), String> {
        let line = format!("{} {}", exchange.ask.method, exchange.ask.target());
        self.trace
            .line(self.clock.now(), || format!("client {index}: {line} is reset with {code} after {bytes} bytes"));
        self.schedule(0, Event::Act(index));
        let is_proper = self.clients[index].manner.is_proper();
        // A content that cannot go on is cut; a window that nobody opens is waited for only so long.
        let since = exchange.asked.saturating_sub(self.temper.fresh);
        match code {
            code::INTERNAL_ERROR if self.is_excused(since) => Ok(()),
            code::CANCEL if !is_proper => Ok(()),
            _ if !is_proper && self.clients[index].manner == Manner::Anchor => Ok(()),
            _ => Err(format!("{line} is reset with {code} after {bytes} bytes")),
        }
    }

    fn left_by_server(&mut self, index: usize, code: u32) -> Result<(), String> {
        self.trace.line(self.clock.now(), || format!("client {index} hears GOAWAY with {code}"));
        self.schedule(0, Event::Act(index));
        let is_anchor = self.clients[index].manner == Manner::Anchor;
        if code == code::NO_ERROR || is_anchor { Ok(()) } else { Err(format!("GOAWAY with {code}")) }
    }

    /// The connection is over: whether all that was promised was done.
    pub(crate) fn judge_end_of_streams(&self, index: usize, is_reset: bool) -> Result<(), String> {
        let client = &self.clients[index];
        let Some(http2) = client.http2.as_deref() else { return Ok(()) };
        if !client.manner.is_proper() || self.temper.is_crowded() {
            return Ok(());
        }
        if self.draining_since.is_some() && !http2.is_understood() {
            // It was not known yet what it speaks, so that nobody could tell it.
            return Ok(());
        }
        let now = self.clock.now();
        let first = http2.waiting().map(|exchange| exchange.asked).min().unwrap_or(now);
        if self.is_excused(first.saturating_sub(self.temper.fresh)) {
            return Ok(());
        }
        if let Some((exchange, response)) = http2.owed().next() {
            let how = if is_reset { "reset" } else { "closed" };
            let line = format!("{} {}", exchange.ask.method, exchange.ask.target());
            let bytes = response.map(|response| response.content.len());
            return Err(format!("{how} before {line} was answered; of its content {bytes:?} bytes came"));
        }
        if http2.is_within() && !is_reset {
            return Err("closed within a frame".to_owned());
        }
        // RFC 9113 §9.1: who goes first says so.
        let has_gone = client.link.is_some_and(|link| self.network.links[link].has_client_ended);
        if !http2.is_left() && !has_gone && !is_reset { Err("closed without GOAWAY".to_owned()) } else { Ok(()) }
    }
}
