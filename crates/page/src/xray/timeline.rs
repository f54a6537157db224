//! The times of a journey, for people: a line of bars, and below it each step with what it took.

use std::fmt::Write as _;
use std::ops::Range;

use super::moment::{Moment, steps, time};
use super::text::name;
use super::word::Word;
use super::{Journey, Place};
use crate::escape::text;
use crate::language::Language;

/// As text, a step a line.
pub(super) fn push_text(out: &mut String, journey: &Journey, language: Language) {
    if journey.timeline.is_empty() {
        return;
    }
    let say = |word: Word| word.say(language);
    let _ = write!(out, "\n{}", say(Word::Timeline));
    if journey.is_dry_run {
        let _ = write!(out, " ({})", say(Word::OfDryRun));
    }
    out.push('\n');
    for (moment, step) in steps(&journey.timeline) {
        let (at, label) = (time(moment.at), moment.event.label(language));
        let step = step.map(|step| format!("+{}", time(step))).unwrap_or_default();
        let _ = writeln!(out, "  {at:>12}  {step:>12}  {label}");
    }
}

/// As a part of a page: closed it is a line of bars.
pub(super) fn push_html(out: &mut String, journey: &Journey, language: Language) {
    let moments = &journey.timeline;
    let Some(last) = moments.iter().rfind(|moment| moment.is_under_way()) else { return };
    let scale = Scale { end: last.at.max(1) };
    let _ =
        write!(out, "<details class=times><summary><span>{} · {}</span>", Word::Timeline.say(language), time(last.at));
    push_bar(out, bars(moments, &scale));
    out.push_str("</summary>");
    if journey.is_dry_run {
        let _ = write!(out, "<p class=count>{}</p>", Word::OfDryRun.say(language));
    }
    out.push_str("<table><tr>");
    for word in [Word::Step, Word::At, Word::After] {
        let _ = write!(out, "<th scope=col>{}", word.say(language));
    }
    out.push_str("<td>");
    for (index, (moment, step)) in steps(moments).enumerate() {
        let place = moment.event.place();
        let token = place.token();
        let _ = write!(
            out,
            "<tr><th scope=row><a class=\"t-{token}\" href=\"#{token}\" title=\"{}\">{}</a><td>{}<td>{}<td>",
            text(name(place, language)),
            text(moment.event.label(language)),
            time(moment.at),
            step.map(|step| format!("+{}", time(step))).unwrap_or_default(),
        );
        if let (Some(step), true) = (step, index > 0) {
            push_bar(out, std::iter::once((place, scale.bar(moment.at - step, moment.at))));
        }
    }
    out.push_str("</table></details>");
}

/// What a step took, from the one before to its own moment.
fn bars<'a>(moments: &'a [Moment], scale: &'a Scale) -> impl Iterator<Item = (Place, Range<u64>)> + 'a {
    steps(moments).filter_map(|(moment, step)| Some((moment.event.place(), scale.bar(moment.at - step?, moment.at))))
}

/// The policy of the page lets no style be written here; widths of a drawing are none.
fn push_bar(out: &mut String, bars: impl Iterator<Item = (Place, Range<u64>)>) {
    let _ = write!(
        out,
        "<svg class=lapse viewBox=\"0 0 {FULL} 8\" preserveAspectRatio=none aria-hidden=true focusable=false>"
    );
    for (place, bar) in bars {
        let _ =
            write!(out, "<rect class=t-{} x={} width={} height=8 />", place.token(), bar.start, bar.end - bar.start);
    }
    out.push_str("</svg>");
}

/// The whole width of a drawing.
const FULL: u64 = 1000;
/// What took next to no time is seen all the same.
const WIDTH_MIN: u64 = 4;

struct Scale {
    /// The moment at the right, in nanoseconds.
    end: i64,
}

impl Scale {
    fn place(&self, at: i64) -> u64 {
        let part = i128::from(at.clamp(0, self.end)) * i128::from(FULL) / i128::from(self.end);
        // Between 0 and the whole width.
        part as u64
    }

    fn bar(&self, from: i64, to: i64) -> Range<u64> {
        let (from, to) = (self.place(from), self.place(to));
        let from = from.min(FULL - WIDTH_MIN);
        from..to.max(from + WIDTH_MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_within_the_drawing() {
        let scale = Scale { end: 2_000 };
        assert_eq!(scale.bar(0, 1_000), 0..500);
        assert_eq!(scale.bar(1_000, 1_000), 500..504);
        assert_eq!(scale.bar(2_000, 2_000), 996..1_000);
        assert_eq!(scale.bar(i64::MIN, i64::MAX), 0..1_000);
        assert_eq!(Scale { end: i64::MAX }.bar(0, i64::MAX), 0..1_000);
    }
}
