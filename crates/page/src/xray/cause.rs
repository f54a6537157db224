//! Why something is as it is: a stable word for programs, the section of the RFC, and a sentence in each language.
//!
//! Both languages stand in one row, so that nobody changes one and forgets the other. `{0}` and `{1}` are the details.

use crate::language::Language;

/// A reason, with what is particular about it this time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Which reason.
    pub why: Why,
    /// What stands for `{0}`, `{1}`… in its sentence.
    pub details: Vec<String>,
}

impl Cause {
    /// A reason with its details.
    pub fn new(why: Why, details: impl IntoIterator<Item = impl Into<String>>) -> Cause {
        Cause { why, details: details.into_iter().map(Into::into).collect() }
    }

    /// The sentence, without a full stop.
    pub(crate) fn sentence(&self, language: Language) -> String {
        let pattern = self.why.pattern(language);
        let mut out = String::with_capacity(pattern.len() + 32);
        let mut rest = pattern;
        while let Some((before, behind)) = rest.split_once('{') {
            out.push_str(before);
            let (number, behind) = behind.split_once('}').unwrap_or(("", behind));
            let detail = number.parse().ok().and_then(|number: usize| self.details.get(number));
            out.push_str(detail.map_or("", |detail| translated(detail, language)));
            rest = behind;
        }
        out.push_str(rest);
        out
    }

    /// Where it is said: `9110 §13.1.2`; empty when no RFC says it.
    pub(crate) fn section(&self) -> &'static str {
        self.why.section()
    }
}

/// A detail in the reader's language, where it is one of those that are always said alike.
fn translated(detail: &str, language: Language) -> &str {
    let found = match language {
        Language::English => None,
        Language::SimplifiedChinese => CHINESE_DETAILS.iter().find(|(english, _)| *english == detail),
    };
    found.map_or(detail, |(_, chinese)| chinese)
}

/// What charset and server say of themselves, in English for programs.
const CHINESE_DETAILS: [(&str, &str); 16] = [
    ("certain", "确定"),
    ("likely", "很可能"),
    ("doubtful", "存疑"),
    ("byte order mark", "字节顺序标记"),
    ("declared in the text", "文本中有声明"),
    ("ASCII only", "只有 ASCII"),
    ("strictly valid UTF-8", "严格有效的 UTF-8"),
    ("UTF-16 without a byte order mark", "没有字节顺序标记的 UTF-16"),
    ("escape sequences of ISO-2022-JP", "ISO-2022-JP 的转义序列"),
    ("frequency of characters", "字符频率"),
    ("not text", "不是文本"),
    ("a page has to be made", "需要生成页面"),
    ("a file is not in the kernel's caches", "文件不在内核缓存中"),
    ("the bytes have to be compressed", "需要压缩字节"),
    ("the charset has to be found in the bytes", "需要从字节判断编码"),
    ("target does not begin with a slash", "请求目标不以斜线开头"),
];

impl From<Why> for Cause {
    fn from(why: Why) -> Cause {
        Cause { why, details: Vec::new() }
    }
}

macro_rules! reasons {
    ($($name:ident $token:literal $section:literal $english:literal $chinese:literal)*) => {
        /// A reason.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs)] // Each row says what it is.
        pub enum Why { $($name,)* }

        impl Why {
            /// All of them.
            pub const ALL: &'static [Why] = &[$(Why::$name,)*];

            /// A stable word for programs.
            pub const fn token(self) -> &'static str {
                match self { $(Why::$name => $token,)* }
            }

            const fn section(self) -> &'static str {
                match self { $(Why::$name => $section,)* }
            }

            const fn pattern(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Why::$name, Language::English) => $english,
                    (Why::$name, Language::SimplifiedChinese) => $chinese,)*
                }
            }
        }
    };
}

