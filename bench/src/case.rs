//! The ten cases, as data.

/// One kind of load.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) target: &'static str,
    pub(crate) load: Load,
    pub(crate) connections: u32,
    pub(crate) status: u16,
    /// CPU per request at most `factor` × that of the best server whose name starts with `than`.
    pub(crate) goal: Goal,
}

/// What is different from asking for one target again and again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Load {
    Plain,
    /// Any of [`MANY_FILES`](crate::site::MANY_FILES) targets.
    Random,
    /// With the validators of an earlier answer.
    Conditional,
    /// A new connection for each request.
    Close,
    /// Sixteen requests at a time.
    Pipelined,
    /// Accepting gzip.
    Gzip,
}

/// What Quarry is to reach.
#[derive(Clone, Copy)]
pub(crate) struct Goal {
    pub(crate) factor: f64,
    /// The start of a server's name; empty: any peer.
    pub(crate) than: &'static str,
}

pub(crate) const CASES: [Case; 10] = [
    Case {
        name: "small",
        what: "1 KiB, keep-alive",
        target: "/small.txt",
        load: Load::Plain,
        connections: 64,
        status: 200,
        goal: Goal { factor: 1.10, than: "floor" },
    },
    Case {
        name: "page",
        what: "16 KiB, keep-alive",
        target: "/page.html",
        load: Load::Plain,
        connections: 64,
        status: 200,
        goal: Goal { factor: 1.10, than: "floor" },
    },
    Case {
        name: "image",
        what: "100 KiB, keep-alive",
        target: "/image.png",
        load: Load::Plain,
        connections: 64,
        status: 200,
        goal: Goal { factor: 1.00, than: "lighttpd" },
    },
    Case {
        name: "large",
        what: "64 MiB, keep-alive",
        target: "/large.bin",
        load: Load::Plain,
        connections: 4,
        status: 200,
        goal: Goal { factor: 1.00, than: "nginx" },
    },
    Case {
        name: "many",
        what: "10,000 files of 1 KiB at random",
        target: "/many/0/0.txt",
        load: Load::Random,
        connections: 64,
        status: 200,
        goal: Goal { factor: 1.10, than: "floor" },
    },
    Case {
        name: "not-modified",
        what: "304 to a client that has it",
        target: "/page.html",
        load: Load::Conditional,
        connections: 64,
        status: 304,
        goal: Goal { factor: 1.10, than: "floor" },
    },
    Case {
        name: "missing",
        what: "404",
        target: "/missing.html",
        load: Load::Plain,
        connections: 64,
        status: 404,
        goal: Goal { factor: 1.00, than: "" },
    },
    Case {
        name: "close",
        what: "1 KiB, a connection per request",
        target: "/small.txt",
        load: Load::Close,
        connections: 64,
        status: 200,
        goal: Goal { factor: 1.00, than: "h2o" },
    },
    Case {
        name: "pipelined",
        what: "1 KiB, 16 requests at a time",
        target: "/small.txt",
        load: Load::Pipelined,
        connections: 64,
        status: 200,
        goal: Goal { factor: 0.33, than: "h2o" },
    },
    Case {
        name: "gzip",
        what: "16 KiB page, gzip accepted",
        target: "/page.html",
        load: Load::Gzip,
        connections: 64,
        status: 200,
        goal: Goal { factor: 0.75, than: "lighttpd" },
    },
];
