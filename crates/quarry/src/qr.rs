//! A QR code in Unicode half blocks: two modules on top of each other in one character.

use qrcode::{Color, EcLevel, QrCode};

use crate::terminal::Terminal;

/// The code for `text`, line by line; none when it is too long for one.
pub(crate) fn draw(text: &str, terminal: Terminal) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let modules = Modules { width: code.width(), colours: code.to_colors() };
    // Black on white, whatever the theme. Without colours, what is printed is drawn in the colour of the text, so on
    // dark ground the light modules have to be printed.
    let (begin, end) = if terminal.has_colour { ("\x1b[38;5;16;48;5;231m", "\x1b[0m") } else { ("", "") };
    let printed = if terminal.has_colour || terminal.is_light { Color::Dark } else { Color::Light };
    let from = -QUIET_MODULES;
    let to = modules.width as isize + QUIET_MODULES;
    let mut drawing = String::new();
    for y in (from..to).step_by(2) {
        drawing.push_str(begin);
        drawing.extend((from..to).map(|x| match (modules.at(x, y) == printed, modules.at(x, y + 1) == printed) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        }));
        drawing.push_str(end);
        drawing.push('\n');
    }
    Some(drawing)
}

struct Modules {
    width: usize,
    colours: Vec<Color>,
}

impl Modules {
    /// Light beyond the edges.
    fn at(&self, x: isize, y: isize) -> Color {
        let width = self.width as isize;
        match (0..width).contains(&x) && (0..width).contains(&y) {
            true => self.colours[(y * width + x) as usize],
            false => Color::Light,
        }
    }
}

/// Light modules around the code. ISO/IEC 18004 asks for four; readers are content with two, and lines are dear.
const QUIET_MODULES: isize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(is_light: bool) -> String {
        draw("http://192.168.1.5:8000/", Terminal { is_terminal: true, has_colour: false, is_light }).unwrap()
    }

    #[test]
    fn the_code_stands_within_a_light_frame() {
        let drawing = plain(true);
        let lines: Vec<&str> = drawing.lines().collect();
        // Version 2: 25 modules, and two on each side.
        assert!(lines.len() == 15 && lines.iter().all(|line| line.chars().count() == 29), "{drawing}");
        assert_eq!(lines[0].trim(), "");
        assert!(lines[1].starts_with("  █▀▀▀▀▀█ ") && lines[1].ends_with(" █▀▀▀▀▀█  "), "{drawing}");
    }

    #[test]
    fn on_dark_ground_the_light_modules_are_printed() {
        let swapped: String = plain(true)
            .chars()
            .map(|character| match character {
                '█' => ' ',
                ' ' => '█',
                '▀' => '▄',
                '▄' => '▀',
                other => other,
            })
            .collect();
        assert_eq!(plain(false), swapped);
    }

    #[test]
    fn with_colours_it_is_black_on_white() {
        let drawing = draw("a", Terminal { is_terminal: true, has_colour: true, is_light: false }).unwrap();
        assert!(drawing.lines().all(|line| line.starts_with("\x1b[38;5;16;48;5;231m") && line.ends_with("\x1b[0m")));
    }

    #[test]
    fn too_long_a_text_has_no_code() {
        let terminal = Terminal { is_terminal: true, has_colour: false, is_light: false };
        assert_eq!(draw(&"a".repeat(3000), terminal), None);
    }
}
