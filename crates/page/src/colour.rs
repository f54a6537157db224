//! Colours that can be read: contrast as WCAG 2 counts it, and shades of an owner's accent that reach it.

/// A colour, in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    /// Red, green, blue.
    pub rgb: [u8; 3],
}

impl Accent {
    /// From `#rrggbb`, `rrggbb`, `#rgb` or `rgb`.
    pub fn parse(text: &str) -> Option<Accent> {
        let digits = text.strip_prefix('#').unwrap_or(text);
        let nibbles: Option<Vec<u8>> =
            digits.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok())).collect();
        let rgb = match nibbles?.as_slice() {
            [red, green, blue] => [red * 17, green * 17, blue * 17],
            [r1, r0, g1, g0, b1, b0] => [r1 << 4 | r0, g1 << 4 | g0, b1 << 4 | b0],
            _ => return None,
        };
        Some(Accent { rgb })
    }

    /// Six digits, as in the name of the style sheet that carries it.
    pub(crate) fn digits(self) -> String {
        let [red, green, blue] = self.rgb;
        format!("{red:02x}{green:02x}{blue:02x}")
    }

    /// The nearest shade that reads well on `ground`, on the way to `pole` (black or white).
    fn readable_on(self, ground: [u8; 3], pole: u8) -> Accent {
        let towards = |step: u16| {
            let mix = |from: u8| {
                let (from, to) = (u16::from(from), u16::from(pole));
                u8::try_from((from * (STEPS - step) + to * step) / STEPS).unwrap_or(pole)
            };
            Accent { rgb: self.rgb.map(mix) }
        };
        (0..=STEPS).map(towards).find(|shade| contrast(shade.rgb, ground) >= AA).unwrap_or(Accent { rgb: [pole; 3] })
    }

    /// The style sheet that makes this the accent, readable in both themes.
    pub(crate) fn style(self) -> String {
        let light = self.readable_on(LIGHT_SUNK, 0).digits();
        let dark = self.readable_on(DARK_SUNK, 255).digits();
        format!(":root{{--accent:#{light}}}@media(prefers-color-scheme:dark){{:root{{--accent:#{dark}}}}}\n")
    }
}

/// Contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
pub(crate) fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(rgb: [u8; 3]) -> f64 {
    let [red, green, blue] = rgb.map(|value| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Contrast of running text at level AA, and a little for rounding.
const AA: f64 = 4.6;
const STEPS: u16 = 32;
/// The least bright ground of the light theme that links stand on, as in `style.css`.
const LIGHT_SUNK: [u8; 3] = [0xf0, 0xee, 0xe8];
/// The brightest ground of the dark theme that links stand on, as in `style.css`.
const DARK_SUNK: [u8; 3] = [0x29, 0x28, 0x23];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_three_or_six_digits() {
        assert_eq!(Accent::parse("#b4531f"), Some(Accent { rgb: [0xb4, 0x53, 0x1f] }));
        assert_eq!(Accent::parse("FfF"), Some(Accent { rgb: [255; 3] }));
        for wrong in ["", "#", "12345", "red", "1234567", "#12 456", "资"] {
            assert_eq!(Accent::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
        assert!((contrast([0x76; 3], [255; 3]) - 4.54).abs() < 0.01);
        assert!((contrast([9, 9, 9], [9, 9, 9]) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn any_accent_can_be_read_in_both_themes() {
        for code in ["000000", "ffffff", "ffff00", "0000ff", "00ff00", "808080", "b4531f", "ff69b4"] {
            let accent = Accent::parse(code).unwrap();
            assert!(contrast(accent.readable_on(LIGHT_SUNK, 0).rgb, LIGHT_SUNK) >= 4.5, "{code}");
            assert!(contrast(accent.readable_on(DARK_SUNK, 255).rgb, DARK_SUNK) >= 4.5, "{code}");
        }
    }

    #[test]
    fn a_readable_accent_stays_as_it_is() {
        let accent = Accent::parse("17635b").unwrap();
        assert_eq!(accent.readable_on(LIGHT_SUNK, 0), accent);
    }

    /// The value of a token in one theme, as the style sheet has it.
    fn token(theme: &str, name: &str) -> [u8; 3] {
        let start = theme.find(&format!("--{name}:#")).expect("the theme has this token") + name.len() + 4;
        Accent::parse(&theme[start..start + 6]).expect("a colour").rgb
    }

    #[test]
    fn both_themes_reach_level_aa() {
        let style = include_str!("../assets/style.css");
        let (light, dark) = style.split_once("prefers-color-scheme:dark").expect("the sheet has two themes");
        for theme in [light, dark] {
            for ground in ["ground", "raised", "sunk"] {
                for ink in ["ink", "quiet", "accent"] {
                    let ratio = contrast(token(theme, ink), token(theme, ground));
                    assert!(ratio >= 4.5, "{ink} on {ground}: {ratio:.2}");
                }
                let ratio = contrast(token(theme, "edge"), token(theme, ground));
                assert!(ratio >= 3.0, "edge on {ground}: {ratio:.2}");
            }
            assert!(contrast(token(theme, "ink"), token(theme, "mark")) >= 4.5);
        }
        assert_eq!(token(light, "sunk"), LIGHT_SUNK);
        assert_eq!(token(dark, "sunk"), DARK_SUNK);
    }
}
