//! The members of a zip as texts, with what they may unpack to.

use std::io::Read;
use std::os::unix::fs::FileExt as _;

use zip::ZipArchive;
use zip::result::ZipError;

use crate::extract::fault::Size;
use crate::extract::input::{Input, Positioned};
use crate::extract::words::Draft;
use crate::extract::{Format, limit, text, xml};

/// The members of a zip, read one after the other.
pub(super) struct Parts<'a> {
    zip: ZipArchive<Positioned<'a>>,
    /// Bytes unpacked so far.
    unpacked: u64,
    faults: Vec<String>,
}

/// Why a zip cannot be read at all.
pub(super) enum Damage {
    NoZip,
    /// The list of its members stands at its end, and that is missing.
    Cut,
    Other(String),
}

/// What one part says of another.
pub(super) struct Relation {
    pub(super) id: String,
    /// A URI that says what for.
    pub(super) kind: String,
    /// The name of a member.
    pub(super) target: String,
}

impl<'a> Parts<'a> {
    pub(super) fn open(input: &Input<'a>) -> Result<Parts<'a>, Damage> {
        let mut head = [0; 2];
        if input.file.read_exact_at(&mut head, 0).is_err() || &head != b"PK" {
            return Err(Damage::NoZip);
        }
        let zip = ZipArchive::new(Positioned::new(input)).map_err(|error| match error {
            ZipError::InvalidArchive(reason) if reason.contains("EOCD") || reason.contains("end") => Damage::Cut,
            ZipError::InvalidArchive(reason) => Damage::Other(reason.into_owned()),
            other => Damage::Other(other.to_string()),
        })?;
        Ok(Parts { zip, unpacked: 0, faults: Vec::new() })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }

    /// The names of all members as they stand there, in the order of the list.
    pub(super) fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.zip.file_names_raw()
    }

    pub(super) fn count(&self) -> usize {
        self.zip.len()
    }

    /// Members whose names begin and end so, in the order of the numbers in them.
    pub(super) fn numbered(&self, prefix: &str, suffix: &str) -> Vec<String> {
        let names = self.names().filter_map(|name| std::str::from_utf8(name).ok());
        let fitting = names.filter(|name| name.starts_with(prefix) && name.ends_with(suffix));
        let mut names: Vec<String> = fitting.take(limit::ZIP_MEMBERS_MAX).map(str::to_owned).collect();
        names.sort_by_cached_key(|name| {
            let number = name[prefix.len()..name.len() - suffix.len()].parse::<u32>();
            (number.unwrap_or(u32::MAX), name.clone())
        });
        names
    }

    /// A member as text, in its own encoding; none where there is none, or where it cannot be unpacked: then that is a fault.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.text_as(name, Format::Xml)
    }

    /// The same for a member in HTML and others, which declare their encoding differently.
    pub(super) fn text_as(&mut self, name: &str, format: Format) -> Option<String> {
        let index = self.zip.index_for_name(name.trim_start_matches('/'))?;
        match self.unpack(index) {
            Ok(bytes) => text::decode(format, &bytes).map(|text| text.into_owned()),
            Err(reason) => {
                self.add_fault(reason);
                None
            }
        }
    }

    /// The name of the outermost element of a member.
    pub(super) fn root(&mut self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        let mut root = None;
        xml::walk(&text, |node| {
            if let xml::Node::Start(element) = node {
                root = Some(element.name().to_owned());
            }
            root.is_none()
        });
        root
    }

    /// What a part says of others (ECMA-376 Part 2 §6.5). The package itself has the empty name.
    pub(super) fn relations(&mut self, part: &str) -> Vec<Relation> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let slash = if folder.is_empty() { "" } else { "/" };
        let Some(text) = self.text(&format!("{folder}{slash}_rels/{file}.rels")) else { return Vec::new() };
        let mut relations = Vec::new();
        let fault = xml::walk(&text, |node| {
            if let xml::Node::Start(element) = node
                && element.name() == "Relationship"
                && element.attribute("TargetMode").is_none_or(|mode| mode != "External")
                && let (Some(id), Some(kind), Some(target)) =
                    (element.attribute("Id"), element.attribute("Type"), element.attribute("Target"))
            {
                relations.push(Relation { id, kind, target: resolve(folder, &target) });
            }
            relations.len() < limit::ZIP_MEMBERS_MAX
        });
        fault.into_iter().for_each(|fault| self.add_fault(fault));
        relations
    }

    /// A fault of the whole, once.
    pub(super) fn add_fault(&mut self, fault: String) {
        if !self.faults.contains(&fault) && self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }

    pub(super) fn tell_faults(self, draft: &mut Draft) {
        self.faults.into_iter().for_each(|fault| draft.add_fault(fault));
    }

    fn unpack(&mut self, index: usize) -> Result<Vec<u8>, String> {
        let bounds = limit::MEMBER_BYTES_MAX.min(limit::UNPACKED_BYTES_MAX.saturating_sub(self.unpacked));
        let mut member = self.zip.by_index(index).map_err(|error| match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => "has a password".to_owned(),
            error => format!("a part of it cannot be unpacked: {error}"),
        })?;
        let packed = member.compressed_size();
        let mut bytes = Vec::new();
        let read = member.by_ref().take(bounds + 1).read_to_end(&mut bytes);
        drop(member);
        self.unpacked += bytes.len() as u64;
        let unpacked = bytes.len() as u64;
        if unpacked > limit::UNPACKED_FREE_BYTES && unpacked / packed.max(1) > limit::UNPACKED_RATIO_MAX {
            return Err(format!("a part of it unpacks to {} times its size: a bomb", unpacked / packed.max(1)));
        }
        if unpacked > bounds {
            bytes.truncate(bounds as usize);
            self.add_fault(format!("unpacks to more than {}; the rest was left out", Size(bounds)));
        } else if let Err(error) = read {
            self.add_fault(format!("a part of it is damaged: {error}"));
        }
        Ok(bytes)
    }
}

/// More would tell nothing new.
const FAULTS_MAX: usize = 4;

/// A reference within the folder of a part, as the name of a member.
pub(super) fn resolve(folder: &str, target: &str) -> String {
    let target = target.split(['#', '?']).next().unwrap_or_default();
    let mut segments: Vec<&str> = match target.starts_with('/') {
        true => Vec::new(),
        false => folder.split('/').filter(|segment| !segment.is_empty()).collect(),
    };
    for segment in target.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    segments.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_stays_within_the_package() {
        assert_eq!(resolve("word", "styles.xml"), "word/styles.xml");
        assert_eq!(resolve("word", "/docProps/core.xml"), "docProps/core.xml");
        assert_eq!(resolve("ppt/slides", "../notesSlides/a.xml"), "ppt/notesSlides/a.xml");
        assert_eq!(resolve("a", "../../../b.xml#part"), "b.xml");
        assert_eq!(resolve("", "./a//b.xml"), "a/b.xml");
    }
}
