//! What a client of HTTP/2 says: requests in all forms that the rules let them have, and all that is let between them.

use super::frame::{PREFACE, code, flag, frame, kind, settings};
use super::stream::{Gone, Stream};
use super::{Grant, Http2, Said, Settings};
use crate::client::Exchange;
use crate::client::ask::Content;

/// Identifiers of settings (RFC 9113 §6.5.2).
mod identifier {
    pub(super) const TABLE: u16 = 1;
    pub(super) const PUSH: u16 = 2;
    pub(super) const WINDOW: u16 = 4;
    pub(super) const FRAME: u16 = 5;
    pub(super) const LIST: u16 = 6;
    pub(super) const NO_OLD_PRIORITIES: u16 = 9;
    /// Nobody's (RFC 9113 §5.5).
    pub(super) const GREASE: u16 = 0x4A4A;
}

impl Http2 {
    pub(super) fn begin(&mut self) {
        self.out.extend_from_slice(PREFACE);
        let mut first = Settings { window: self.habits.stream_window, ..Settings::DEFAULT };
        if self.chance.one_in(3) {
            first.table = self.chance.skewed(0..=20_000) as usize;
        }
        self.say_settings(first);
        if self.habits.connection_window > self.window {
            self.open(0, self.habits.connection_window - self.window);
        }
    }

    fn say_settings(&mut self, new: Settings) {
        let old = self.settings();
        let (mut list, mut least) = (Vec::new(), new.table);
        if new.table != old.table {
            if self.chance.one_in(4) {
                // RFC 7541 §4.2: of several in one frame, the smallest and the last count.
                least = self.chance.below(new.table.min(old.table) + 1);
                list.push((identifier::TABLE, least as u32));
            }
            list.push((identifier::TABLE, new.table as u32));
        }
        if new.window != old.window {
            list.push((identifier::WINDOW, new.window as u32));
        }
        if new.frame != old.frame {
            list.push((identifier::FRAME, new.frame as u32));
        }
        for other in [
            (identifier::PUSH, 0),
            (identifier::LIST, 65_536),
            (identifier::NO_OLD_PRIORITIES, 1),
            (identifier::GREASE, 7),
        ] {
            if self.chance.one_in(6) {
                list.push(other);
            }
        }
        self.out.extend(settings(&list));
        self.said.push_back(Said { settings: new, least, next: self.next });
    }

    /// Opens a window by so much; 0: that of the connection.
    fn open(&mut self, id: u32, by: i64) {
        let by = by.min((1 << 31) - 1);
        match id {
            0 => self.window += by,
            _ => {
                if let Some(stream) = self.streams.get_mut(&id) {
                    stream.window += by;
                }
            }
        }
        // Positive, and below 2^31.
        self.out.extend(frame(kind::WINDOW_UPDATE, 0, id, &(by as u32).to_be_bytes()));
    }

    /// Opens all windows of which less than half is left.
    pub(super) fn grant(&mut self) {
        if self.habits.connection_window / 2 > self.window {
            self.open(0, self.habits.connection_window - self.window);
        }
        let wanted = self.habits.stream_window;
        let ids: Vec<u32> = self.streams.iter().filter(|(_, stream)| !stream.is_answered).map(|(&id, _)| id).collect();
        for id in ids {
            let window = self.expected_window(id);
            if wanted / 2 > window {
                self.open(id, wanted - window);
            }
        }
    }

    /// A stream's window once the server has heard of all settings.
    fn expected_window(&self, id: u32) -> i64 {
        let Some(stream) = self.streams.get(&id) else { return 0 };
        let (mut window, mut before) = (stream.window, self.heard.window);
        for said in &self.said {
            window += if id < said.next { said.settings.window - before } else { 0 };
            before = said.settings.window;
        }
        window
    }

