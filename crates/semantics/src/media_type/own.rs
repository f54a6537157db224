//! Our own choices, which go before the table: what browsers need, and what people expect to read rather than to save.

/// By extension, lower case.
pub(super) fn by_extension(extension: &[u8]) -> Option<&'static str> {
    Some(match extension {
        // Modules and scripts run only as one of these, under nosniff (RFC 9239).
        b"js" | b"mjs" | b"cjs" => "text/javascript",

        // Source code is there to be read. Browsers show text/plain, and save most of what else is registered.
        // TypeScript, not MPEG transport streams, which people call .m2ts; nor model/vnd.mts.
        b"ts" | b"mts" | b"cts" | b"tsx" | b"jsx" | b"vue" | b"svelte" | b"astro" | b"coffee" | b"litcoffee" => PLAIN,
        b"c" | b"h" | b"cc" | b"hh" | b"cpp" | b"hpp" | b"cxx" | b"hxx" | b"c++" | b"h++" | b"inl" | b"ipp"
        | b"tpp" | b"ixx" | b"cppm" | b"m" | b"mm" | b"cu" | b"cuh" | b"cl" | b"ino" | b"pde" => PLAIN,
        b"rs" | b"go" | b"zig" | b"nim" | b"d" | b"di" | b"v" | b"sv" | b"svh" | b"vhd" | b"vhdl" | b"odin" | b"cr" => {
            PLAIN
        }
        b"java" | b"kt" | b"kts" | b"scala" | b"sc" | b"groovy" | b"gradle" | b"clj" | b"cljs" | b"cljc" | b"edn" => {
            PLAIN
        }
        b"cs" | b"csx" | b"fs" | b"fsi" | b"fsx" | b"vb" | b"bas" | b"vbs" | b"csproj" | b"fsproj" | b"vbproj"
        | b"sln" => PLAIN,
        b"py" | b"pyi" | b"pyw" | b"pyx" | b"pxd" | b"rb" | b"erb" | b"rake" | b"gemspec" | b"pl" | b"pm" | b"pod"
        | b"raku" | b"lua" | b"tcl" | b"awk" | b"sed" | b"php" | b"phtml" => PLAIN,
        b"sh" | b"bash" | b"zsh" | b"fish" | b"csh" | b"ksh" | b"bat" | b"cmd" | b"ps1" | b"psm1" | b"psd1" | b"nu" => {
            PLAIN
        }
        b"hs" | b"lhs" | b"ml" | b"mli" | b"elm" | b"purs" | b"idr" | b"agda" | b"lean" | b"thy" | b"ex" | b"exs"
        | b"erl" | b"hrl" | b"gleam" | b"lisp" | b"lsp" | b"el" | b"scm" | b"ss" | b"rkt" => PLAIN,
        b"swift" | b"dart" | b"r" | b"rmd" | b"jl" | b"f" | b"for" | b"f77" | b"f90" | b"f95" | b"f03" | b"p"
        | b"pas" | b"pp" | b"dpr" | b"ada" | b"adb" | b"ads" | b"cob" | b"cbl" | b"pro" | b"st" | b"hx" | b"gd"
        | b"sol" | b"move" => PLAIN,
        b"s" | b"asm" | b"nasm" | b"wat" | b"wast" | b"ll" | b"mlir" | b"td" => PLAIN,
        b"glsl" | b"vert" | b"frag" | b"geom" | b"comp" | b"hlsl" | b"metal" | b"wgsl" | b"shader" | b"gdshader" => {
            PLAIN
        }
        b"sql" | b"graphql" | b"gql" | b"proto" | b"thrift" | b"avdl" | b"prisma" | b"cypher" | b"sparql" | b"rq" => {
            PLAIN
        }
        b"scss" | b"sass" | b"less" | b"styl" | b"stylus" | b"hbs" | b"handlebars" | b"mustache" | b"jinja"
        | b"jinja2" | b"j2" | b"ejs" | b"pug" | b"jade" | b"haml" | b"slim" | b"slm" | b"liquid" | b"njk" | b"tera" => {
            PLAIN
        }
        b"cmake" | b"mk" | b"mak" | b"make" | b"ninja" | b"bazel" | b"bzl" | b"nix" | b"tf" | b"tfvars" | b"hcl"
        | b"ac" | b"am" | b"m4" | b"pri" | b"y" | b"yy" | b"l" | b"lex" | b"g4" | b"peg" | b"pest" | b"ebnf"
        | b"abnf" => PLAIN,
        b"diff" | b"patch" | b"rej" | b"orig" | b"mbox" => PLAIN,

        // Text that people write and read.
        b"tex" | b"latex" | b"ltx" | b"sty" | b"cls" | b"dtx" | b"ins" | b"bib" | b"bst" | b"bbl" | b"typ" | b"dic"
        | b"aff" => PLAIN,
        b"rst" | b"adoc" | b"asciidoc" | b"asc" | b"org" | b"textile" | b"wiki" | b"mediawiki" | b"creole" | b"nfo"
        | b"diz" => PLAIN,
        b"man" | b"me" | b"ms" | b"roff" | b"t" | b"tr" | b"1" | b"2" | b"3" | b"4" | b"5" | b"6" | b"7" | b"8"
        | b"9" => PLAIN,
        b"md" | b"markdown" | b"mkd" | b"mkdn" | b"mdown" | b"mdwn" | b"mdx" => "text/markdown",
        b"srt" | b"ass" | b"ssa" | b"sub" | b"lrc" | b"sbv" | b"cue" => PLAIN,

        // Settings and records.
        b"toml" | b"ini" | b"cfg" | b"conf" | b"config" | b"cnf" | b"properties" | b"props" | b"env" | b"lock"
        | b"desktop" | b"service" | b"socket" | b"timer" | b"reg" | b"inf" | b"editorconfig" | b"log" | b"lst"
        | b"pem" | b"pub" | b"sum" | b"md5" | b"sha1" | b"sha256" | b"sha512" | b"strings" | b"po" | b"pot" => PLAIN,
        b"yaml" | b"yml" => PLAIN,
        b"ndjson" | b"jsonl" => "application/x-ndjson",
        b"jsonc" | b"code-workspace" => PLAIN,
        b"csv" => "text/csv",
        b"vcf" => "text/vcard",

        // Style sheets of XML work only as a plain XML type in some browsers.
        b"xsl" | b"xslt" | b"xml" => "application/xml",
        b"opml" | b"csl" => "application/xml",
        b"fb2" => "application/x-fictionbook+xml",
        // Compressed already, and sent without Content-Encoding: no image that a browser could read.
        b"svgz" => "application/gzip",

        // Registered, or what browsers play, where the data has an older name.
        b"flac" => "audio/flac",
        b"m4v" => "video/mp4",
        b"mkv" | b"mk3d" => "video/matroska",
        b"mka" => "audio/matroska",
        b"wav" | b"wave" => "audio/wav",
        b"m4a" | b"m4b" => "audio/mp4",
        b"mp4" | b"mpg4" => "video/mp4",
        b"3gpp" => "video/3gpp",
        b"aiff" | b"aif" | b"aifc" => "audio/aiff",
        b"opus" | b"ogg" | b"oga" => "audio/ogg",
        b"ape" => "audio/x-ape",
        b"rmvb" => "application/vnd.rn-realmedia-vbr",
        b"qoi" => "image/qoi",

        // The data gives these to programs of the past.
        b"rtf" => "application/rtf",
        b"stl" => "model/stl",
        b"obj" => "model/obj",
        b"key" => "application/vnd.apple.keynote",
        b"deb" => "application/vnd.debian.binary-package",
        b"iso" | b"img" | b"dmg" | b"exe" | b"msi" | b"dll" => "application/octet-stream",

        // Archives, which the data knows by half.
        b"zip" => "application/zip",
        b"tgz" => "application/gzip",
        b"bz2" | b"tbz" | b"tbz2" => "application/x-bzip2",
        b"xz" | b"txz" => "application/x-xz",
        b"zst" | b"tzst" => "application/zstd",
        b"lz" => "application/x-lzip",
        b"lz4" => "application/x-lz4",
        b"azw3" => "application/vnd.amazon.mobi8-ebook",
        _ => return None,
    })
}

