//! Which materials of a segment a gate shows, found out once: the paths of a segment never change, and a gate with a number shows the
//! same ones each time.

use super::bits::Bits;
use crate::answer::Gate;
use crate::error::Error;
use crate::index::View;
use foldhash::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tantivy::index::SegmentId;

/// What was found out, by segment and by the number of the gate.
#[derive(Default)]
pub(crate) struct Passed {
    known: Mutex<HashMap<(SegmentId, u64), Shown>>,
}

/// None: all of them.
type Shown = Option<Arc<Bits>>;

impl Passed {
    /// The materials of a segment that the gate of this number shows.
    pub(super) fn of(&self, view: &View, segment: usize, gate: &dyn Gate, number: u64) -> Result<Shown, Error> {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let readers = view.searcher.segment_readers();
        let key = (readers[segment].segment_id(), number);
        if let Some(known) = lock().get(&key) {
            return Ok(known.clone());
        }
        // Not under the lock: it takes a tenth of a microsecond for each material.
        let shown = shown(view, segment, gate)?.map(Arc::new);
        let mut known = lock();
        // Those of segments that were joined to others serve nobody any more.
        known.retain(|(id, _), _| readers.iter().any(|reader| reader.segment_id() == *id));
        // Nor do those of clients of whom none has come for long; which those are is not worth remembering.
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(key, shown.clone());
        Ok(shown)
    }
}

/// Of each some clients see other things than others: beyond this all begin anew. A bit for each material, so 128 KiB for a million.
const KNOWN_MAX: usize = 256;

fn shown(view: &View, segment: usize, gate: &dyn Gate) -> Result<Option<Bits>, Error> {
    let documents = view.searcher.segment_readers()[segment].max_doc();
    let mut shown = Bits::new(documents);
    // One without a path cannot be shown.
    let Some(paths) = &view.columns[segment].path else { return Ok(Some(shown)) };
    let mut verdicts = Vec::with_capacity(paths.num_terms());
    let mut stream = paths.dictionary().stream()?;
    while stream.advance() {
        verdicts.push(gate.may_show(stream.key(), false));
    }
    for document in 0..documents {
        let verdict = paths.ords().first(document).and_then(|ord| verdicts.get(ord as usize));
        if verdict == Some(&true) {
            shown.insert(document);
        }
    }
    Ok(Some(shown).filter(|shown| shown.len() < documents as usize))
}

#[cfg(test)]
mod tests {
    use crate::answer::{Gate, Request};
    use crate::extract::Extract;
    use crate::index::Index;
    use crate::material::Material;
    use crate::name::Names;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Shows what does not begin with a letter, and counts how often it is asked.
    struct Without(u8, AtomicUsize);

    impl Gate for Without {
        fn may_show(&self, path: &[u8], _: bool) -> bool {
            self.1.fetch_add(1, Ordering::Relaxed);
            path[0] != self.0
        }

        fn number(&self) -> Option<u64> {
            Some(u64::from(self.0))
        }
    }

    #[test]
    fn a_gate_with_a_number_is_asked_once_for_each_segment() {
        let index = Index::in_memory();
        let mut writer = index.writer(50 << 20).unwrap();
        let mut put = |path: &str| {
            let material = Material { path: path.into(), size: 1, modified: 1, changed: 1, inode: 1 };
            writer.put(&material, path, &Extract { body: "stone".into(), ..Extract::default() }).unwrap();
            writer.commit().unwrap();
        };
        put("a.txt");
        put("b.txt");
        let names = Names::new();
        let find = |gate: &Without| {
            let request = Request { words: "stone ", offset: 0, limit: 10, language: None };
            let hits = index.finder().find(&request, &names, gate).hits;
            let mut paths: Vec<_> = hits.into_iter().map(|hit| String::from_utf8(hit.path).unwrap()).collect();
            paths.sort();
            (paths, gate.1.load(Ordering::Relaxed))
        };
        let (a, b) = (Without(b'a', AtomicUsize::new(0)), Without(b'b', AtomicUsize::new(0)));
        assert_eq!(find(&a), (vec!["b.txt".to_owned()], 2));
        assert_eq!(find(&a), (vec!["b.txt".to_owned()], 2));
        assert_eq!(find(&b), (vec!["a.txt".to_owned()], 2));
        put("c.txt");
        assert_eq!(find(&b), (vec!["a.txt".to_owned(), "c.txt".to_owned()], 3));
        assert_eq!(find(&a), (vec!["b.txt".to_owned(), "c.txt".to_owned()], 3));
    }
}