    /// A request on a stream of its own. True: its content waits for 100.
    pub(crate) fn ask(&mut self, exchange: Exchange) -> bool {
        let id = self.next;
        // Numbers may be left out (RFC 9113 §5.1.1).
        self.next += if self.chance.one_in(10) { 2 + 2 * self.chance.below(5) as u32 } else { 2 };
        let ask = &exchange.ask;
        let (content, is_said) = match ask.content {
            Content::None => (0, false),
            Content::Length(length) => (length, true),
            Content::Chunked(length) => (length, false),
        };
        let mut stream = Stream::new(exchange.clone(), self.settings().window, self.theirs.initial_window);
        let target = ask.target();
        let mut lines = vec![(":method", ask.method), (":scheme", if self.is_secured { "https" } else { "http" })];
        lines.push((":path", &target));
        let mut fields: Vec<(String, String)> = ask.fields();
        if is_said && content > 0 {
            fields.push(("content-length".to_owned(), content.to_string()));
        }
        if self.chance.one_in(5) {
            fields.extend(["a=b", "c=d; e=f"].map(|crumb| ("cookie".to_owned(), crumb.to_owned())));
        }
        if self.chance.one_in(8) {
            fields.push(("te".to_owned(), "trailers".to_owned()));
        }
        if self.habits.has_priorities && self.chance.one_in(2) {
            (stream.urgency, stream.is_incremental) = (self.chance.below(8) as u8, self.chance.one_in(2));
            let incremental = if stream.is_incremental { ", i" } else { "" };
            fields.push(("priority".to_owned(), format!("u={}{incremental}", stream.urgency)));
        }
        match self.chance.one_in(12) {
            true => fields.push(("host".to_owned(), "quarry.test".to_owned())),
            false => lines.push((":authority", "quarry.test")),
        }
        self.chance.shuffle(&mut lines);
        self.chance.shuffle(&mut fields);
        lines.extend(fields.iter().map(|(name, value)| (&name[..], &value[..])));
        let block = self.encoder.encode(&lines, &mut self.chance);
        let is_last = content == 0 && !self.chance.one_in(12);
        self.say_block(id, is_last, block);
        stream.content = content;
        stream.has_ended = is_last;
        stream.has_content = !is_last;
        stream.is_waiting = !is_last && ask.expects_continue;
        let waits = stream.is_waiting;
        self.streams.insert(id, stream);
        self.pump();
        if self.habits.grant == Grant::Prompt {
            self.grant();
        }
        waits
    }

    /// HEADERS, in one frame or in several.
    fn say_block(&mut self, id: u32, is_last: bool, block: Vec<u8>) {
        let mut flags = if is_last { flag::END_STREAM } else { 0 };
        let mut rest = &block[..];
        let mut payload = Vec::new();
        let padding = if self.habits.pads { self.chance.skewed(0..=255) as usize } else { 0 };
        if padding > 0 {
            flags |= flag::PADDED;
            payload.push(padding as u8);
        }
        if self.chance.one_in(10) {
            // RFC 9113 §5.3.2: it means nothing any more. On the root, so that it is not on itself.
            flags |= flag::PRIORITY;
            payload.extend([0, 0, 0, 0, 15]);
        }
        let pieces = if self.chance.one_in(8) { self.chance.between(1..=3) } else { 0 };
        for at in 0..=pieces {
            let is_end = at == pieces;
            let piece = if is_end { rest.len() } else { self.chance.below(rest.len() + 1) };
            payload.extend_from_slice(&rest[..piece]);
            rest = &rest[piece..];
            if at == 0 {
                payload.resize(payload.len() + padding, 0);
            }
            let end = if is_end { flag::END_HEADERS } else { 0 };
            let (kind, flags) = if at == 0 { (kind::HEADERS, flags | end) } else { (kind::CONTINUATION, end) };
            self.out.extend(frame(kind, flags, id, &payload));
            payload.clear();
        }
    }

    /// Sends content, as far as the server's windows let it.
    pub(super) fn pump(&mut self) {
        let is_due = |stream: &Stream| !stream.has_ended && !stream.is_waiting;
        let ids: Vec<u32> = self.streams.iter().filter(|(_, stream)| is_due(stream)).map(|(&id, _)| id).collect();
        for id in ids {
            while self.pump_one(id) {}
        }
    }

    /// The next frame of content. False: there is none to be sent now.
    fn pump_one(&mut self, id: u32) -> bool {
        let Some(stream) = self.streams.get_mut(&id).filter(|stream| !stream.has_ended) else { return false };
        let padding = if self.habits.pads { self.chance.skewed(0..=255) } else { 0 };
        // The length of the padding is a byte of it.
        let overhead = if padding > 0 { padding as i64 + 1 } else { 0 };
        let window = stream.send_window.min(self.theirs.send_window).min(self.theirs.frame as i64) - overhead;
        let most = usize::try_from(window).unwrap_or(0).min(stream.content);
        if most == 0 && stream.content > 0 || overhead > 0 && window < 0 {
            return false;
        }
        let wanted = if self.chance.one_in(6) { 300 + self.chance.below(2000) } else { most };
        let piece = most.min(wanted);
        stream.content -= piece;
        stream.send_window -= piece as i64 + overhead;
        self.theirs.send_window -= piece as i64 + overhead;
        let is_done = stream.content == 0;
        let end = if is_done { self.chance.below(6) } else { 0 };
        // The end comes with the last byte, behind it, or with trailers.
        let mut flags = if is_done && end > 1 { flag::END_STREAM } else { 0 };
        let mut payload = Vec::new();
        if padding > 0 {
            flags |= flag::PADDED;
            payload.push(padding as u8);
        }
        payload.resize(payload.len() + piece, b'x');
        payload.resize(payload.len() + padding as usize, 0);
        self.out.extend(frame(kind::DATA, flags, id, &payload));
        stream.has_ended = is_done;
        match (is_done, end) {
            (true, 0) => self.out.extend(frame(kind::DATA, flag::END_STREAM, id, b"")),
            (true, 1) => {
                let block = self.encoder.encode(&[("x-sum", "1")], &mut self.chance);
                self.say_block(id, true, block);
            }
            _ => {}
        }
        if is_done {
            self.close_if_over(id);
        }
        !is_done
    }

