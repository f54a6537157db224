//! Each file in `golden/` is a run: its first line is the command, the rest what it prints. A new case is a new file.

use std::fs;
use std::path::Path;

#[test]
fn help_is_as_written_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/process/golden");
    let mut cases = 0;
    for entry in fs::read_dir(folder).expect("the cases") {
        let path = entry.expect("a case").path();
        let case = fs::read_to_string(&path).expect("text");
        let (command, expected) = case.split_once('\n').expect("a command and its output");
        let arguments = command.strip_prefix("$ quarry").expect("the program").split_whitespace();
        let ended = super::run(arguments);
        assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""), "{}", path.display());
        // Spaces at the ends of lines are nobody's business, and editors take them away.
        let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        let (found, expected) = (lines(&ended.output), lines(expected));
        assert!(found == expected, "{}\n{}", path.display(), ended.output);
        cases += 1;
    }
    assert!(cases >= 4);
}
