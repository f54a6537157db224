//! One material on a page of its own, with what is known of it; the listing's pane shows the same.

mod charset;
mod picture;
mod table;
mod text;

use std::fmt::Write as _;

use minijinja::Value;
use minijinja::context;
use semantics::Timestamp;

pub use charset::{Charset, Ground, Sureness};
pub use picture::{Picture, thumbnail};

use crate::escape::{self, push_segment, push_text};
use crate::frame::{self, Frame, Here};
use crate::kind::Kind;
use crate::listing::Segment;
use crate::look::Look;
use crate::markdown;
use crate::quantity;
use crate::template::{self, Slot};

/// A material and what is known of it.
#[derive(Clone, Debug)]
pub struct PreviewPage<'a> {
    /// The way from the root; the last is the file.
    pub path: &'a [Segment],
    /// What its name promises.
    pub kind: Kind,
    /// Its media type, as it is served.
    pub media_type: &'a str,
    /// In bytes.
    pub size: u64,
    /// Time of the last change.
    pub modified: Option<Timestamp>,
    /// For the age of dates.
    pub now: Timestamp,
    /// What is shown of it.
    pub material: Material<'a>,
    /// The file before it in its folder.
    pub previous: Option<&'a Segment>,
    /// The file behind it in its folder.
    pub next: Option<&'a Segment>,
}

/// What is shown of a material.
#[derive(Clone, Debug)]
pub enum Material<'a> {
    /// A picture, with what it says about itself.
    Image(Picture),
    /// Sound.
    Sound,
    /// Film.
    Film,
    /// A PDF, in the browser's own viewer.
    Pdf,
    /// Text or code.
    Text {
        /// Decoded; perhaps only the beginning.
        text: &'a str,
        /// How it was decoded.
        charset: Charset<'a>,
        /// Whether there is more.
        is_cut: bool,
    },
    /// Markdown, rendered.
    Markdown {
        /// Decoded; perhaps only the beginning.
        text: &'a str,
        /// How it was decoded.
        charset: Charset<'a>,
        /// Whether there is more.
        is_cut: bool,
    },
    /// Values separated by commas, semicolons or tabs.
    Table {
        /// Decoded; perhaps only the beginning.
        text: &'a str,
        /// How it was decoded.
        charset: Charset<'a>,
        /// Whether there is more.
        is_cut: bool,
    },
    /// An archive.
    Archive {
        /// Names inside, as people read them, with their sizes.
        entries: &'a [(String, Option<u64>)],
        /// Whether there may be more.
        is_cut: bool,
    },
    /// Only its facts.
    Facts,
}

/// The page of one material.
pub fn page(look: &Look, page: &PreviewPage<'_>) -> String {
    let Some(file) = page.path.last() else { return String::new() };
    let mut out = String::with_capacity(16 * 1024);
    let find = frame::lookup_box(look, "", &page.path[..page.path.len() - 1]);
    let (tools, is_passing) = (String::new(), false);
    let title = &file.shown;
    let foot = Frame { look, title, class: "material", path: page.path, here: Here::File, find, tools, is_passing }
        .push_top(&mut out);
    let href = escape::segment(&file.name);
    match template::render(look, "preview.html", || values(look, page, file, &href)) {
        Some(content) => {
            let mut material = String::new();
            push_material(&mut material, look, page, &href);
            out.push_str(&template::fill(&content, Slot::Material, &material));
        }
        None => push_content(&mut out, look, page, file, &href),
    }
    foot.push(&mut out, look);
    out
}

fn push_content(out: &mut String, look: &Look, page: &PreviewPage<'_>, file: &Segment, href: &str) {
    let words = look.words();
    let kind = page.kind.token();
    let _ = write!(out, "<main id=main tabindex=-1><article class=preview data-kind={kind}><div class=lead><h1>");
    push_text(out, &file.shown);
    let _ = write!(out, "</h1><p class=count>{} · {}", (words.kind)(page.kind), quantity::short_size(page.size));
    if let Some(modified) = page.modified {
        out.push_str(" · ");
        quantity::push_time(out, look, modified, page.now);
    }
    let _ = write!(
        out,
        "</p><div class=acts><a class=button href={href}>{}</a><a class=button href={href} download>{}</a>\
         <button class=copy data-href={href} hidden>{}</button></div></div>",
        words.open, words.download, words.copy_address,
    );
    push_material(out, look, page, href);
    push_facts(out, look, page);
    push_neighbours(out, look, page);
    out.push_str("</article></main>");
}

/// What the template of previews is given.
fn values(look: &Look, page: &PreviewPage<'_>, file: &Segment, href: &str) -> Value {
    let fact = |(name, value): (&str, String)| context! { name, value };
    let neighbour = |neighbour: &Segment| {
        let href = format!("{}?preview", escape::segment(&neighbour.name));
        context! { name => neighbour.shown.as_str(), href }
    };
    context! {
        file => context! {
            name => file.shown.as_str(),
            href,
            kind => page.kind.token(),
            kind_name => (look.words().kind)(page.kind),
            media_type => page.media_type,
            size => quantity::short_size(page.size),
            time => page.modified.map(|modified| template::safe(quantity::time(look, modified, page.now))),
        },
        material => Slot::Material.value(),
        facts => facts(look, page).into_iter().map(fact).collect::<Vec<_>>(),
        previous => page.previous.map(neighbour),
        next => page.next.map(neighbour),
        ..template::common(look)
    }
}

