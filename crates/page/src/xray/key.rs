//! What the X-ray can tell of: a stable word for programs, and what it is called in each language.
//!
//! Both languages stand in one row, so that nobody changes one and forgets the other.

use crate::language::Language;

macro_rules! keys {
    ($($name:ident $token:literal $english:literal $chinese:literal)*) => {
        /// What a fact or a span of bytes is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs)] // Each row says what it is.
        pub enum Key { $($name,)* }

        impl Key {
            /// All of them.
            pub const ALL: &'static [Key] = &[$(Key::$name,)*];

            /// A stable word for programs.
            pub const fn token(self) -> &'static str {
                match self { $(Key::$name => $token,)* }
            }

            /// What people call it.
            pub(crate) const fn label(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Key::$name, Language::English) => $english,
                    (Key::$name, Language::SimplifiedChinese) => $chinese,)*
                }
            }
        }
    };
}

keys! {
    // Socket.
    Client "client" "Client" "客户端"
    Listener "listener" "Came by" "接入"
    Option "option" "Socket option" "套接字选项"
    Protocol "protocol" "Speaks" "协议"
    Tls "tls" "TLS" "TLS"
    Exchange "exchange" "Request on this connection" "本连接的第几个请求"
    Limit "limit" "Limit" "限制"
    Worker "worker" "Worker" "工作线程"
    // Bytes.
    Received "received" "Bytes received" "收到字节"
    Frame "frame" "Frame" "帧"
    RequestLine "request-line" "request line" "请求行"
    Method "method" "Method" "方法"
    Target "target" "Target" "请求目标"
    Version "version" "Version" "版本"
    FieldName "field-name" "field name" "字段名"
    FieldValue "field-value" "field value" "字段值"
    LineEnd "line-end" "end of the line" "行结束"
    HeadEnd "head-end" "empty line: the head ends" "空行：头部结束"
    Skipped "skipped" "passed over" "略过"
    Content "content" "Content" "内容"
    // Request.
    Path "path" "Path, decoded" "路径（解码后）"
    Query "query" "Query" "查询"
    Host "host" "Host" "主机"
    RequestField "request-field" "Request field" "请求字段"
    // Rules.
    Site "site" "Site" "站点"
    Rule "rule" "Rule" "规则"
    Said "said" "It says" "规则内容"
    Order "order" "Order" "顺序"
    // Material.
    Looked "looked" "Looked for" "查找"
    Chosen "chosen" "Chosen" "选中"
    Size "size" "Size" "大小"
    Modified "modified" "Modified" "修改时间"
    MediaType "media-type" "Media type" "媒体类型"
    Charset "charset" "Charset" "字符编码"
    Coding "coding" "Content coding" "内容编码"
    Validator "validator" "Validator" "验证标记"
    Page "page" "Made here" "现场生成"
    // Response.
    Precondition "precondition" "Precondition" "前提条件"
    Range "range" "Range" "范围"
    Way "way" "Answered" "应答途径"
    Time "time" "Took" "用时"
    Kept "kept" "Kept in memory" "存入内存"
    Status "status" "Status" "状态码"
    ReasonPhrase "reason-phrase" "reason phrase" "原因短语"
    Field "field" "Response field" "响应字段"
    ContentLength "content-length" "Content length" "内容长度"
    Sent "sent" "Bytes sent" "发出字节"
    Call "call" "System calls" "系统调用"
    Remark "remark" "Remark" "备注"
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_word_for_programs_is_used_once() {
        let tokens: HashSet<&str> = Key::ALL.iter().map(|key| key.token()).collect();
        assert_eq!(tokens.len(), Key::ALL.len());
    }
}
