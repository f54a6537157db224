//! Developer commands: `cargo x COMMAND`. Each is an entry of one table, and CI calls these and nothing else.

mod command;
mod failure;
mod install;
mod repository;
mod step;
mod tally;
mod tidy;

use command::COMMANDS;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        print!("{}", help());
        return ExitCode::SUCCESS;
    };
    if ["help", "--help", "-h"].contains(&&name[..]) {
        print!("{}", help());
        return ExitCode::SUCCESS;
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        eprintln!("there is no command `{name}`\n\n{}", help());
        return ExitCode::from(2);
    };
    match (command.run)(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{name}: {}", failure.message);
            ExitCode::from(failure.exit_code)
        }
    }
}

fn help() -> String {
    let mut text = String::from("cargo x COMMAND\n\n");
    for command in COMMANDS {
        let usage = format!("{} {}", command.name, command.arguments);
        text.push_str(&format!("  {usage:<24} {}\n", command.help));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_in_the_help_once() {
        let help = help();
        for command in COMMANDS {
            let start = format!("\n  {} ", command.name);
            assert_eq!(help.matches(&start).count(), 1, "{}", command.name);
        }
    }
}
