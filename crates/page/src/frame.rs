//! What stands around every page: head, bar with breadcrumbs and box, footer, list of keys.

use std::fmt::Write as _;

use minijinja::Value;
use minijinja::context;

use crate::asset;
use crate::escape::{push_segment, push_text, text};
use crate::icon;
use crate::listing::Segment;
use crate::look::Look;
use crate::template::{self, Slot};

/// What the frame needs to know of a page.
pub(crate) struct Frame<'a> {
    pub(crate) look: &'a Look,
    /// Of the window, before the name of the site.
    pub(crate) title: &'a str,
    /// The class of the body.
    pub(crate) class: &'static str,
    /// The way from the root; the last is the page itself.
    pub(crate) path: &'a [Segment],
    pub(crate) here: Here,
    /// HTML: the box, and tools behind it.
    pub(crate) find: String,
    pub(crate) tools: String,
    /// Whether the page is made of what others say of their materials: nothing for robots to remember.
    pub(crate) is_passing: bool,
}

/// The template of what stands around every page.
const NAME: &str = "page.html";

/// What addresses relative to the page are relative to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Here {
    /// The page is a folder.
    Folder,
    /// The page is a file in a folder.
    File,
    /// The page may be anywhere, as an error is.
    Anywhere,
}

/// What stands below a page's own content.
#[must_use]
pub(crate) enum Foot {
    /// The same on every page.
    BuiltIn,
    /// By the template that the top is of.
    Own(String),
}

impl Foot {
    /// Appends it.
    pub(crate) fn push(&self, out: &mut String, look: &Look) {
        match self {
            Foot::BuiltIn => push_foot(out, look),
            Foot::Own(foot) => out.push_str(foot),
        }
    }
}

impl Frame<'_> {
    /// Appends all that stands above the page's own content, and gives what stands below it.
    pub(crate) fn push_top(&self, out: &mut String) -> Foot {
        if let Some(templates) = &self.look.templates
            && let Some(page) = templates.render(NAME, || self.values())
        {
            match template::cut(&page, Slot::Content) {
                Ok((top, foot)) => {
                    out.push_str(top);
                    return Foot::Own(String::from(foot));
                }
                Err(fault) => templates.fail(&format!("{NAME}: {fault}")),
            }
        }
        self.push_built_in(out);
        Foot::BuiltIn
    }

    /// What the template of pages is given.
    fn values(&self) -> Value {
        let Frame { look, .. } = *self;
        let words = look.words();
        let crumbs = 1 + self.path.len();
        let crumb = |index: usize| {
            let mut href = String::new();
            self.push_way(&mut href, index);
            let name = match index.checked_sub(1).and_then(|index| self.path.get(index)) {
                Some(segment) => segment.shown.as_str(),
                None => look.title.as_str(),
            };
            let is_here = index + 1 == crumbs && self.here != Here::Anywhere;
            context! { name, href, is_here, is_up => !is_here && index + 2 == crumbs }
        };
        let key = |(keys, act): &(&'static str, &'static str)| context! { keys => keys.split(' ').collect::<Vec<_>>(), act => *act };
        context! {
            title => self.title,
            class => self.class,
            is_passing => self.is_passing,
            crumbs => (0..crumbs).map(crumb).collect::<Vec<_>>(),
            mark => template::safe(icon::MARK),
            icons => template::safe(icon::SPRITE),
            box => template::safe(self.find.as_str()),
            tools => template::safe(self.tools.as_str()),
            header => template::safe(look.header.as_str()),
            footer => template::safe(look.footer.as_str()),
            keys => words.key_list.iter().map(key).collect::<Vec<_>>(),
            content => Slot::Content.value(),
            ..template::common(look)
        }
    }

    fn push_built_in(&self, out: &mut String) {
        let Frame { look, .. } = *self;
        let words = look.words();
        let _ = write!(out, "<!doctype html><html lang={}><meta charset=utf-8><title>", look.language.tag());
        if !self.title.is_empty() {
            push_text(out, self.title);
            out.push_str(" – ");
        }
        push_text(out, &look.title);
        out.push_str(
            "</title><meta name=viewport content=\"width=device-width,initial-scale=1\">\
             <meta name=color-scheme content=\"light dark\">",
        );
        if self.is_passing {
            out.push_str("<meta name=robots content=noindex>");
        }
        let _ = write!(out, "<link rel=icon href=\"{}\">", text(&asset::favicon(look)));
        let find_style = look.has_lookup.then(|| asset::find_style(look));
        for sheet in [Some(asset::style(look)), find_style, asset::accent(look)].into_iter().flatten() {
            let _ = write!(out, "<link rel=stylesheet href=\"{}\">", text(&sheet));
        }
        if look.has_lookup {
            // Browsers offer to look up here from their own box.
            let _ = write!(
                out,
                "<link rel=search type=\"application/opensearchdescription+xml\" title=\"{}\" href=\"{}/opensearch.xml\">\
                 <script src=\"{}\" defer data-label=\"{}\" data-close=\"{}\"></script>",
                text(&look.title),
                text(&look.prefix),
                text(&asset::find_script(look)),
                words.suggestions,
                words.close,
            );
        }
        let _ = write!(
            out,
            "<script src=\"{}\" defer data-copied=\"{}\" data-failed=\"{}\" data-none=\"{}\" data-close=\"{}\" \
             data-preview=\"{}\"></script>\
             <body class={}>{}<a class=skip href=#main>{}</a>",
            text(&asset::script(look)),
            words.copied,
            words.failed,
            words.nothing_matches,
            words.close,
            words.preview,
            self.class,
            icon::SPRITE,
            words.skip,
        );
        if !look.header.is_empty() {
            let _ = write!(out, "<div class=above>{}</div>", look.header);
        }
        let _ = write!(out, "<header class=bar><nav aria-label=\"{}\"><ol class=crumbs>", words.breadcrumbs);
        self.push_crumbs(out);
        let _ = writeln!(out, "</ol></nav>{}{}</header>", self.find, self.tools);
    }

    fn push_crumbs(&self, out: &mut String) {
        let mut root = text(&self.look.title);
        root.insert_str(0, "<span>");
        root.push_str("</span>");
        let logo = match &self.look.logo {
            Some(address) => format!("<img class=mark src=\"{}\" alt=\"\">", text(address)),
            None => String::from(icon::MARK),
        };
        let crumbs = 1 + self.path.len();
        for index in 0..crumbs {
            let is_last = index + 1 == crumbs && self.here != Here::Anywhere;
            out.push_str("<li>");
            if is_last {
                out.push_str("<a aria-current=page>");
            } else {
                out.push_str("<a href=");
                self.push_way(out, index);
                // The script goes up by this link.
                out.push_str(if index + 2 == crumbs { " rel=up>" } else { ">" });
            }
            match index.checked_sub(1).and_then(|index| self.path.get(index)) {
                None => {
                    out.push_str(&logo);
                    out.push_str(&root);
                }
                Some(segment) => {
                    out.push_str("<span>");
                    push_text(out, &segment.shown);
                    out.push_str("</span>");
                }
            }
            out.push_str("</a>");
        }
    }

    /// Appends the address of the crumb at `index`; that of the page itself is where it is.
    fn push_way(&self, out: &mut String, index: usize) {
        let ups = match self.here {
            Here::Anywhere => {
                out.push('/');
                for segment in &self.path[..index.min(self.path.len())] {
                    push_segment(out, &segment.name);
                    out.push('/');
                }
                return;
            }
            Here::Folder => self.path.len() - index,
            Here::File => (self.path.len() - index).saturating_sub(1),
        };
        out.push_str("./");
        for _ in 0..ups {
            out.push_str("../");
        }
    }
}

