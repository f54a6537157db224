//! What the pool makes: asked for, taken when it comes, piece by piece where it is made while it is sent.

use super::{Exchange, Held};
use crate::connection::{Connection, Ticket, Until};
use crate::due::Due;
use crate::known::Known;
use crate::origin::{Answer, Files, Origin, Site};
use crate::pool::{Errand, Pool, Question, Work};
use crate::request::OwnedHead;
use crate::source::Source;
use crate::xray::Sent;
use reactor::Key;
use semantics::Instant;
use std::mem::take;
use std::sync::Arc;
use wire::{Sends, StreamId};

impl<T: Files, P: Pool<T>> Exchange<T, P> {
    /// The answer must wait for something: the pool makes it.
    pub(super) fn submit(
        &mut self,
        site: &Arc<Site<T>>,
        connection: &mut Connection<T::File>,
        key: Key,
        stream: StreamId,
        held: Held<'_>,
    ) {
        let request = match held {
            Held::Borrowed(head) => OwnedHead::new(head).since(self.began),
            Held::Owned(owned) => owned,
        };
        let ticket = Ticket::default();
        let notes = if self.lens.has_plates() { self.lens.ask(stream) } else { None };
        let work = Work::Answer(Box::new(Question {
            site: Arc::clone(site),
            request,
            known: Known { counted: self.counted, ..self.known(connection) },
            now: self.clock.now,
            notes,
            seats: take(&mut self.due.seats),
        }));
        match self.pool.submit(Errand { key, stream, work, is_abandoned: ticket.is_abandoned() }) {
            Ok(()) => {
                self.counters.errands.add(1);
                connection.wait(stream, Until::PoolIsDone { since: self.now, ticket }, self.now);
            }
            Err(Errand { work: Work::Answer(question), .. }) => {
                self.put_off(site, connection, stream, &question.request.head());
            }
            Err(_) => {}
        }
    }

    /// The pool's answer has come, to what it was asked at `submitted`.
    pub(crate) fn answered(
        &mut self,
        origin: &Origin<T>,
        connection: &mut Connection<T::File>,
        stream: StreamId,
        question: &mut Question<T>,
        answer: Answer<T::File>,
        submitted: Instant,
    ) {
        self.due = Due { seats: take(&mut question.seats), line: None };
        self.is_secured = connection.is_secured();
        self.began = question.request.began();
        self.made(origin, connection, stream, question, answer, submitted);
        self.owe(connection, stream);
    }

    fn made(
        &mut self,
        origin: &Origin<T>,
        connection: &mut Connection<T::File>,
        stream: StreamId,
        question: &Question<T>,
        answer: Answer<T::File>,
        submitted: Instant,
    ) {
        let (site, head) = (&*question.site, &question.request.head());
        if let Some(notes) = &question.notes {
            self.lens.note(stream, (**notes).clone());
        }
        self.asked = Some(submitted);
        match answer {
            Answer::Whole(_, None) | Answer::Stream { .. } if connection.wire.is_overloaded() => {
                self.put_off(site, connection, stream, head);
            }
            Answer::Whole(response, keep) => {
                // Right as it is, it is not to be kept for whoever asks the site that has come in its place.
                let keep = keep.filter(|_| origin.has(&question.site));
                // The pool may have taken its time; what changed meanwhile is not to be believed on top of that.
                self.selected(site, connection, stream, head, response, keep.map(|keep| (keep, submitted)));
            }
            Answer::Failed(cause) => self.failed(site, connection, stream, head, &cause),
            Answer::Stream { status, fields, first, source } => {
                let start = self.output.scratch.len();
                let (date, output) = (&self.clock.date, &mut self.output);
                let sends = connection.wire.respond(stream, status, &fields, None, date, output);
                if self.lens.has_plates() {
                    let (sends, head) = (sends == Sends::Content, self.written(connection, start));
                    self.see_reply(stream, &head, Sent { status, fields: &fields, content: None, sends }, !sends);
                    self.lens.piece(stream, Some(first.len()));
                }
                let is_sent = sends == Sends::Content;
                self.note(head, status, &fields, if is_sent { None } else { Some(0) });
                if is_sent {
                    self.due.add(first.len());
                    self.counters.content_bytes.add(first.len() as u64);
                }
                if source.is_live() && sends == Sends::Content {
                    self.lens.followed = Some(stream);
                }
                match sends {
                    Sends::Content => {
                        connection.wire.frame(stream, first, &mut self.output);
                        connection.wait(stream, Until::OutputIsSent(source), self.now);
                    }
                    Sends::Nothing => connection.wire.finish(stream, &mut self.output),
                }
            }
        }
        self.asked = None;
    }

    /// The next piece of a streamed content, or its end.
    ///
    /// Errs with the cause when the content cannot be completed.
    pub(crate) fn piece(
        &mut self,
        connection: &mut Connection<T::File>,
        stream: StreamId,
        piece: Option<Result<Vec<u8>, String>>,
        source: Box<dyn Source>,
    ) -> Result<(), String> {
        match piece.transpose()? {
            Some(piece) => {
                if self.lens.has_plates() {
                    self.lens.piece(stream, Some(piece.len()));
                }
                connection.note_piece(stream, piece.len());
                self.counters.content_bytes.add(piece.len() as u64);
                connection.wire.frame(stream, piece, &mut self.output);
                connection.wait(stream, Until::OutputIsSent(source), self.now);
            }
            None => {
                if self.lens.has_plates() {
                    self.lens.piece(stream, None);
                }
                connection.wire.finish(stream, &mut self.output);
            }
        }
        Ok(())
    }
}