reasons! {
    // The socket.
    NoNetwork "no-network" "" "there is no network here: the bytes were given to the server as if a program on this machine had sent them" "这里没有网络：字节直接交给服务器，如同本机程序发来"
    Loopback "loopback" "" "a program on this machine" "本机上的程序"
    Remote "remote" "" "it came over the network" "经网络而来"
    UnixSocket "unix-socket" "" "a program on this machine, by a unix socket" "本机程序，经 unix 套接字"
    ReuseAddress "reuse-address" "" "SO_REUSEADDR: the port can be used again at once after a restart" "SO_REUSEADDR：重启后可立即再用该端口"
    ReusePort "reuse-port" "" "SO_REUSEPORT: each worker has a listener of its own, and the kernel spreads the clients" "SO_REUSEPORT：每个工作线程有自己的监听套接字，由内核分配客户端"
    NoDelay "no-delay" "" "TCP_NODELAY: an answer goes out whole, so there is nothing to gather" "TCP_NODELAY：应答整体发出，无需攒包"
    DeferAccept "defer-accept" "" "TCP_DEFER_ACCEPT: a client is accepted when its first bytes are there" "TCP_DEFER_ACCEPT：首批字节到达才接受连接"
    Backlog "backlog" "" "so many clients may wait to be accepted" "等待接受的客户端数量上限"
    InClear "in-clear" "" "nothing is sealed: whoever stands between can read it" "未加密：中间人可以读到内容"
    Sealed "sealed" "8446" "TLS sealed it on the way" "途中由 TLS 加密"
    TlsSuite "tls-suite" "8446 §B.4" "how records are sealed" "记录的加密方式"
    TlsGroup "tls-group" "8446 §4.2.7" "how both sides came to a common secret" "双方得出共同秘密的方式"
    TlsName "tls-name" "6066 §3" "the name that the client wants to reach (SNI)" "客户端想要到达的名称（SNI）"
    TlsProtocol "tls-protocol" "7301" "agreed on within the handshake (ALPN)" "握手中商定（ALPN）"
    CertificateByName "certificate-by-name" "6066 §3" "it is for the name that the client asked for" "它对应客户端所求的名称"
    CertificateByWildcard "certificate-by-wildcard" "9525 §6.3" "it is for all names one label below, and the one that the client asked for is one of them" "它对应下一级的所有名称，客户端所求名称是其中之一"
    CertificateNoOther "certificate-no-other" "6066 §3" "none is for the name that the client asked for, so it got the first" "没有证书对应客户端所求名称，因此得到第一个"
    CertificateNoName "certificate-no-name" "6066 §3" "the client asked for no name, as those do that go to an address, so it got the first" "客户端没有求任何名称（访问地址时即如此），因此得到第一个"
    CertificateProof "certificate-proof" "8737 §3" "an authority wanted to see that the name is ours" "认证机构要查看此名称是否属于我们"
    CertificateNotSent "certificate-not-sent" "8446 §2.2" "the certificate was not sent again: the client has seen it before" "证书没有再次发送：客户端先前见过"
    TlsFull "tls-full" "8446 §2" "both sides met for the first time" "双方首次相见"
    TlsResumed "tls-resumed" "8446 §2.2" "the client showed a ticket of an earlier connection, which saves a trip" "客户端出示先前连接的票据，省去一次往返"
    FirstOnConnection "first" "9112 §9.3" "the connection is new" "新连接"
    LaterOnConnection "later" "9112 §9.3" "the connection was kept open for it" "连接保持打开，继续使用"
    StreamOfMany "stream" "9113 §5" "one of many streams that share the connection" "与其他流共用一条连接"
    HeadTimeout "head-timeout" "9110 §15.5.9" "from the first byte of a head to its last; a drip does not set it back" "从头部首字节到末字节；缓慢滴入不会重置"
    IdleTimeout "idle-timeout" "9112 §9.5" "a connection on which nothing happens is closed after it" "空闲超过此时长即关闭连接"
    HeadBytes "head-bytes" "6585 §5" "request line and fields together; beyond it 431" "请求行与字段合计；超过则 431"
    TargetBytes "target-bytes" "9110 §15.5.15" "of the target; beyond it 414" "请求目标长度；超过则 414"
    FieldLines "field-lines" "6585 §5" "field lines; beyond it 431" "字段行数；超过则 431"
    SendWindow "send-window" "" "a client must take 16 KiB within it, again and again" "客户端须在此时长内持续取走至少 16 KiB"
    // The bytes.
    WholeHead "whole-head" "9112 §2.2" "the head ends with an empty line; all of it was there" "头部以空行结束，已完整到达"
    Decoded "decoded" "7541" "HPACK: names and values came by tables and Huffman code, and are shown as they were decoded" "HPACK：名称与值经表和霍夫曼编码而来，此处为解码结果"
    Broken "broken" "9112 §2.2" "a rule of the protocol is broken: {0}" "违反协议规则：{0}"
    // The request.
    Safe "safe" "9110 §9.2.1" "it reads and changes nothing" "只读，不改变任何东西"
    HeadOnly "head-only" "9110 §9.3.2" "as GET, but without the content" "与 GET 相同，但不含内容"
    WhatIsAllowed "what-is-allowed" "9110 §9.3.7" "it asks what can be asked here" "询问此处允许什么"
    NotOffered "not-offered" "9110 §15.5.6" "a folder is only read: GET, HEAD and OPTIONS are offered" "文件夹只供读取：提供 GET、HEAD 和 OPTIONS"
    NoSuchMethod "no-such-method" "9110 §15.6.2" "no method of this name is known" "没有这个方法"
    DecodedOnce "decoded-once" "3986 §2.4" "%XX stands for a byte; it is decoded once and never again" "%XX 代表一个字节；只解码一次"
    NoQuery "no-query" "3986 §3.4" "nothing stands behind a question mark" "没有问号之后的部分"
    HasQuery "has-query" "3986 §3.4" "what stands behind the question mark; only words that Quarry knows change anything" "问号之后的部分；只有 Quarry 认识的词才起作用"
    SaysHost "says-host" "9110 §7.2" "which site is meant" "指明所要的站点"
    Masked "masked" "" "a secret: it is not shown and not kept" "秘密：不显示，也不保存"
    NotUsed "not-used" "9110 §5.1" "nothing here depends on it" "此处没有什么取决于它"
    ChoosesCoding "chooses-coding" "9110 §12.5.3" "which compressed forms the client can read" "客户端能读取的压缩形式"
    ChoosesForm "chooses-form" "9110 §12.5.1" "for a person or for a program: folders, Markdown and errors have a form for each" "给人还是给程序：文件夹、Markdown 和错误各有其形式"
    ChoosesLanguage "chooses-language" "9110 §12.5.4" "the language of pages that are made here; files are sent as they are" "现场生成页面的语言；文件原样发送"
    ChoosesNavigation "chooses-navigation" "" "whether somebody goes there or a program fetches it" "是有人前往，还是程序获取"
    AsksIfChanged "asks-if-changed" "9110 §13.1.2" "send it only if it is another version than this one" "仅当版本与此不同才发送"
    AsksIfChangedSince "asks-if-changed-since" "9110 §13.1.3" "send it only if it changed after this moment" "仅当此刻之后有变化才发送"
    AsksIfSame "asks-if-same" "9110 §13.1.1" "go on only if it is still this version" "仅当仍是此版本才继续"
    AsksIfUnchangedSince "asks-if-unchanged-since" "9110 §13.1.4" "go on only if it has not changed since" "仅当此后没有变化才继续"
    AsksForPart "asks-for-part" "9110 §14.2" "send only these bytes" "只发送这些字节"
    AsksIfRange "asks-if-range" "9110 §13.1.5" "send the part only if it is of this version, else the whole" "仅当版本相同才发送部分，否则发送整体"
    SaysWhetherToClose "says-whether-to-close" "9112 §9.3" "whether the connection goes on" "连接是否继续"
    FramesContent "frames-content" "9112 §6" "how long the content of the request is" "请求内容有多长"
    MarksForXray "marks-for-xray" "" "this request is to be seen here" "要求在此处显示这个请求"
    // The rules.
    NoRules "no-rules" "" "there are no rules: the target is the file of that name" "没有规则：请求目标就是同名文件"
    BuiltInFirst "built-in" "" "what is below this prefix is Quarry's own, whatever the folder has there" "此前缀之下属于 Quarry 自身，无论文件夹里有什么"
    HiddenRule "hidden" "" "names that begin with a dot are not served without --hidden; nothing was looked at" "未加 --hidden 时不提供以点开头的名称；什么也没有查看"
    RuleHolds "rule-holds" "" "it matches, and all its conditions hold" "匹配，且条件全部成立"
    RuleHoldsWith "rule-holds-with" "" "it matches, and all its conditions hold; captured: {0}" "匹配，且条件全部成立；捕获：{0}"
    RuleCondition "rule-condition" "" "its expression matches, but its condition on {0} does not hold" "表达式匹配，但 {0} 条件不成立"
    RuleMissed "rule-missed" "" "its expression does not match the path" "表达式与路径不匹配"
    RuleMissedAt "rule-missed-at" "" "its expression does not match the path: not even its first part does, {0}" "表达式与路径不匹配：连第一部分 {0} 也不匹配"
    RuleStopped "rule-stopped" "" "a near miss: {0} matched {1}, then {2} did not" "差一点：{0} 匹配了 {1}，随后 {2} 不匹配"
    RuleEnds "rule-ends" "" "this ends the search: no later route is tried" "查找到此结束：不再尝试后面的规则"
    RuleGuards "rule-guards" "" "who may come, and how often" "谁可以来，以及多频繁"
    RuleChanges "rule-changes" "" "this changes the answer; others may add to it" "这会改变应答；其他规则可以再加"
    ByRule "by-rule" "" "a route says so: {0}" "由规则指定：{0}"
    Misdirected "misdirected" "9110 §15.5.20" "no site here has this host" "此处没有这个主机的站点"
    RuleRedirect "rule-redirect" "9110 §15.4" "route {0} sends the client elsewhere" "规则 {0} 让客户端去别处"
    RuleAnswer "rule-answer" "" "route {0} answers so" "规则 {0} 如此应答"
    RuleDeny "rule-deny" "9110 §15.5.4" "route {0} does not let this client in" "规则 {0} 不允许此客户端"
    RuleAuth "rule-auth" "9110 §15.5.2" "route {0} asks for a name and a password" "规则 {0} 要求用户名和密码"
    RuleLimit "rule-limit" "6585 §4" "route {0} limits each client, and this one asked for more than {1}" "规则 {0} 限制每个客户端，而此客户端超过了 {1}"
    SiteLimit "site-limit" "6585 §4" "the site limits each client, and this one asked for more than {0}" "站点限制每个客户端，而此客户端超过了 {0}"
    SiteLimits "site-limits" "9110 §10.2.3" "the limit of the site says when to come again" "由站点的限制指定何时再来"
    Misled "misled" "9110 §15.4.9" "this port speaks HTTPS, and the request came in clear" "此端口只用 HTTPS，而请求未加密"
    // The files.
    Found "found" "" "it is there" "存在"
    FoundFolder "found-folder" "" "a folder is there" "是文件夹"
    FoundOther "found-other" "" "a pipe, a socket or a device is there, and such are not served" "是管道、套接字或设备，不予提供"
    Missing "missing" "" "nothing has that name" "没有此名称"
    NotPermitted "not-permitted" "" "it is there, and the server may not read it" "存在，但服务器无权读取"
    Outside "outside" "" "a symbolic link leads out of the site" "符号链接指向站点之外"
    TooLong "too-long" "" "the name is longer than any file system allows, so the disk was not asked" "名称超过任何文件系统的上限，因此没有询问磁盘"
    WouldWait "would-wait" "" "the kernel does not have it at hand: the pool asks the disk" "内核手头没有：由线程池询问磁盘"
    MachineFailed "machine-failed" "" "the machine failed" "机器出错"
    IsFile "is-file" "" "the file of that name" "同名文件"
    IsIndex "is-index" "" "it stands for its folder" "代表其文件夹"
    IsCleanUrl "is-clean-url" "" "--clean-urls: {0} is this file" "--clean-urls：{0} 即此文件"
    IsServed "is-served" "" "a route says that this file answers" "规则指定由此文件应答"
    IsFallback "is-fallback" "" "a route says that this file answers where nothing is" "规则指定无文件时由它应答"
    IsErrorFile "is-error-file" "" "the owner's file for such errors" "站点主人为此类错误准备的文件"
    IsSinglePage "is-single-page" "" "--spa: the application answers where nothing is" "--spa：无此文件时由应用应答"
    IsNotFoundFile "is-not-found-file" "9110 §15.5.5" "the nearest 404.html upward answers for what is missing" "由向上最近的 404.html 代答"
    IsSibling "is-sibling" "9110 §8.4" "a coded copy beside the file, not older than it" "文件旁的压缩副本，且不比原文件旧"
    IsOldSibling "is-old-sibling" "" "a coded copy, older than the file: it may be of another text, so it is not used" "压缩副本比原文件旧：内容可能不同，不予采用"
    Unsettled "unsettled" "9110 §8.8.1" "it changed within the last moments and may change again: its tag is weak and the answer is not kept" "刚刚改动过，可能再变：标记为弱，应答不保存"
    FromName "from-name" "9110 §8.3" "its name ends so, in Quarry's own table" "由名称后缀决定，依 Quarry 自己的表"
    UnknownName "unknown-name" "9110 §8.3" "nothing is known of such a name, and the bytes are no text" "名称无从得知，且字节不是文本"
    ReadsAsText "reads-as-text" "9110 §8.3" "its name says nothing, and its bytes read as text" "名称无从得知，而字节可读作文本"
    CharsetFound "charset-found" "9110 §8.3.2" "{1}, from its bytes: {0}" "{1}，据其字节：{0}"
    CharsetAsked "charset-asked" "" "?charset= of the reader says so; the bytes are the same" "读者以 ?charset= 指定；字节不变"
    CharsetDefault "charset-default" "9110 §8.3.2" "--charset says so, for what its bytes do not tell" "字节无法判断，依 --charset"
    CharsetNone "charset-none" "9110 §8.3.2" "it is no text, so no charset is named" "不是文本，不标编码"
    CharsetUnknown "charset-unknown" "9110 §8.3.2" "its bytes are no text in any encoding, so none is named" "字节不是任何编码的文本，不标编码"
    Declared "declared" "" "what the text says of itself" "文本的自我声明"
    PlainType "plain-type" "9110 §8.4" "this type is compressed already, or does not get smaller" "此类型已压缩，或压缩无益"
    PlainEmpty "plain-empty" "9110 §8.4" "it is empty" "内容为空"
    PlainSmall "plain-small" "9110 §8.4" "below 1 KiB compressing saves less than it costs" "小于 1 KiB，压缩得不偿失"
    PlainLarge "plain-large" "9110 §8.4" "above 8 MiB nothing is compressed for one request; quarry compress does it ahead" "大于 8 MiB 不临时压缩；可用 quarry compress 预先压缩"
    PlainUnsettled "plain-unsettled" "9110 §8.4" "it changed this moment, and may change while it is compressed" "刚刚改动，压缩时可能再变"
    PlainOff "plain-off" "9110 §8.4" "compressing is switched off" "压缩已关闭"
    PlainClient "plain-client" "9110 §12.5.3" "the client names no coding that it would rather have" "客户端没有列出更想要的编码"
    PlainNotSmaller "plain-not-smaller" "9110 §8.4" "it was tried, and did not get smaller" "试过，没有变小"
    CodedHere "coded-here" "9110 §12.5.3" "the client likes this best, and it was compressed once and is kept" "客户端最喜欢此编码；压缩一次并保存"
    CodedBeside "coded-beside" "9110 §12.5.3" "the client likes this best of what stands beside the file" "文件旁的副本中客户端最喜欢它"
    RefusesAll "refuses-all" "9110 §15.5.7" "the client refuses the plain bytes, and there are no others" "客户端拒绝原样字节，而又没有其他形式"
    TagOfBytes "tag-of-bytes" "9110 §8.8.3" "a mark of inode, size, time, coding and label: other bytes have another" "由 inode、大小、时间、编码和标签得出：字节不同则标记不同"
    LastChange "last-change" "9110 §8.8.2" "when the file changed last" "文件最近的修改时间"
    ListingPage "listing-page" "" "a folder without an index file is shown as a list" "文件夹没有首页文件，显示为列表"
    ListingJson "listing-json" "9110 §12.5.1" "a list for programs: JSON was asked for" "给程序的列表：请求了 JSON"
    ArchivePage "archive-page" "" "?archive= asks for the folder as one file" "?archive= 要求把文件夹作为一个文件"
    MarkdownPage "markdown-page" "" "Markdown is shown as a page to people; ?raw and programs get the text" "给人看时 Markdown 显示为页面；?raw 和程序得到原文"
    PreviewPage "preview-page" "" "?preview asks for the page about a file" "?preview 要求显示文件的预览页"
    AssetPage "asset-page" "" "a part of Quarry's own pages" "Quarry 自身页面的部件"
    IconPage "icon-page" "" "browsers ask for it by themselves, and the site has none" "浏览器自行请求，而站点没有图标"
    BuiltInPage "built-in-page" "" "one of Quarry's own pages" "Quarry 自身的页面"
    ErrorPage "error-page" "" "a page for people, a line for programs" "给人页面，给程序一行文字"
    // Preconditions and ranges.
    TagMatches "tag-matches" "9110 §13.1.2" "If-None-Match names the tag of the bytes as they are now: the client has them already" "If-None-Match 列有当前字节的标记：客户端已经有了"
    TagDiffers "tag-differs" "9110 §13.1.2" "If-None-Match names other versions than the one there is now" "If-None-Match 所列版本与现在的不同"
    NotChangedSince "not-changed-since" "9110 §13.1.3" "the file has not changed after the date in If-Modified-Since" "文件在 If-Modified-Since 的日期之后没有变化"
    ChangedSince "changed-since" "9110 §13.1.3" "the file has changed after the date in If-Modified-Since" "文件在 If-Modified-Since 的日期之后有变化"
    PutAside "put-aside" "9110 §13.2.2" "not looked at, for {0} comes first" "不看它，因为先看 {0}"
    NoDate "no-date" "9110 §13.1.3" "not looked at, for it is no date, or there are several" "不看它，因为不是日期，或不止一个"
    MatchHolds "match-holds" "9110 §13.1.1" "If-Match names the version there is" "If-Match 列有现有版本"
    MatchFails "match-fails" "9110 §13.1.1" "If-Match names other versions than the one there is now" "If-Match 所列版本与现在的不同"
    UnchangedHolds "unchanged-holds" "9110 §13.1.4" "it has not changed since" "此后没有变化"
    UnchangedFails "unchanged-fails" "9110 §13.1.4" "it has changed since the date in If-Unmodified-Since" "在 If-Unmodified-Since 的日期之后有变化"
    NotForThis "not-for-this" "9110 §13.2.1" "not looked at: it is for answers that would be a 200" "不看它：只对本会是 200 的应答有效"
    RangeTaken "range-taken" "9110 §14.2" "these bytes are there" "这些字节存在"
    RangeBeyond "range-beyond" "9110 §15.5.17" "none of these bytes is there: the whole has {0}" "这些字节都不存在：整体为 {0}"
    RangeNotSame "range-not-same" "9110 §13.1.5" "If-Range names another version, so the whole is sent" "If-Range 指另一版本，因此发送整体"
    RangeOnlyGet "range-only-get" "9110 §14.2" "not looked at: only GET has ranges" "不看它：只有 GET 有范围"
    RangeNotUnderstood "range-not-understood" "9110 §14.2" "not looked at: it is not understood, or asks for too many parts" "不看它：无法理解，或部分过多"
    // The answer.
    Whole "whole" "9110 §15.3.1" "the whole representation is sent" "发送完整的表示"
    Part "part" "9110 §15.3.7" "the part that was asked for is sent" "发送所要的部分"
    Parts "parts" "9110 §15.3.7" "the parts that were asked for are sent, each with its place" "发送所要的各部分，各带位置"
    NotModified "not-modified" "9110 §15.4.5" "the client has these bytes already, so they are not sent again" "客户端已经有这些字节，不再发送"
    PreconditionFailed "precondition-failed" "9110 §15.5.13" "a condition of the client does not hold" "客户端的条件不成立"
    RangeNotSatisfiable "range-not-satisfiable" "9110 §15.5.17" "none of the bytes that were asked for is there" "所要的字节都不存在"
    FolderNeedsSlash "folder-needs-slash" "9110 §15.4.2" "it is a folder: links in its page are relative, so the target ends with a slash" "这是文件夹：页内链接是相对的，因此目标以斜线结尾"
    FileHasNoSlash "file-has-no-slash" "9110 §15.4.2" "it is a file, and --clean-urls is on: its target has no slash at the end" "这是文件，且开启了 --clean-urls：目标末尾没有斜线"
    NothingThere "nothing-there" "9110 §15.5.5" "nothing is there" "此处什么也没有"
    IsHidden "is-hidden" "9110 §15.5.5" "a name on the way begins with a dot, and such are not served" "路径中有以点开头的名称，不予提供"
    NoListing "no-listing" "9110 §15.5.5" "a folder without an index file is not shown (--no-listing)" "没有首页文件的文件夹不予显示（--no-listing）"
    FileIsNoFolder "file-is-no-folder" "9110 §15.5.5" "the target ends with a slash, and a file is no folder" "目标以斜线结尾，而文件不是文件夹"
    NoSuchPage "no-such-page" "9110 §15.5.5" "Quarry has no page of this name, or not for this client" "Quarry 没有此名称的页面，或不向此客户端提供"
    MayNotRead "may-not-read" "9110 §15.5.4" "the server may not read what is there" "服务器无权读取"
    BadTarget "bad-target" "9110 §15.5.1" "the target cannot be a name here: {0}" "请求目标不能作为名称：{0}"
    BadRequest "bad-request" "9110 §15.5.1" "{0}" "{0}"
    TookTooLong "took-too-long" "9110 §15.5.9" "it took too long: {0}" "耗时过长：{0}"
    ContentTooLarge "content-too-large" "9110 §15.5.14" "its content is larger than anything that is read here: {0}" "内容超过此处读取的上限：{0}"
    TargetTooLong "target-too-long" "9110 §15.5.15" "its target is longer than anything that is looked for here: {0}" "请求目标超过此处查找的上限：{0}"
    HeadTooLarge "head-too-large" "6585 §5" "its head is larger than anything that is read here: {0}" "头部超过此处读取的上限：{0}"
    NotImplemented "not-implemented" "9110 §15.6.2" "it asks for what is not offered here: {0}" "要求此处不提供的功能：{0}"
    NotThatVersion "not-that-version" "9110 §15.6.6" "it is of a version that is not spoken here: {0}" "此处不支持该版本：{0}"
    Failed "failed" "9110 §15.6.1" "the machine failed; the log has the cause" "机器出错；日志中有原因"
    TooBusy "too-busy" "9110 §15.6.4" "there is too much to do at the moment" "此刻过于繁忙"
    Made "made" "" "a page was made for it" "为此生成了页面"
    SaysAllowed "says-allowed" "9110 §9.3.7" "it is told what can be asked here" "告知此处允许什么"
    // Which way it was answered.
    FromMemory "from-memory" "" "the worker had the answer ready: one look-up, one send, no file call; the reasons below were found by deciding it once more" "工作线程已备好应答：一次查找，一次发送，不碰文件；以下原因由重新判断得出"
    KnownAbsent "known-absent" "" "the worker looked for it a moment ago, and nothing was there" "工作线程刚刚查过，此处没有"
    WithoutWaiting "without-waiting" "" "the kernel had all of it in its caches, so the worker answered at once" "内核缓存中全有，工作线程当即应答"
    OnThePool "on-the-pool" "" "something could take long ({0}), so a thread of the pool did it" "可能耗时（{0}），由线程池完成"
    Streamed "streamed" "" "the content is made while it is sent" "内容边生成边发送"
    Refused "refused" "" "it was refused before anything was decided" "在判断之前即被拒绝"
    IsKept "is-kept" "" "the next such request is answered from memory, until a file changes" "下次同样请求由内存应答，直到文件变化"
    NotKeptUnsettled "not-kept-unsettled" "" "not kept: something it rests on changed a moment ago" "不保存：所依据的刚刚变化过"
    NotKeptNavigation "not-kept-navigation" "" "not kept: people and programs get different answers here" "不保存：人与程序得到不同应答"
    NotKeptMade "not-kept-made" "" "not kept: it was made for this request" "不保存：为此请求生成"
    NotKeptLink "not-kept-link" "" "not kept: what it rests on may change without a trace" "不保存：所依据的可能不留痕迹地变化"
    AlreadyKept "already-kept" "" "it is in memory" "已在内存中"
    // Where fields come from.
    ByType "by-type" "9110 §8.3" "from media type and charset, see Material" "来自媒体类型与编码，见“材料”"
    TypeOfPage "type-of-page" "9110 §8.3" "the kind of page that was made" "所生成页面的类型"
    ByCoding "by-coding" "9110 §8.4" "the bytes are compressed so, see Material" "字节如此压缩，见“材料”"
    ByTag "by-tag" "9110 §8.8.3" "the mark of these very bytes, for the next If-None-Match" "这些字节的标记，供下次 If-None-Match 用"
    ByModified "by-modified" "9110 §8.8.2" "the time of the file, for who asks by time" "文件时间，供按时间询问者使用"
    VaryByCoding "vary-by-coding" "9110 §12.5.5" "another Accept-Encoding may get other bytes, and stores on the way must know" "不同的 Accept-Encoding 可能得到不同字节，途中缓存须知"
    VaryByReader "vary-by-reader" "9110 §12.5.5" "what is answered depends on these fields of the request" "应答取决于请求的这些字段"
    RangesWelcome "ranges-welcome" "9110 §14.3" "parts of it can be asked for" "可以请求其部分"
    CacheDefault "cache-default" "9111 §5.2.2.4" "Quarry's default: stores ask each time whether it has changed, which costs a 304; --cache-control changes it" "Quarry 的默认：每次询问是否有变，只花一个 304；可用 --cache-control 更改"
    CacheOwner "cache-owner" "9111 §5.2" "--cache-control says so" "由 --cache-control 指定"
    CachePage "cache-page" "9111 §5.2" "so that a page that is made here is as things are now" "使现场生成的页面始终反映现状"
    CacheAsset "cache-asset" "9111 §5.2" "its name changes when it does, so it may be kept for ever" "内容变则名称变，可永久保存"
    HeaderDefault "header-default" "" "Quarry's default for every answer; --header replaces it" "Quarry 对所有应答的默认；可用 --header 替换"
    HeaderOwner "header-owner" "" "--header says so" "由 --header 指定"
    SandboxDoubtful "sandbox-doubtful" "" "the encoding was chosen by the address, so nothing in the page may run" "编码由地址指定，因此页面中不得运行任何东西"
    PolicyOfPages "policy-of-pages" "" "the policy of pages that are made here: nothing from elsewhere, nothing inline" "现场生成页面的策略：不取外部，不含内联"
    SaveAs "save-as" "6266" "?download or an archive: it is to be saved" "?download 或归档：应保存为文件"
    PlaceOfPart "place-of-part" "9110 §14.4" "which bytes these are, of how many" "这是哪些字节，共多少"
    WhereTo "where-to" "9110 §10.2.2" "where the client is to go" "客户端应前往之处"
    Allows "allows" "9110 §10.2.1" "what can be asked here" "此处允许的方法"
    ComeBack "come-back" "9110 §10.2.3" "when to ask again" "何时再问"
    MessageDate "message-date" "9110 §6.6.1" "when the answer was made" "应答生成的时间"
    LengthKnown "length-known" "9112 §6.2" "the client knows by it where the content ends" "客户端由此知道内容在何处结束"
    LengthOfGet "length-of-get" "9110 §9.3.2" "the length that GET would have; nothing is sent" "GET 会有的长度；不发送内容"
    Chunks "chunks" "9112 §7.1" "the length is not known yet, so the content goes in chunks" "长度未知，内容分块发送"
    Closes "closes" "9112 §9.6" "the connection ends with this answer" "连接在此应答后关闭"
    StaysOpen "stays-open" "9112 §9.3" "an old client is told that the connection goes on" "告知旧客户端连接继续"
    ContentNotKept "content-not-kept" "" "the content itself is not kept and not shown: it may be for its client alone" "内容本身不保存也不显示：它可能只给该客户端"
    LinkOfPage "link-of-page" "" "said by the page that answers" "由应答页面给出"
    // How much was asked of the kernel.
    CallsHere "calls-here" "" "on this connection, for this request" "本连接上为此请求"
    CallsShared "calls-shared" "" "one wait tells of all that has happened on all connections" "一次等待告知所有连接上发生的事"
    CallsConnection "calls-connection" "" "once for the connection, whose first request this is" "为连接一次，这是它的第一个请求"
    CallsFileAtHand "calls-file-at-hand" "" "for the files, as far as the kernel has them in its caches" "为文件，仅取内核缓存中已有的"
    CallsOnTop "calls-on-top" "" "counted is what moves bytes and what looks at files; what wakes threads (futex, eventfd), gives memory (mmap), closes descriptors (close) and makes pages comes on top" "计入的是移动字节和查看文件的调用；唤醒线程（futex、eventfd）、分配内存（mmap）、关闭描述符（close）和生成页面另计"
    CallsFile "calls-file" "" "for the files" "为文件"
    Lost "lost" "" "more happened than is kept of one request: {0} things are left out" "所发生的多于所保存的：略去 {0} 项"
    SameAgain "same-again" "" "the decision was made once more on the files as they are now" "依文件现状重新判断"
    OtherNow "other-now" "" "the files are others by now: what was answered then cannot be explained by them" "文件现已不同：无法据此解释当时的应答"
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_word_for_programs_is_used_once() {
        let tokens: HashSet<&str> = Why::ALL.iter().map(|why| why.token()).collect();
        assert_eq!(tokens.len(), Why::ALL.len());
    }

    #[test]
    fn both_languages_leave_room_for_the_same_details() {
        let places = |pattern: &str| {
            let mut places: Vec<char> =
                pattern.match_indices('{').filter_map(|(at, _)| pattern[at + 1..].chars().next()).collect();
            places.sort_unstable();
            places
        };
        for why in Why::ALL {
            let [english, chinese] =
                [Language::English, Language::SimplifiedChinese].map(|language| places(why.pattern(language)));
            assert_eq!(english, chinese, "{why:?}");
        }
    }

    #[test]
    fn sections_are_written_alike() {
        for why in Why::ALL {
            let (number, section) = why.section().split_once(" §").unwrap_or((why.section(), "1"));
            assert!(number.bytes().all(|byte| byte.is_ascii_digit()), "{why:?}");
            let is_part = |part: &str| part.parse::<u8>().is_ok() || part.len() == 1;
            assert!(section.split('.').all(is_part), "{why:?}");
        }
    }

    #[test]
    fn details_stand_in_their_places() {
        let cause = Cause::new(Why::CharsetFound, ["a byte order mark", "certain"]);
        assert_eq!(cause.sentence(Language::English), "certain, from its bytes: a byte order mark");
        assert_eq!(Cause::from(Why::CharsetFound).sentence(Language::English), ", from its bytes: ");
        // What a detail holds is never read as a place.
        assert_eq!(Cause::new(Why::BadRequest, ["{0}{1}"]).sentence(Language::English), "{0}{1}");
    }
}