    /// 100 did not come in time: content goes all the same (RFC 9110 §10.1.1).
    pub(crate) fn wait_no_longer(&mut self) {
        self.streams.values_mut().for_each(|stream| stream.is_waiting = false);
        self.pump();
    }

    /// A stream is answered, and its content is not all sent: what now?
    pub(super) fn leave_unsent(&mut self, id: u32) {
        match self.chance.below(3) {
            0 => drop(self.give_up(id, code::NO_ERROR)),
            1 => {
                // Cut short, but ended; of a content whose length was said that would be a lie.
                let is_free = |stream: &&mut Stream| !matches!(stream.exchange.ask.content, Content::Length(_));
                if let Some(stream) = self.streams.get_mut(&id).filter(is_free) {
                    (stream.content, stream.has_ended, stream.is_waiting) = (0, true, false);
                    self.out.extend(frame(kind::DATA, flag::END_STREAM, id, b""));
                    self.close_if_over(id);
                }
            }
            // The server does not wait for it.
            _ => {}
        }
    }

    /// Gives a stream up, and asks to be told when the server has heard of it. Its exchange, if that was not answered.
    pub(crate) fn give_up(&mut self, id: u32, code: u32) -> Option<Exchange> {
        let stream = self.streams.remove(&id)?;
        self.gone.insert(id, Gone::GivenUp);
        self.out.extend(frame(kind::RST_STREAM, 0, id, &code.to_be_bytes()));
        self.ping(id);
        (!stream.is_answered).then_some(stream.exchange)
    }

    fn ping(&mut self, about: u32) {
        self.ping_count += 1;
        let mut payload = [0; 8];
        payload[..4].copy_from_slice(&about.to_be_bytes());
        payload[4..].copy_from_slice(&self.ping_count.to_be_bytes());
        self.pings.push_back(payload);
        self.out.extend(frame(kind::PING, 0, 0, &payload));
    }

    /// Something that nobody asked for. Gives the exchange that was given up, if one was.
    pub(crate) fn fidget(&mut self) -> Option<Exchange> {
        if self.habits.grant == Grant::Lazy {
            self.grant();
        }
        if self.habits.whims == 0 || !self.has_heard_settings && self.chance.one_in(2) {
            return None;
        }
        self.habits.whims -= 1;
        let ids: Vec<u32> = self.streams.keys().copied().collect();
        let any = *self.chance.pick(if ids.is_empty() { &[1] } else { &ids[..] });
        match self.chance.below(7) {
            0 | 1 if self.habits.is_moody => {
                let mut new = self.settings();
                match self.chance.below(3) {
                    0 => new.table = self.chance.skewed(0..=8192) as usize,
                    1 => new.frame = 16_384 + self.chance.skewed(0..=100_000) as usize,
                    // From nothing up: what is open shrinks below zero, and grows again.
                    _ => new.window = self.chance.skewed(0..=2 * self.habits.stream_window as u64) as i64,
                }
                self.say_settings(new);
                if self.habits.grant == Grant::Prompt {
                    self.grant();
                }
            }
            2 if self.habits.is_fickle && !ids.is_empty() => {
                return self.give_up(any, code::CANCEL);
            }
            3 if self.habits.has_priorities && self.habits.grant != Grant::Roomy => {
                let id = any + 2 * self.chance.below(3) as u32;
                let text = format!("u={}", self.chance.below(8));
                let payload = [&id.to_be_bytes()[..], text.as_bytes()].concat();
                self.out.extend(frame(kind::PRIORITY_UPDATE, 0, 0, &payload));
            }
            4 => self.out.extend(frame(kind::PRIORITY, 0, any, &[0, 0, 0, 0, 1])),
            // A type that nobody has (RFC 9113 §5.5).
            5 => self.out.extend(frame(0xBB, 0xFF, any, b"whatever")),
            _ => self.ping(0),
        }
        None
    }
}
