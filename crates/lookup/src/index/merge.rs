//! Which segments are put together.
//!
//! Each commit makes a segment, and each look-up visits all of them. Segments of like size are put together when there are a few, so that a
//! thousand small commits leave a handful of segments, and a material is written again only as often as its segment grows eightfold.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tantivy::index::SegmentMeta;
use tantivy::merge_policy::{MergeCandidate, MergePolicy};

/// By size, in levels; and at rest, what is left of them as well.
#[derive(Clone, Debug)]
pub(super) struct Levels {
    pub(super) index: tantivy::Index,
    /// Nothing more is to be written soon.
    pub(super) is_at_rest: Arc<AtomicBool>,
}

impl Levels {
    /// Whether these are all there are, none of them under way to be put together with others.
    fn are_all(&self, segments: &[SegmentMeta]) -> bool {
        self.index.searchable_segment_metas().is_ok_and(|all| all.len() == segments.len())
    }
}

impl MergePolicy for Levels {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        let sizes: Vec<_> = segments.iter().map(|segment| (segment.num_docs(), segment.num_deleted_docs())).collect();
        let mut groups = groups(&sizes);
        if groups.is_empty() && self.is_at_rest.load(Relaxed) && self.are_all(segments) {
            groups.extend(group_at_rest(&sizes));
        }
        groups
            .into_iter()
            .map(|group| MergeCandidate(group.into_iter().map(|at| segments[at].id()).collect()))
            .collect()
    }
}

/// Which belong together, given how many documents each has, alive and deleted.
fn groups(sizes: &[(u32, u32)]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..sizes.len()).filter(|&at| sizes[at].0 <= DOCUMENTS_MAX).collect();
    order.sort_by_key(|&at| sizes[at].0);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for level in order.chunk_by(|&left, &right| level(sizes[left].0) == level(sizes[right].0)) {
        if level.len() >= SEGMENTS_OF_A_LEVEL {
            groups.push(level.to_vec());
        }
    }
    // Many levels with a few each: the small ones go together.
    if groups.is_empty() && order.len() > SEGMENTS_MAX {
        groups.push(order[..=order.len() - SEGMENTS_MAX / 2].to_vec());
    }
    // What was deleted takes room and time until its segment is written again.
    for (at, &(alive, deleted)) in sizes.iter().enumerate() {
        let is_taken = groups.iter().any(|group| group.contains(&at));
        if !is_taken && deleted > DELETED_MIN && deleted > alive / 2 {
            groups.push(vec![at]);
        }
    }
    groups
}

/// Which are put together when nothing more is written: as many of the smaller ones as make a segment that is half as large again as the
/// greatest of them, so that no material is written too often.
///
/// After much was written, all are one: lists are in one piece, words are there once, and each look-up asks one segment.
pub(super) fn group_at_rest(sizes: &[(u32, u32)]) -> Option<Vec<usize>> {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&at| sizes[at].0);
    let (mut sum, mut count) = (0u64, 0);
    for (before, &at) in order.iter().enumerate() {
        let documents = u64::from(sizes[at].0);
        if before > 0 && documents <= sum * 2 && sum + documents <= u64::from(DOCUMENTS_MAX) {
            count = before + 1;
        }
        sum += documents;
    }
    order.truncate(count);
    let documents: u64 = order.iter().map(|&at| u64::from(sizes[at].0)).sum();
    (documents >= AT_REST_DOCUMENTS_MIN).then_some(order)
}

fn level(documents: u32) -> u32 {
    documents.max(1).ilog2() / 3
}

/// Segments of like size that are put together.
const SEGMENTS_OF_A_LEVEL: usize = 5;
/// More segments cost each look-up more than a merge does.
const SEGMENTS_MAX: usize = 12;
/// A bigger one is left alone: to write it again takes a minute.
const DOCUMENTS_MAX: u32 = 4_000_000;
/// Smaller groups cost little as they are, and there may be one with each file that is saved.
const AT_REST_DOCUMENTS_MIN: u64 = 256;
/// Fewer deleted documents are not worth it.
const DELETED_MIN: u32 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    /// Commits one after another, each with so many documents; how many segments are left, and how often a document was written.
    fn simulate(commits: usize, documents: u32) -> (usize, f64) {
        let mut segments: Vec<(u32, u32)> = Vec::new();
        let mut written = 0u64;
        let mut most = 0;
        for _ in 0..commits {
            segments.push((documents, 0));
            written += u64::from(documents);
            loop {
                let groups = groups(&segments);
                let Some(group) = groups.first() else { break };
                let total: u32 = group.iter().map(|&at| segments[at].0).sum();
                written += u64::from(total);
                let mut at = 0;
                segments.retain(|_| {
                    at += 1;
                    !group.contains(&(at - 1))
                });
                segments.push((total, 0));
            }
            most = most.max(segments.len());
        }
        (most, written as f64 / (commits as f64 * f64::from(documents)))
    }

    #[test]
    fn many_small_commits_leave_few_segments_and_are_not_written_often() {
        for (commits, documents) in [(10_000, 1), (3_000, 20), (200, 5_000)] {
            let (most, written) = simulate(commits, documents);
            assert!(most <= SEGMENTS_MAX + 1, "{most} segments after {commits} commits of {documents}");
            assert!(written < 14.0, "each document was written {written} times");
        }
    }

    #[test]
    fn at_rest_what_was_written_lately_is_one() {
        let check = |sizes: &[u32], expected: Option<&[usize]>| {
            let sizes: Vec<_> = sizes.iter().map(|&size| (size, 0)).collect();
            assert_eq!(group_at_rest(&sizes).as_deref(), expected, "{sizes:?}");
        };
        check(&[], None);
        check(&[5000], None);
        check(&[5700, 210, 5900, 320], Some(&[1, 3, 0, 2]));
        check(&[100_000, 300, 400], Some(&[1, 2]));
        check(&[12_800, 1], None);
        check(&[1, 2, 3], None);
        check(&[3_000_000, 2_000_000], None);
    }

    #[test]
    fn what_is_mostly_deleted_is_written_again() {
        assert_eq!(groups(&[(1000, 600), (100_000, 10)]), [vec![0]]);
        assert!(groups(&[(1000, 400), (100_000, 10)]).is_empty());
    }
}
