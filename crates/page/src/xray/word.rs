//! What the X-ray's pages say around what they show, each in both languages.

use crate::language::Language;

macro_rules! words {
    ($($name:ident $english:literal $chinese:literal)*) => {
        /// A word or a sentence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Word { $($name,)* }

        impl Word {
            pub(super) const fn say(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Word::$name, Language::English) => $english,
                    (Word::$name, Language::SimplifiedChinese) => $chinese,)*
                }
            }
        }
    };
}

words! {
    Title "X-ray" "透视"
    Requests "Requests" "请求"
    Time "Time" "时间"
    Method "Method" "方法"
    Target "Target" "目标"
    Status "Status" "状态"
    Bytes "Bytes" "字节"
    Took "Took" "用时"
    Filter "Filter: words of the target, a method, a status" "筛选：目标中的词、方法、状态码"
    Pause "Pause" "暂停"
    GoOn "Go on" "继续"
    Live "live" "实时"
    Paused "paused" "已暂停"
    Broken "the server does not answer; trying again" "服务器没有应答，正在重试"
    Reload "Reload" "刷新"
    None "No request yet. Open a page of this site in another tab: it shows up here." "还没有请求。在另一个标签页打开本站页面，就会显示在这里。"
    NoneMatches "No request matches." "没有匹配的请求。"
    Choose "Choose a request to see its journey from socket to socket." "选择一个请求，查看它从套接字到套接字的旅程。"
    Dropped "requests were seen and had no room" "个请求看到了，但没有空间保存"
    MarkOne "One request can be marked, and is seen here whether anybody looks or not:" "可以标记单个请求，无论是否有人在看，它都会显示在这里："
    Stations "Stations" "各站"
    Timeline "Timeline" "时间线"
    OfDryRun "the times of a dry run: nothing came by a network, and nothing was sent" "试运行的时间：没有经网络而来，也没有发送"
    Step "What happened" "发生了什么"
    At "At" "时刻"
    After "After" "间隔"
    AsSent "As it went out" "发出的字节"
    CopyText "Copy as text" "复制为文本"
    CopyJson "Copy as JSON" "复制为 JSON"
    AsText "Text" "文本"
    AsJson "JSON" "JSON"
    AllRequests "All requests" "全部请求"
    InHex "Bytes in hexadecimal" "十六进制字节"
    Meaning "Meaning" "含义"
    LeftOut "more bytes" "个字节未显示"
    Nothing "Nothing happened here." "这里没有发生什么。"
    Gone "This request is not kept any more." "这个请求已不再保存。"
}
