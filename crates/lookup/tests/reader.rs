//! The reader in its own process: what it cannot do, and what comes of it when a file makes it misbehave.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::process::ExitCode;
use std::sync::OnceLock;

use lookup::extract::{Extract, Extractor, child};

/// This test program, started again with [`arguments`], comes here and is a reader. In a usual run there is nothing to do.
#[test]
fn reader() {
    if std::env::args().any(|argument| argument == child::ARGUMENT) {
        let code = child::main();
        std::process::exit(i32::from(code != ExitCode::SUCCESS));
    }
}

fn extractor() -> Extractor {
    let program = std::env::current_exe().expect("this program has a file");
    // The last two change nothing but say that it is a reader.
    let arguments = ["reader", "--exact", "--test-threads=1", "--skip", child::ARGUMENT];
    Extractor::with_arguments(program, arguments.map(Into::into).to_vec())
}

fn shared() -> &'static Extractor {
    static EXTRACTOR: OnceLock<Extractor> = OnceLock::new();
    EXTRACTOR.get_or_init(extractor)
}

fn file(bytes: &[u8]) -> File {
    let file = tempfile::tempfile().expect("a temporary file");
    file.write_all_at(bytes, 0).expect("written");
    file
}

fn png() -> File {
    file(b"\x89PNG\r\n\x1a\n\0\0\0\x0ctEXtTitle\0sunset\0\0\0\0")
}

fn read(extractor: &Extractor) -> Extract {
    extractor.extract(&png(), b"a.png")
}

#[track_caller]
fn check_sound(extractor: &Extractor) {
    let extract = read(extractor);
    assert_eq!((extract.title.as_deref(), extract.fault), (Some("sunset"), None));
}

#[test]
fn a_file_is_read_and_the_reader_waits_for_the_next() {
    let extractor = extractor();
    check_sound(&extractor);
    let first = extractor.idle_readers();
    check_sound(&extractor);
    assert_eq!(extractor.idle_readers(), first, "the same one");
    assert_eq!(first.len(), 1);
    extractor.rest();
    assert!(extractor.idle_readers().is_empty());
    check_sound(&extractor);
}

#[test]
fn a_reader_can_open_reach_and_start_nothing() {
    assert_eq!(shared().escapes(), Ok(Vec::new()));
}

#[test]
fn a_reader_holds_nothing_of_its_parent() {
    check_sound(shared());
    let gaps = shared().gaps().expect("one has been started");
    let told = gaps.iter().find(|gap| gap.contains("open files")).map(String::as_str);
    // What whoever runs this test has left open is inherited by anybody.
    let left = (3..1024).filter(|number| is_inherited(*number)).count();
    let expected = (left > 0).then(|| format!("holds {left} open files of its parent"));
    assert_eq!(told, expected.as_deref());
}

fn is_inherited(descriptor: u32) -> bool {
    const CLOSES_ON_EXEC: u32 = 0o2_000_000;
    let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{descriptor}")).unwrap_or_default();
    let flags = info.lines().find_map(|line| u32::from_str_radix(line.strip_prefix("flags:")?.trim(), 8).ok());
    flags.is_some_and(|flags| flags & CLOSES_ON_EXEC == 0)
}

#[test]
fn a_reader_that_fails_is_a_fault_and_the_next_file_is_read() {
    let extractor = extractor();
    for (how, expected) in [
        ("panic", "is damaged in a way that no reader expects"),
        ("memory", "needs more than 512 MiB of memory to read"),
        ("stack", "is nested too deep"),
        ("end", "is damaged in a way that ends its reader (exit 3)"),
        ("abort", "is damaged in a way that ends its reader (signal 6)"),
    ] {
        assert_eq!(extractor.misbehave(how).fault.as_deref(), Some(expected), "{how}");
        check_sound(&extractor);
    }
}

#[test]
fn a_reader_that_never_answers_is_ended() {
    let extractor = extractor();
    let fault = extractor.misbehave("loop").fault.expect("a fault");
    // The second: on a machine so busy that it did not get 10 s of a core.
    assert!(["takes longer than 10 s to read", "was not read within 300 s"].contains(&&*fault), "{fault}");
    check_sound(&extractor);
}

#[test]
fn a_reader_that_was_killed_while_idle_is_replaced() {
    let extractor = extractor();
    check_sound(&extractor);
    for reader in extractor.idle_readers() {
        let pid = nix::unistd::Pid::from_raw(reader as i32);
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).expect("killed");
    }
    check_sound(&extractor);
}

#[test]
fn a_reader_whose_thread_has_ended_is_replaced() {
    let extractor = extractor();
    std::thread::scope(|scope| {
        scope.spawn(|| check_sound(&extractor));
    });
    // The kernel ends a child with the thread that started it.
    check_sound(&extractor);
}

#[test]
fn a_program_that_is_no_reader_is_a_fault_and_is_not_tried_for_ever() {
    let extractor = Extractor::new("/bin/false".into());
    for _ in 0..20 {
        let fault = read(&extractor).fault.expect("a fault");
        assert_eq!(fault, "its reader does not start: it ended before it was ready");
    }
    let missing = Extractor::new("/nonexistent/program".into());
    let fault = read(&missing).fault.expect("a fault");
    assert!(fault.starts_with("its reader does not start: "), "{fault}");
    // What needs no reader is read.
    assert_eq!(missing.extract(&file(b"words"), b"a.txt").body, "words");
}

#[test]
fn many_threads_share_an_extractor() {
    let extractor = extractor();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..25).for_each(|_| check_sound(&extractor)));
        }
    });
    assert!((1..=4).contains(&extractor.idle_readers().len()));
}

#[test]
fn a_document_reads_the_same_in_a_reader() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
    for entry in std::fs::read_dir(folder).expect("the documents of the tests") {
        let path = entry.expect("listed").path();
        let name = path.file_name().expect("a name").as_encoded_bytes();
        let here = lookup::extract::of_bytes(&std::fs::read(&path).expect("read"), name).expect("read");
        assert_eq!(shared().extract(&File::open(&path).expect("opened"), name), here, "{}", path.display());
    }
}

#[test]
fn a_pdf_that_is_damaged_anywhere_ends_no_more_than_its_reader() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
    let whole = std::fs::read(folder.join("paper.pdf")).expect("read");
    let extractor = extractor();
    for at in (0..whole.len()).step_by(whole.len() / 60) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xff;
        for bytes in [&damaged[..], &whole[..at]] {
            let extract = extractor.extract(&file(bytes), b"paper.pdf");
            assert!(
                extract.fault.as_deref().is_none_or(|fault| !fault.contains("does not start")),
                "at {at}: {extract:?}"
            );
        }
    }
    check_sound(&extractor);
}

#[test]
fn the_position_of_the_file_does_not_matter() {
    use std::io::Seek as _;
    let mut file = png();
    file.seek(std::io::SeekFrom::End(0)).expect("moved");
    assert_eq!(shared().extract(&file, b"a.png").title.as_deref(), Some("sunset"));
}
