//! What entity tags were seen on which bytes.

use crate::disk::Version;
use std::collections::BTreeMap;
use std::sync::Arc;

/// By path and tag: the versions that it can stand for.
#[derive(Debug, Default)]
pub(crate) struct Tags(BTreeMap<(Vec<u8>, String), Vec<Arc<Version>>>);

impl Tags {
    /// A strong tag came with bytes that all of `versions` have.
    ///
    /// Errs when it came with others before: two answers under one strong tag must be the same to the byte.
    pub(crate) fn note(&mut self, path: &[u8], tag: &str, versions: Vec<Arc<Version>>) -> Result<(), String> {
        match self.0.get_mut(&(path.to_vec(), tag.to_owned())) {
            None => {
                self.0.insert((path.to_vec(), tag.to_owned()), versions);
                Ok(())
            }
            Some(known) => {
                known.retain(|old| versions.iter().any(|new| Arc::ptr_eq(old, new) || old.bytes == new.bytes));
                if known.is_empty() { Err(format!("the strong tag {tag} stands for different bytes")) } else { Ok(()) }
            }
        }
    }

    /// Errs when the tag stands for something, but for none of these.
    pub(crate) fn check(&self, path: &[u8], tag: &str, versions: &[Arc<Version>]) -> Result<(), String> {
        let Some(known) = self.0.get(&(path.to_vec(), tag.to_owned())) else { return Ok(()) };
        match known.iter().any(|old| versions.iter().any(|new| Arc::ptr_eq(old, new) || old.bytes == new.bytes)) {
            true => Ok(()),
            false => Err(format!("the tag {tag} stands for bytes that are gone")),
        }
    }
}
