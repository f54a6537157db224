//! A timer wheel: one deadline for each connection, with no allocation once the connections are there.
//!
//! ```text
//! level 0   64 places of      1 ms      what is due within the current 64 ms
//! level 1   64 places of     64 ms      …the current 4 s
//! level 2   64 places of  4,096 ms      …the current 4 min
//! level 3   64 places of    262 s       …the next 4 h; later ones stand at the far end and are put again
//! ```
//!
//! A deadline moves lazily: to extend it (each request does) is one store. When its old place comes up, the wheel
//! looks at the deadline as it is then, and puts it where it belongs now.

/// Deadlines by index, in nanoseconds of a clock handed in from outside.
#[derive(Debug)]
pub struct Wheel {
    entries: Vec<Entry>,
    /// First entry of each place.
    heads: [[u32; PLACES]; LEVELS],
    /// Invariant: bit p of occupied[l] is set exactly when heads[l][p] is not NONE.
    occupied: [u64; LEVELS],
    /// First of those that are due and not yet given out.
    due: u32,
    /// No place comes up before this tick; it may be that none does then, for what stood there has gone.
    earliest: u64,
    /// How far the wheel has turned, in ticks. Invariant: every linked entry comes up after it, or is due.
    turned: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// As last set; [`NEVER`] when there is none.
    deadline: u64,
    /// The tick at which its place comes up; `u64::MAX` when it is due or stands nowhere, so that setting it puts it anew.
    comes_up: u64,
    previous: u32,
    next: u32,
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Nowhere,
    Due,
    At { level: u8, place: u8 },
}

impl Wheel {
    /// An empty wheel whose clock stands at `now`.
    pub fn new(now: u64) -> Wheel {
        Wheel {
            entries: Vec::new(),
            heads: [[NONE; PLACES]; LEVELS],
            occupied: [0; LEVELS],
            due: NONE,
            earliest: u64::MAX,
            turned: now / TICK_NANOSECONDS,
        }
    }

    /// Sets or moves the deadline of `index`.
    pub fn set(&mut self, index: u32, deadline: u64) {
        let at = index as usize;
        if at >= self.entries.len() {
            self.entries.resize(at + 1, Entry::EMPTY);
        }
        let entry = &mut self.entries[at];
        entry.deadline = deadline;
        // The usual case ends here: it stands at a place that comes up earlier, and will be looked at then.
        if deadline != NEVER && tick_of(deadline) < entry.comes_up {
            self.unlink(index);
            self.link(index);
        }
    }

    /// Takes the deadline off, leaving its place to be swept when it comes up.
    pub fn clear(&mut self, index: u32) {
        if let Some(entry) = self.entries.get_mut(index as usize) {
            entry.deadline = NEVER;
        }
    }

    /// Takes the deadline off at once: the index is about to belong to somebody else.
    pub fn remove(&mut self, index: u32) {
        if (index as usize) < self.entries.len() {
            self.unlink(index);
            self.entries[index as usize] = Entry::EMPTY;
        }
    }

    /// When the wheel must be looked at next, in nanoseconds. Never later than the earliest deadline, rounded up to a tick.
    pub fn next_look(&self) -> Option<u64> {
        if self.due != NONE {
            return Some(0);
        }
        self.next_place().map(|(tick, ..)| tick.saturating_mul(TICK_NANOSECONDS))
    }

    /// One index whose deadline has passed at `now`, taken off; call until `None`.
    pub fn pop(&mut self, now: u64) -> Option<u32> {
        self.turn(now / TICK_NANOSECONDS);
        while self.due != NONE {
            let index = self.due;
            self.unlink(index);
            let entry = &mut self.entries[index as usize];
            // It may have been moved or cleared since it was found due.
            if entry.deadline <= now {
                entry.deadline = NEVER;
                return Some(index);
            }
            if entry.deadline != NEVER {
                self.link(index);
            }
        }
        None
    }

    fn turn(&mut self, now: u64) {
        // Nearly always: each turn of a worker looks, and deadlines are far.
        if now < self.earliest {
            self.turned = self.turned.max(now);
            return;
        }
        while let Some((tick, level, place)) = self.next_place() {
            if tick > now {
                break;
            }
            self.turned = self.turned.max(tick);
            let mut index = std::mem::replace(&mut self.heads[level][place], NONE);
            self.occupied[level] &= !(1 << place);
            while index != NONE {
                let entry = &mut self.entries[index as usize];
                let next = entry.next;
                (entry.place, entry.comes_up) = (Place::Nowhere, u64::MAX);
                if entry.deadline != NEVER {
                    self.link(index);
                }
                index = next;
            }
        }
        self.turned = self.turned.max(now);
        self.earliest = self.next_place().map_or(u64::MAX, |(tick, ..)| tick);
    }

