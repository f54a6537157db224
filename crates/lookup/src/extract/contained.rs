//! What is read in a child process: by format, from an open file.

use std::fs::File;
use std::io;

use super::input::Input;
use super::{Extract, Format, audio, gzip, image, limit, office, pdf, tar};

/// The words of a container.
pub(crate) fn read(file: &File, name: &[u8]) -> io::Result<Extract> {
    let input = Input::new(file)?;
    let head = input.head(limit::HEAD_BYTES)?;
    match Format::of(name, &head) {
        Format::Pdf => pdf::read(&input, head),
        Format::Zip => Ok(office::read(&input, name)),
        Format::Tar => Ok(tar::read(&input)),
        Format::Gzip => gzip::read(&input, name),
        Format::Audio => Ok(audio::read(&input, name)),
        Format::Image => image::read(&input, head),
        // The parent does not ask for others.
        _ => Ok(Extract::default()),
    }
}