/// By the whole name, in any case: what has no extension, or one that says nothing.
pub(super) fn by_name(name: &[u8]) -> Option<&'static str> {
    PLAIN_NAMES.iter().any(|plain| name.eq_ignore_ascii_case(plain.as_bytes())).then_some(PLAIN)
}

const PLAIN: &str = "text/plain";

const PLAIN_NAMES: [&str; 64] = [
    ".bash_profile",
    ".bashrc",
    ".clang-format",
    ".dockerignore",
    ".editorconfig",
    ".env",
    ".gitattributes",
    ".gitconfig",
    ".gitignore",
    ".gitmodules",
    ".htaccess",
    ".mailmap",
    ".npmrc",
    ".profile",
    ".vimrc",
    ".zshrc",
    "ABOUT",
    "ACKNOWLEDGEMENTS",
    "ANNOUNCE",
    "AUTHORS",
    "BUGS",
    "BUILD",
    "Brewfile",
    "CHANGELOG",
    "CHANGES",
    "CODEOWNERS",
    "CONTRIBUTING",
    "CONTRIBUTORS",
    "COPYING",
    "COPYRIGHT",
    "CREDITS",
    "Caddyfile",
    "Containerfile",
    "DEPENDS",
    "Dockerfile",
    "Doxyfile",
    "FAQ",
    "GNUmakefile",
    "Gemfile",
    "HACKING",
    "HISTORY",
    "INSTALL",
    "Jenkinsfile",
    "Justfile",
    "Kconfig",
    "LICENCE",
    "LICENSE",
    "MAINTAINERS",
    "MANIFEST",
    "Makefile",
    "NEWS",
    "NOTICE",
    "PATENTS",
    "PKGBUILD",
    "Pipfile",
    "Procfile",
    "README",
    "Rakefile",
    "SECURITY",
    "THANKS",
    "TODO",
    "UNLICENSE",
    "VERSION",
    "Vagrantfile",
];