    /// The place that comes up first: its tick, level and number.
    fn next_place(&self) -> Option<(u64, usize, usize)> {
        let mut first: Option<(u64, usize, usize)> = None;
        for level in 0..LEVELS {
            if self.occupied[level] == 0 {
                continue;
            }
            let shift = BITS * level as u32;
            let current = (self.turned >> shift) as u32 % PLACES as u32;
            let ahead = self.occupied[level].rotate_right(current).trailing_zeros();
            let tick = ((self.turned >> shift) + u64::from(ahead)) << shift;
            let place = ((current + ahead) as usize) % PLACES;
            if first.is_none_or(|(earliest, ..)| tick < earliest) {
                first = Some((tick, level, place));
            }
        }
        first
    }

    /// Puts an entry where its deadline belongs. Expects: not linked, deadline not [`NEVER`].
    fn link(&mut self, index: u32) {
        let tick = tick_of(self.entries[index as usize].deadline);
        let head = if tick <= self.turned {
            let entry = &mut self.entries[index as usize];
            (entry.place, entry.comes_up) = (Place::Due, u64::MAX);
            &mut self.due
        } else {
            let tick = tick.min(self.turned + REACH);
            let level = level_of(self.turned, tick);
            let shift = BITS * level as u32;
            let place = (tick >> shift) as usize % PLACES;
            let entry = &mut self.entries[index as usize];
            entry.place = Place::At { level: level as u8, place: place as u8 };
            entry.comes_up = (tick >> shift) << shift;
            self.earliest = self.earliest.min(entry.comes_up);
            self.occupied[level] |= 1 << place;
            &mut self.heads[level][place]
        };
        let next = std::mem::replace(head, index);
        let entry = &mut self.entries[index as usize];
        (entry.previous, entry.next) = (NONE, next);
        if next != NONE {
            self.entries[next as usize].previous = index;
        }
    }

    fn unlink(&mut self, index: u32) {
        let Entry { previous, next, place, .. } = self.entries[index as usize];
        if place == Place::Nowhere {
            return;
        }
        if next != NONE {
            self.entries[next as usize].previous = previous;
        }
        if previous != NONE {
            self.entries[previous as usize].next = next;
        } else if let Place::At { level, place } = place {
            self.heads[level as usize][place as usize] = next;
            if next == NONE {
                self.occupied[level as usize] &= !(1 << place);
            }
        } else {
            self.due = next;
        }
        let entry = &mut self.entries[index as usize];
        (entry.place, entry.comes_up) = (Place::Nowhere, u64::MAX);
    }
}

impl Entry {
    const EMPTY: Entry =
        Entry { deadline: NEVER, comes_up: u64::MAX, previous: NONE, next: NONE, place: Place::Nowhere };
}

/// The first tick at which the deadline has passed: rounded up, as no deadline may pass early.
fn tick_of(deadline: u64) -> u64 {
    deadline.div_ceil(TICK_NANOSECONDS)
}

/// The lowest level on which `tick` and `turned` differ by their place only.
fn level_of(turned: u64, tick: u64) -> usize {
    let differing = (turned ^ tick) | (PLACES as u64 - 1);
    (((u64::BITS - 1 - differing.leading_zeros()) / BITS) as usize).min(LEVELS - 1)
}

const LEVELS: usize = 4;
const PLACES: usize = 64;
const BITS: u32 = PLACES.trailing_zeros();
/// Deadlines are of seconds; the kernel's own waits are of milliseconds.
const TICK_NANOSECONDS: u64 = 1_000_000;
/// How far ahead an entry may stand: short of a whole turn of the last level, or it would seem to come up now.
const REACH: u64 = (PLACES as u64 - 2) << (BITS * (LEVELS as u32 - 1));
const NONE: u32 = u32::MAX;
/// No deadline.
const NEVER: u64 = u64::MAX;

