//! The world as the server sees it: its reactor, and its pool.

use crate::disk::{Disk, Handle};
use crate::world::{Event, World};
use reactor::{Completion, Key, PeerAddress, Reactor};
use server::pool::{Done, Errand};
use std::cell::RefCell;
use std::io;
use std::rc::Rc;

/// The world as the server's reactor.
pub(crate) struct Kernel {
    pub(crate) world: Rc<RefCell<World>>,
    pub(crate) disk: Disk,
}

impl Reactor for Kernel {
    type File = Handle;

    fn now_nanoseconds(&self) -> u64 {
        self.world.borrow().now
    }

    fn date_nanoseconds(&self) -> i128 {
        self.world.borrow().date
    }

    fn wait(&mut self, until: Option<u64>) -> io::Result<()> {
        self.world.borrow_mut().wait(until);
        Ok(())
    }

    fn next(&mut self, buffer: &mut [u8]) -> Option<Completion> {
        let mut world = self.world.borrow_mut();
        let now = world.now;
        let told = world.network.next(now, buffer);
        world.tell_changes();
        if let Some(completion) = told {
            world.trace.line(now, || format!("    {completion:?}"));
        }
        told
    }

    fn send(&mut self, key: Key, slices: &[&[u8]], _more: bool) -> io::Result<usize> {
        let mut world = self.world.borrow_mut();
        let length = slices.iter().map(|slice| slice.len()).sum();
        let count = world.network.offer(key, length)?;
        let bytes: Vec<u8> = slices.iter().flat_map(|slice| slice.iter()).take(count).copied().collect();
        world.sent(key, &bytes, length);
        Ok(count)
    }

    fn send_file(&mut self, key: Key, file: &Handle, offset: u64, length: usize) -> io::Result<usize> {
        let mut world = self.world.borrow_mut();
        let count = world.network.offer(key, length)?;
        let bytes = self.disk.copy(file, offset, count.max(1))?;
        if bytes.is_empty() {
            return Ok(0);
        }
        let bytes = &bytes[..bytes.len().min(count)];
        world.sent(key, bytes, length);
        if bytes.is_empty() { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(bytes.len()) }
    }

    fn ask_sendable(&mut self, key: Key) {
        self.world.borrow_mut().network.ask_sendable(key);
    }

    fn set_receiving(&mut self, key: Key, on: bool) {
        self.world.borrow_mut().network.set_receiving(key, on);
    }

    fn set_deadline(&mut self, key: Key, deadline: Option<u64>) {
        self.world.borrow_mut().network.set_deadline(key, deadline);
    }

    fn shutdown(&mut self, key: Key) {
        let mut world = self.world.borrow_mut();
        world.network.shutdown(key);
        if let Some(link) = world.network.link_of(key) {
            world.tell_client(link);
        }
    }

    fn close(&mut self, key: Key) {
        let mut world = self.world.borrow_mut();
        if let Some(link) = world.network.close(key) {
            let now = world.now;
            world.check_close(link);
            world.trace.line(now, || format!("    closes {key:?}"));
            world.tell_client(link);
        }
    }

    fn stop_accepting(&mut self) {
        self.world.borrow_mut().network.stop_accepting();
    }

    fn peer(&self, key: Key) -> Option<PeerAddress> {
        let mut world = self.world.borrow_mut();
        let link = world.network.link_of(key)?;
        Some(world.network.links[link].peer)
    }
}

impl World {
    fn sent(&mut self, key: Key, bytes: &[u8], length: usize) {
        self.network.send(key, bytes, length);
        let now = self.now;
        self.trace.line(now, || format!("    sends {key:?} {} of {length} bytes", bytes.len()));
        if let Some(link) = self.network.link_of(key).filter(|_| !bytes.is_empty()) {
            self.tell_client(link);
        }
    }
}

/// The world as the server's pool.
pub(crate) struct Errands(pub(crate) Rc<RefCell<World>>);

impl server::pool::Pool<Disk> for Errands {
    fn submit(&mut self, errand: Errand<Disk>) -> Result<(), Errand<Disk>> {
        let mut world = self.0.borrow_mut();
        let now = world.clock.now();
        world.pool.submit(errand, now)?;
        let delay = world.pool.delay();
        world.schedule(delay, Event::Run);
        Ok(())
    }

    fn collect(&mut self) -> Option<Done<Disk>> {
        self.0.borrow_mut().pool.collect()
    }
}
