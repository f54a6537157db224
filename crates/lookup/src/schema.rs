//! What the index keeps of each material.
//!
//! ```text
//! words of          name  title  headings  all of it      as words and as runs, each in a field of its own
//! columns           path, shown, folder, kind, language, fault; size, modified, changed, inode; state, title and name as sums;
//!                   a title with hanzi, which can be found as it is spoken
//! stored            all of the text, for snippets
//! ```
//!
//! Words and runs have fields of their own: a look-up of misspelled words walks through all terms of a field, and there are many more pairs of
//! letters than words. `all` holds name, title and headings too, so that one list says where a word is at all; the smaller fields only say
//! where it counts more. Facts stand in columns: 100,000 of them are read in some milliseconds, and none is read that is not asked for.

use crate::token::{Script, Tokens};
use tantivy::schema::{BytesOptions, Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{RAW_TOKENIZER_NAME, Token, TokenStream, Tokenizer, TokenizerManager};

/// Another number: the index of an older program is made anew. It goes up with whatever changes terms, fields or columns.
pub(crate) const FORMAT: u32 = 3;

/// Two fields for one text: its words, and its runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Twin {
    pub(crate) word: Field,
    pub(crate) run: Field,
}

impl Twin {
    pub(crate) fn of(self, script: Script) -> Field {
        match script {
            Script::Word => self.word,
            Script::Run => self.run,
        }
    }
}

/// The fields, by name.
#[derive(Clone, Debug)]
pub(crate) struct Fields {
    pub(crate) schema: Schema,
    pub(crate) all: Twin,
    pub(crate) name: Twin,
    pub(crate) title: Twin,
    pub(crate) headings: Twin,
    pub(crate) text: Field,
    pub(crate) path: Field,
    pub(crate) shown: Field,
    pub(crate) folder: Field,
    pub(crate) kind: Field,
    pub(crate) language: Field,
    pub(crate) fault: Field,
    pub(crate) size: Field,
    pub(crate) modified: Field,
    pub(crate) changed: Field,
    pub(crate) inode: Field,
    pub(crate) state: Field,
    pub(crate) title_sum: Field,
    pub(crate) name_sum: Field,
    pub(crate) spoken_title: Field,
}

/// Names of the columns.
pub(crate) mod column {
    pub(crate) const PATH: &str = "path";
    pub(crate) const SHOWN: &str = "shown";
    pub(crate) const FOLDER: &str = "folder";
    pub(crate) const KIND: &str = "kind";
    pub(crate) const LANGUAGE: &str = "language";
    pub(crate) const FAULT: &str = "fault";
    pub(crate) const SIZE: &str = "size";
    pub(crate) const MODIFIED: &str = "modified";
    pub(crate) const CHANGED: &str = "changed";
    pub(crate) const INODE: &str = "inode";
    pub(crate) const STATE: &str = "state";
    pub(crate) const TITLE_SUM: &str = "title_sum";
    pub(crate) const NAME_SUM: &str = "name_sum";
    pub(crate) const TITLE: &str = "title";
}

impl Fields {
    pub(crate) fn new() -> Fields {
        use column::*;
        let mut builder = Schema::builder();
        let mut twin = |name: &str, option: IndexRecordOption| {
            let mut field = |suffix: &str| {
                let indexing = TextFieldIndexing::default().set_tokenizer(suffix).set_index_option(option);
                builder
                    .add_text_field(&format!("{name}_{suffix}"), TextOptions::default().set_indexing_options(indexing))
            };
            Twin { word: field(WORD), run: field(RUN) }
        };
        let all = twin("all", IndexRecordOption::WithFreqsAndPositions);
        let name = twin("name", IndexRecordOption::WithFreqsAndPositions);
        let title = twin("title", IndexRecordOption::WithFreqsAndPositions);
        let headings = twin("headings", IndexRecordOption::WithFreqsAndPositions);
        let text = builder.add_text_field("text", TextOptions::default().set_stored());
        let path = builder.add_bytes_field(PATH, BytesOptions::default().set_indexed().set_fast());
        let mut words = |name: &str| builder.add_text_field(name, TextOptions::default().set_fast(RAW_TOKENIZER_NAME));
        let (shown, folder, kind) = (words(SHOWN), words(FOLDER), words(KIND));
        let (language, fault) = (words(LANGUAGE), words(FAULT));
        let spoken_title = words(TITLE);
        let number = || NumericOptions::default().set_fast();
        let (size, inode) = (builder.add_u64_field(SIZE, number()), builder.add_u64_field(INODE, number()));
        let modified = builder.add_i64_field(MODIFIED, number());
        let changed = builder.add_i64_field(CHANGED, number());
        let state = builder.add_u64_field(STATE, number());
        let title_sum = builder.add_u64_field(TITLE_SUM, number());
        let name_sum = builder.add_u64_field(NAME_SUM, number());
        Fields {
            schema: builder.build(),
            all,
            name,
            title,
            headings,
            text,
            path,
            shown,
            folder,
            kind,
            language,
            fault,
            size,
            modified,
            changed,
            inode,
            state,
            title_sum,
            name_sum,
            spoken_title,
        }
    }
}

const WORD: &str = "word";
const RUN: &str = "run";

/// Our tokens, as the index takes them.
pub(crate) fn tokenizers() -> TokenizerManager {
    let tokenizers = TokenizerManager::default();
    tokenizers.register(WORD, Only(Script::Word));
    tokenizers.register(RUN, Only(Script::Run));
    tokenizers
}

#[derive(Clone, Copy)]
struct Only(Script);

struct Stream<'a> {
    tokens: Tokens<'a>,
    token: Token,
}

impl Tokenizer for Only {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        Stream { tokens: Tokens::only(text, self.0), token: Token::default() }
    }
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        if !self.tokens.advance() {
            return false;
        }
        self.token.text.clear();
        self.token.text.push_str(self.tokens.text());
        self.token.position = self.tokens.position() as usize;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }

    /// Without a call through a table for each token.
    fn process(&mut self, sink: &mut dyn FnMut(&Token)) {
        while self.advance() {
            sink(&self.token);
        }
    }
}