// With the slot of a socket it makes what an idle connection costs here.
const _: () = assert!(std::mem::size_of::<Entry>() <= 32);

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = TICK_NANOSECONDS;

    /// Sets deadlines (milliseconds) at clock `start`, then lets the clock go to each of `looks`: what passes at each.
    #[track_caller]
    fn check(start: u64, deadlines: &[u64], looks: &[(u64, &[u32])]) {
        let mut wheel = Wheel::new(start * MS);
        for (index, deadline) in deadlines.iter().enumerate() {
            wheel.set(index as u32, deadline * MS);
        }
        for (now, expected) in looks {
            assert_eq!(passed(&mut wheel, now * MS), *expected, "at {now} ms");
        }
    }

    fn passed(wheel: &mut Wheel, now: u64) -> Vec<u32> {
        let mut passed: Vec<u32> = std::iter::from_fn(|| wheel.pop(now)).collect();
        passed.sort_unstable();
        passed
    }

    #[test]
    fn a_deadline_passes_at_its_tick_and_once() {
        check(0, &[5], &[(4, &[]), (5, &[0]), (6, &[])]);
        check(1_000_000, &[1_000_001], &[(1_000_000, &[]), (1_000_001, &[0])]);
        check(63, &[64, 65, 127, 128], &[(64, &[0]), (127, &[1, 2]), (128, &[3])]);
    }

    #[test]
    fn far_deadlines_come_down_the_levels() {
        check(10, &[70, 5_000, 300_000, 20_000_000], &[(69, &[]), (70, &[0]), (4_999, &[]), (5_000, &[1])]);
        check(10, &[300_000], &[(299_999, &[]), (300_000, &[0])]);
        check(10, &[20_000_000], &[(16_000_000, &[]), (19_999_999, &[]), (20_000_000, &[0])]);
        check(16_777_210, &[16_777_220, 33_554_440], &[(16_777_220, &[0]), (33_554_439, &[]), (33_554_440, &[1])]);
    }

    #[test]
    fn a_clock_that_jumps_misses_nothing() {
        check(0, &[5, 500, 50_000, 5_000_000], &[(9_000_000, &[0, 1, 2, 3])]);
    }

    #[test]
    fn a_deadline_in_the_past_passes_at_once() {
        check(100, &[50], &[(100, &[0])]);
        let mut wheel = Wheel::new(100 * MS);
        wheel.set(0, 3);
        assert_eq!(wheel.next_look(), Some(0));
    }

    #[test]
    fn fractions_of_a_tick_never_pass_early() {
        let mut wheel = Wheel::new(0);
        wheel.set(0, 5 * MS + 1);
        assert_eq!(passed(&mut wheel, 5 * MS), []);
        assert_eq!(passed(&mut wheel, 5 * MS + 1), [], "waits for the whole tick");
        assert_eq!(passed(&mut wheel, 6 * MS), [0]);
    }

    #[test]
    fn an_extended_deadline_keeps_its_place_until_that_comes_up() {
        let mut wheel = Wheel::new(0);
        wheel.set(0, 10 * MS);
        wheel.set(0, 90 * MS);
        assert_eq!(wheel.next_look(), Some(10 * MS));
        assert_eq!(passed(&mut wheel, 10 * MS), []);
        assert_eq!(passed(&mut wheel, 89 * MS), []);
        assert_eq!(passed(&mut wheel, 90 * MS), [0]);
    }

    #[test]
    fn a_deadline_moved_nearer_passes_nearer() {
        let mut wheel = Wheel::new(0);
        wheel.set(0, 60_000 * MS);
        wheel.set(0, 10 * MS);
        assert_eq!(passed(&mut wheel, 10 * MS), [0]);
    }

    #[test]
    fn a_due_deadline_can_still_be_moved_or_cleared() {
        let mut wheel = Wheel::new(0);
        (0..4).for_each(|index| wheel.set(index, 10 * MS));
        let first = wheel.pop(10 * MS).expect("four are due");
        let others: Vec<u32> = (0..4).filter(|index| *index != first).collect();
        wheel.set(others[0], 20 * MS);
        wheel.clear(others[1]);
        wheel.remove(others[2]);
        assert_eq!(passed(&mut wheel, 10 * MS), []);
        assert_eq!(passed(&mut wheel, 20 * MS), [others[0]]);
        assert_eq!(wheel.next_look(), None);
    }

    /// Random operations, against a plain list of deadlines.
    #[test]
    fn the_wheel_agrees_with_a_plain_list() {
        let mut random = 1u64;
        let mut draw = |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % below
        };
        let mut now = 123_456_789;
        let mut wheel = Wheel::new(now);
        let mut plain = [NEVER; 50];
        for step in 0..200_000 {
            let index = draw(50) as u32;
            match draw(10) {
                0..=5 => {
                    let far = draw(4) as usize;
                    let deadline = now + draw([20, 2_000, 100_000, 30_000_000][far]) * MS + draw(MS);
                    wheel.set(index, deadline);
                    plain[index as usize] = deadline;
                }
                6 => {
                    wheel.clear(index);
                    plain[index as usize] = NEVER;
                }
                7 => {
                    wheel.remove(index);
                    plain[index as usize] = NEVER;
                }
                _ => {
                    let far = draw(4) as usize;
                    now += draw([3, 300, 100_000, 1_000_000][far]) * MS + draw(MS);
                    let expected: Vec<u32> =
                        (0..50).filter(|index| tick_of(plain[*index as usize]) <= now / MS).collect();
                    expected.iter().for_each(|index| plain[*index as usize] = NEVER);
                    assert_eq!(passed(&mut wheel, now), expected, "step {step}");
                }
            }
            let earliest = plain.iter().filter(|deadline| **deadline != NEVER).map(|d| tick_of(*d)).min();
            if let Some(earliest) = earliest {
                let look = wheel.next_look().expect("somebody waits");
                assert!(look <= earliest * MS, "step {step}: looks at {look}, due at {}", earliest * MS);
            }
        }
    }
}
