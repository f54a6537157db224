//! `quarry generate`: what the tools that read it say about it.

use std::io::Write;
use std::process::{Command, Stdio};

use super::run;

/// What a program says about a text, on both outputs; none when it is not installed.
fn ask(program: &str, arguments: &[&str], text: &str) -> Option<(bool, String)> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    child.stdin.take().expect("piped").write_all(text.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

#[test]
fn manual_pages_have_all_flags_and_no_warnings() {
    let page = run(["generate", "man"]).output;
    for flag in ["listen", "drain", "symlinks", "fresh", "prefix", "idle\\-timeout", "access\\-log", "index"] {
        assert!(page.contains(&format!("\\-\\-{flag}")), "{flag}");
    }
    assert!(page.contains("When stopping, wait so long"), "what the short help leaves out");
    assert!(page.is_ascii(), "older tools read Latin-1");
    for command in ["serve", "find", "check", "compress", "generate", "help"] {
        assert!(run(["generate", "man", command]).output.contains(&format!(".TH quarry-{command} 1")), "{command}");
    }
    if let Some((is_good, said)) = ask("groff", &["-man", "-Tutf8", "-ww", "-z"], &page) {
        assert!(is_good && said.is_empty(), "{said}");
    }
    if let Some((is_good, said)) = ask("mandoc", &["-T", "lint", "-W", "error"], &page) {
        assert!(is_good, "{said}");
    }
}

#[test]
fn completions_are_scripts_of_their_shells() {
    let cases = [("bash", "bash"), ("zsh", "zsh"), ("fish", "fish")];
    for (shell, program) in cases {
        let ended = run(["generate", "completions", shell]);
        assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""), "{shell}");
        assert!(ended.output.contains("access-log") && ended.output.contains("compress"), "{shell}");
        if let Some((is_good, said)) = ask(program, &["-n"], &ended.output) {
            assert!(is_good && said.is_empty(), "{shell}: {said}");
        }
    }
}

#[test]
fn bash_completes_flags_commands_and_values() {
    let script = run(["generate", "completions", "bash"]).output;
    // What bash does when Tab is pressed after these words.
    let complete = |words: &str| {
        let ask_bash = format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
             _quarry quarry \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD - 1]}}\"\necho \"${{COMPREPLY[*]}}\"\n"
        );
        ask("bash", &["--norc"], &ask_bash).map(|(_, said)| said)
    };
    for (words, expected) in [
        ("quarry --access", "--access-log --access-log-file\n"),
        ("quarry chec", "check\n"),
        ("quarry fin", "find\n"),
        ("quarry find --color al", "always\n"),
        ("quarry serve --symlinks ne", "never\n"),
        ("quarry --access-log js", "json\n"),
    ] {
        assert!(complete(words).is_none_or(|said| said == expected), "{words}: {:?}", complete(words));
    }
}