fn push_material(out: &mut String, look: &Look, page: &PreviewPage<'_>, href: &str) {
    let words = look.words();
    match &page.material {
        Material::Image(Picture { pixels, .. }) => {
            // The size beforehand, so that nothing moves when the picture comes.
            let size = pixels.map(|(width, height)| format!(" width={width} height={height}")).unwrap_or_default();
            let alt = page.path.last().map(|file| escape::text(&file.shown)).unwrap_or_default();
            let _ = write!(
                out,
                "<div class=panel><p class=switch><input type=checkbox id=real><label for=real>{}</label></p></div>\
                 <figure class=\"stage picture\"><img src={href}{size} alt=\"{alt}\"></figure>",
                words.real_size,
            );
        }
        Material::Sound => {
            let _ = write!(out, "<figure class=stage><audio controls preload=metadata src={href}></audio></figure>");
        }
        Material::Film => {
            let _ = write!(
                out,
                "<figure class=stage><video controls playsinline preload=metadata src={href}></video></figure>"
            );
        }
        Material::Pdf => {
            let _ = write!(
                out,
                "<figure class=\"stage paper\"><object type=application/pdf data={href}><p>{} <a href={href}>{}</a>\
                 </object></figure>",
                words.no_pdf, words.open,
            );
        }
        Material::Text { text, charset, is_cut } => {
            charset::push_panel(out, look, charset, true);
            text::push(out, text);
            push_cut(out, look, *is_cut);
        }
        Material::Markdown { text, charset, is_cut } => {
            charset::push_panel(out, look, charset, false);
            let rendered = markdown::render(text);
            markdown::push_contents(out, look, &rendered.contents);
            let _ = write!(out, "<div class=prose>{}</div>", rendered.html);
            push_cut(out, look, *is_cut);
        }
        Material::Table { text, charset, is_cut } => {
            charset::push_panel(out, look, charset, false);
            let was_cut = table::push(out, text);
            push_cut(out, look, *is_cut || was_cut);
        }
        Material::Archive { entries, is_cut } => {
            out.push_str("<div class=scroll tabindex=0><table class=cells>");
            for (name, size) in *entries {
                out.push_str("<tr><td>");
                push_text(out, name);
                let _ = write!(out, "<td>{}", size.map(quantity::short_size).unwrap_or_default());
            }
            out.push_str("</table></div>");
            push_cut(out, look, *is_cut);
        }
        Material::Facts => {
            out.push_str("<figure class=\"stage none\">");
            crate::listing::push_icon(out, page.kind);
            let _ = write!(out, "<figcaption>{}</figcaption></figure>", words.no_preview);
        }
    }
}

fn push_cut(out: &mut String, look: &Look, is_cut: bool) {
    if is_cut {
        let _ = write!(out, "<p class=cut>{}</p>", look.words().cut);
    }
}

/// What is known of the material, by name.
fn facts(look: &Look, page: &PreviewPage<'_>) -> Vec<(&'static str, String)> {
    let words = look.words();
    let mut facts = vec![
        (words.media_type, String::from(page.media_type)),
        (words.size, (words.bytes)(&quantity::grouped(page.size))),
    ];
    if let Some(modified) = page.modified {
        facts.push((words.modified, quantity::full_date(look, modified)));
    }
    if let Material::Image(picture) = &page.material {
        let pixels = picture.pixels.map(|(width, height)| format!("{width} × {height}"));
        let taken = picture.taken.map(|(year, month, day, hour, minute)| {
            format!("{} {hour:02}:{minute:02}", (words.full_date)(year.into(), month, day))
        });
        let known = [
            (words.pixels, pixels),
            (words.taken, taken),
            (words.camera, picture.camera.clone()),
            (words.lens, picture.lens.clone()),
            (words.exposure, picture.exposure.clone()),
        ];
        facts.extend(known.into_iter().filter_map(|(name, value)| Some((name, value?))));
    }
    facts
}

fn push_facts(out: &mut String, look: &Look, page: &PreviewPage<'_>) {
    let words = look.words();
    let _ = write!(out, "<section class=facts aria-label=\"{0}\"><h2>{0}</h2><dl>", words.facts);
    for (name, value) in facts(look, page) {
        out.push_str("<div><dt>");
        push_text(out, name);
        out.push_str("<dd>");
        push_text(out, &value);
        out.push_str("</div>");
    }
    // The reader's browser computes it, on demand; without the script there is no such button.
    let _ = write!(
        out,
        "<div class=hash hidden><dt>{}<dd><button>{}</button></div></dl></section>",
        words.hash, words.compute
    );
}

fn push_neighbours(out: &mut String, look: &Look, page: &PreviewPage<'_>) {
    let words = look.words();
    let _ = write!(out, "<nav class=around aria-label=\"{}\">", words.pages);
    let sides = [(page.previous, "prev", words.previous), (page.next, "next", words.next)];
    for (neighbour, rel, label) in sides {
        if let Some(neighbour) = neighbour {
            out.push_str("<a href=");
            push_segment(out, &neighbour.name);
            let _ = write!(out, "?preview rel={rel}><small>{label}</small><span>");
            push_text(out, &neighbour.shown);
            out.push_str("</span></a>");
        }
    }
    out.push_str("</nav>");
}