/// The box that looks through the whole site; nothing where there is no look-up. `here`: the folder that the reader is in.
pub(crate) fn lookup_box(look: &Look, value: &str, here: &[Segment]) -> String {
    if !look.has_lookup {
        return String::new();
    }
    let prefix = text(&look.prefix);
    let mut more = String::from(" enterkeyhint=search");
    if !here.is_empty() {
        more.push_str(" data-here=\"");
        for segment in here {
            push_text(&mut more, &segment.shown);
            more.push('/');
        }
        more.push('"');
    }
    find_box(&format!("{prefix}/find"), "q", value, look.words().find, "", &more)
}

/// A box: where it leads, the name and value of its input, what it says, hidden inputs, and more attributes.
pub(crate) fn find_box(action: &str, name: &str, value: &str, label: &str, hidden: &str, more: &str) -> String {
    let (label, value) = (text(label), text(value));
    format!(
        "<form class=box role=search action=\"{action}\">{hidden}<label>{}<input type=search name={name} value=\"{value}\" \
         placeholder=\"{label}\" aria-label=\"{label}\" autocomplete=off spellcheck=false{more}><kbd>/</kbd></label></form>",
        icon::FIND
    )
}

/// Appends all that stands below the page's own content.
fn push_foot(out: &mut String, look: &Look) {
    let words = look.words();
    let served_by = match look.has_xray {
        true => {
            format!("<span>{} · <a href=\"{}/xray\">{}</a></span>", words.served_by, text(&look.prefix), words.xray)
        }
        false => String::from(words.served_by),
    };
    let _ = write!(
        out,
        "<footer class=foot>{}<p>{served_by} <button class=keys-open hidden>{} <kbd>?</kbd></button></footer>\
         <dialog id=keys aria-label=\"{}\"><h2>{}</h2><dl>",
        look.footer, words.keys, words.keys, words.keys,
    );
    for (keys, act) in words.key_list {
        out.push_str("<dt>");
        for (index, key) in keys.split(' ').enumerate() {
            match key {
                "·" => out.push_str(" · "),
                key => {
                    let _ = write!(out, "{}<kbd>{key}</kbd>", if index > 0 { " " } else { "" });
                }
            }
        }
        let _ = write!(out, "<dd>{act}");
    }
    let _ = writeln!(out, "</dl><form method=dialog><button>{}</button></form></dialog>", words.close);
}
