//! What every template is given: the site, the words of the reader's language, the assets.

use minijinja::context;
use minijinja::value::Value;

use crate::asset;
use crate::look::Look;

/// HTML of ours, which is written as it is.
pub(crate) fn safe(html: impl Into<String>) -> Value {
    Value::from_safe_string(html.into())
}

/// `site`, `lang`, `words` and `assets`.
pub(crate) fn common(look: &Look) -> Value {
    let find_style = look.has_lookup.then(|| asset::find_style(look));
    let styles: Vec<String> =
        [Some(asset::style(look)), find_style, asset::accent(look)].into_iter().flatten().collect();
    context! {
        site => context! {
            title => look.title.as_str(),
            prefix => look.prefix.as_str(),
            logo => look.logo.as_deref(),
            has_lookup => look.has_lookup,
            has_xray => look.has_xray,
        },
        lang => look.language.tag(),
        words => words(look),
        assets => context! {
            icon => asset::favicon(look),
            styles,
            script => asset::script(look),
            find_script => asset::find_script(look),
        },
    }
}

macro_rules! strings {
    ($words:ident: $($name:ident)*) => { Value::from_pairs([$((stringify!($name), Value::from($words.$name))),*]) };
}

/// All words that stand for themselves; sentences with a number or a name in them come ready with the page.
fn words(look: &Look) -> Value {
    let words = look.words();
    strings!(words:
        skip breadcrumbs find find_here view list grid archive as_zip as_tar name size modified empty nothing_matches
        show_all pages first previous next jump jump_hint go preview preview_hint close open download copy_address copied
        real_size wrap encoding show_as automatic cut contents facts media_type pixels taken camera lens exposure hash
        compute no_preview no_pdf source similar home log_id find_title operators nothing_found no_more only_name narrow
        suggestions index found_by_name found_by_words keys failed served_by xray)
}
