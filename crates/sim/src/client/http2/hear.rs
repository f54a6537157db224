//! What a client of HTTP/2 hears, and what it must not.

use super::frame::{Frame, code, flag, frame as frame_bytes, kind};
use super::stream::{Gone, Stream};
use super::{Block, Grant, Http2, Told};
use std::mem::take;

impl Http2 {
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.reader.feed(bytes);
    }

    /// Reads until there is something to tell. Errs with what breaks a rule.
    pub(crate) fn next(&mut self) -> Result<Option<Told>, String> {
        while let Some(frame) = self.reader.next(self.frame_max())? {
            if !self.has_heard_settings && (frame.kind != kind::SETTINGS || frame.has(flag::ACK)) {
                return Err(format!("a first frame that is not SETTINGS: {frame:?}"));
            }
            if let Some(block) = &self.block
                && (frame.kind != kind::CONTINUATION || frame.stream != block.stream)
            {
                return Err(format!("a field block that is interrupted by {frame:?}"));
            }
            let told = self.frame(&frame).map_err(|cause| format!("stream {}: {cause}", frame.stream))?;
            if told.is_some() {
                return Ok(told);
            }
        }
        Ok(None)
    }

    /// A size that was said lately is let from the moment on that the server may have heard of it.
    fn frame_max(&self) -> usize {
        self.said.iter().map(|said| said.settings.frame).fold(self.heard.frame, usize::max)
    }

    fn frame(&mut self, frame: &Frame) -> Result<Option<Told>, String> {
        match frame.kind {
            kind::DATA => return self.data(frame),
            kind::HEADERS => {
                let bytes = unpadded(frame)?.to_vec();
                let block = Block { stream: frame.stream, is_last: frame.has(flag::END_STREAM), bytes };
                return self.block_grows(block, frame.has(flag::END_HEADERS));
            }
            kind::CONTINUATION => {
                let mut block = self.block.take().ok_or("CONTINUATION of nothing")?;
                block.bytes.extend_from_slice(&frame.payload);
                return self.block_grows(block, frame.has(flag::END_HEADERS));
            }
            kind::RST_STREAM => return self.reset(frame),
            kind::GOAWAY => return self.goaway(frame).map(Some),
            kind::SETTINGS if frame.has(flag::ACK) => self.settings_heard(frame)?,
            kind::SETTINGS => self.take_settings(frame)?,
            kind::PING if frame.has(flag::ACK) => self.ping_answered(frame)?,
            kind::PING => self.out.extend(frame_bytes(kind::PING, flag::ACK, 0, &frame.payload)),
            kind::WINDOW_UPDATE => self.window_update(frame)?,
            _ => {}
        }
        Ok(None)
    }

    /// Who a frame is for: the stream, or nobody any more. `is_end`: it may come for one of which the server does not know the
    /// end. Errs when it must not be there.
    fn meant(&mut self, id: u32, is_end: bool) -> Result<Option<&mut Stream>, String> {
        if id >= self.next {
            return Err("a frame on a stream that nobody has opened".to_owned());
        }
        match self.gone.get(&id) {
            Some(Gone::GivenUp) => Ok(None),
            Some(Gone::Ended) if is_end => Ok(None),
            Some(Gone::Over | Gone::Ended) => Err("a frame on a stream that is closed".to_owned()),
            None => match self.streams.get_mut(&id) {
                Some(stream) => Ok(Some(stream)),
                None => Err("a frame on a stream whose number was left out".to_owned()),
            },
        }
    }

    fn block_grows(&mut self, block: Block, is_whole: bool) -> Result<Option<Told>, String> {
        if !is_whole {
            self.block = Some(block);
            return Ok(None);
        }
        let Block { stream: id, is_last, bytes } = block;
        // Whoever it is for: the tables of both sides must stay the same.
        let lines = self.decoder.decode(&bytes)?;
        let Some(stream) = self.meant(id, false)? else { return Ok(None) };
        if stream.take_head(lines, is_last)? {
            stream.is_waiting = false;
            self.pump();
            return Ok(None);
        }
        Ok(self.answered(id))
    }

    fn data(&mut self, frame: &Frame) -> Result<Option<Told>, String> {
        let (id, length) = (frame.stream, frame.payload.len() as i64);
        let is_last = frame.has(flag::END_STREAM);
        // RFC 9113 §6.9.1: an empty one that ends its stream may go whatever the window.
        if length > 0 && length > self.window {
            return Err(format!("{length} bytes into a window of {} of the connection", self.window));
        }
        self.window -= length;
        let bytes = unpadded(frame)?;
        if bytes.is_empty() && !is_last {
            return Err("DATA of nothing".to_owned());
        }
        if let Some(stream) = self.meant(id, false)? {
            if length > 0 && length > stream.window {
                return Err(format!("{length} bytes into a window of {}", stream.window));
            }
            stream.window -= length;
            stream.take_content(bytes, is_last)?;
            if length > 0 {
                self.check_turn(id)?;
            }
        }
        if self.habits.grant == Grant::Prompt {
            self.grant();
        }
        Ok(self.answered(id))
    }

    /// A response that is complete is told once.
    fn answered(&mut self, id: u32) -> Option<Told> {
        let stream = self.streams.get_mut(&id).filter(|stream| stream.is_answered)?;
        let response = take(&mut stream.response)?;
        let exchange = stream.exchange.clone();
        if stream.has_ended {
            self.close_if_over(id);
        } else {
            self.leave_unsent(id);
        }
        Some(Told::Response(exchange, response))
    }

    pub(super) fn close_if_over(&mut self, id: u32) {
        if self.streams.get(&id).is_some_and(|stream| stream.has_ended && stream.is_answered) {
            let had_content = self.streams.remove(&id).is_some_and(|stream| stream.has_content);
            self.gone.insert(id, if had_content { Gone::Ended } else { Gone::Over });
        }
    }

    fn reset(&mut self, frame: &Frame) -> Result<Option<Told>, String> {
        let id = frame.stream;
        let code = frame.number(0).unwrap_or_default();
        let is_known = self.meant(id, code == code::NO_ERROR)?.is_some();
        self.gone.insert(id, Gone::Over);
        let Some(stream) = self.streams.remove(&id).filter(|_| is_known) else { return Ok(None) };
        match (stream.is_answered, code) {
            // RFC 9113 §8.1: nobody needs the rest of the request.
            (true, code::NO_ERROR) => Ok(None),
            (true, code) => Err(format!("reset with {code} behind its answer")),
            (false, code::NO_ERROR) => Err("reset without an error ahead of its answer".to_owned()),
            (false, code) => {
                let bytes = stream.response.map_or(0, |response| response.content.len());
                Ok(Some(Told::Reset(stream.exchange, code, bytes)))
            }
        }
    }

    fn goaway(&mut self, frame: &Frame) -> Result<Told, String> {
        let (last, code) = (frame.number(0).unwrap_or_default(), frame.number(4).unwrap_or_default());
        if self.left.is_some_and(|(before, _)| last > before) {
            return Err(format!("GOAWAY with {last} behind {:?}", self.left));
        }
        self.left = Some((last, code));
        Ok(Told::Left(code))
    }

    fn settings_heard(&mut self, frame: &Frame) -> Result<(), String> {
        let said = self.said.pop_front().filter(|_| frame.payload.is_empty()).ok_or("an answer to no settings")?;
        // RFC 9113 §6.9.2: all windows change by the difference, and may be below zero then.
        let difference = said.settings.window - self.heard.window;
        self.streams.range_mut(..said.next).for_each(|(_, stream)| stream.window += difference);
        self.decoder.set_max(said.least);
        self.decoder.set_max(said.settings.table);
        self.heard = said.settings;
        Ok(())
    }

    fn take_settings(&mut self, frame: &Frame) -> Result<(), String> {
        self.has_heard_settings = true;
        if !frame.payload.len().is_multiple_of(6) {
            return Err("SETTINGS of a length that is none".to_owned());
        }
        for setting in frame.payload.chunks(6) {
            let (id, value) = setting.split_at(2);
            let value = u32::from_be_bytes([value[0], value[1], value[2], value[3]]);
            match u16::from_be_bytes([id[0], id[1]]) {
                1 | 6 => {}
                2 if value == 0 => {}
                3 => self.theirs.streams = value as usize,
                4 if value < 1 << 31 => {
                    let difference = i64::from(value) - self.theirs.initial_window;
                    self.theirs.initial_window = i64::from(value);
                    self.streams.values_mut().for_each(|stream| stream.send_window += difference);
                }
                5 if (16_384..1 << 24).contains(&value) => self.theirs.frame = value as usize,
                9 if value == 1 => {}
                other => return Err(format!("a setting that cannot be: {other} is {value}")),
            }
        }
        self.out.extend(frame_bytes(kind::SETTINGS, flag::ACK, 0, b""));
        self.pump();
        Ok(())
    }

    fn ping_answered(&mut self, frame: &Frame) -> Result<(), String> {
        let sent = self.pings.pop_front();
        if sent.is_none_or(|sent| frame.payload != sent) {
            return Err("an answer to no PING".to_owned());
        }
        // What was said before the PING was heard before it.
        if let Some(gone) = frame.number(0).and_then(|id| self.gone.get_mut(&id)) {
            *gone = Gone::Over;
        }
        Ok(())
    }

    fn window_update(&mut self, frame: &Frame) -> Result<(), String> {
        let by = frame.number(0).unwrap_or_default();
        if !(1..1 << 31).contains(&by) {
            return Err(format!("WINDOW_UPDATE by {by}"));
        }
        let window = match frame.stream {
            0 => Some(&mut self.theirs.send_window),
            id => self.meant(id, true)?.map(|stream| &mut stream.send_window),
        };
        if let Some(window) = window {
            *window += i64::from(by);
            if *window >= 1 << 31 {
                return Err(format!("a window of {window}"));
            }
        }
        self.pump();
        Ok(())
    }

    /// RFC 9218 §10: nobody goes ahead of what is more urgent, and among equals everybody gets a turn. Only where windows
    /// bar nobody, and of content of which all is at hand.
    fn check_turn(&mut self, id: u32) -> Result<(), String> {
        let is_settled = self.habits.grant == Grant::Roomy && self.said.is_empty();
        let Some(urgency) = self.streams.get(&id).map(|stream| stream.urgency).filter(|_| is_settled) else {
            return Ok(());
        };
        // Content of a length that nobody knows may be at hand or not: its stream may have its turn, and need not.
        let may_go = |other: u32, stream: &Stream| other == id || !stream.is_answered && stream.response.is_some();
        let others = self.streams.iter().filter(|(other, stream)| may_go(**other, stream));
        let equals = others.filter(|(_, stream)| stream.urgency == urgency).count();
        let mut is_oldest = true;
        for (&other, stream) in self.streams.iter_mut().filter(|(other, stream)| may_go(**other, stream)) {
            let is_ready = stream.rest() > 0 && !stream.is_answered;
            if stream.urgency < urgency && is_ready {
                return Err(format!("content ahead of that of {other}, which is more urgent"));
            }
            if stream.urgency != urgency {
                continue;
            }
            let is_in_turn = stream.is_incremental || std::mem::replace(&mut is_oldest, false);
            let is_passed_over = other != id && is_in_turn && is_ready;
            stream.passed_over = if is_passed_over { stream.passed_over + 1 } else { 0 };
            if stream.passed_over > equals {
                return Err(format!("{other} starves: {} frames of others went", stream.passed_over));
            }
        }
        Ok(())
    }
}

/// What a frame carries, without its padding.
fn unpadded(frame: &Frame) -> Result<&[u8], String> {
    if !frame.has(flag::PADDED) {
        return Ok(&frame.payload);
    }
    let (&padding, rest) = frame.payload.split_first().ok_or("padding without its length")?;
    let length = rest.len().checked_sub(usize::from(padding)).ok_or("more padding than payload")?;
    Ok(&rest[..length])
}
