//! The error page for a root that has none of its own.

use super::date::put;
use super::status::reason;

/// Appends a small, self-contained page about a status, in both languages: who asks is not always known.
pub(super) fn error(status: u16, out: &mut Vec<u8>) {
    let (english, chinese) = why(status);
    put(
        out,
        format_args!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{status} {reason}</title>\n\
             <style>body{{font:1.1rem/1.5 system-ui,sans-serif;margin:3rem auto;max-width:32rem;\
             padding:0 1rem}}</style>\n<h1>{status} {reason}</h1>\n<p>{english}</p>\n\
             <p lang=\"zh-CN\">{chinese}</p>\n<p><small>epollscope</small></p>\n</html>\n",
            reason = reason(status),
        ),
    );
}

/// What a status means here, in English and in Chinese.
fn why(status: u16) -> (&'static str, &'static str) {
    match status {
        301 => (
            "It has moved: the address of a folder ends in a slash.",
            "地址变了：文件夹的地址要以斜杠结尾。",
        ),
        400 => ("The server did not understand this request.", "服务器看不懂这个请求。"),
        403 => ("This may not be read.", "这里不允许读取。"),
        404 => ("There is nothing under this address.", "这个地址下什么也没有。"),
        405 => ("Only GET, HEAD and OPTIONS work here.", "这里只能用 GET、HEAD 和 OPTIONS。"),
        408 => ("The request took too long to arrive.", "请求太久没有传完。"),
        412 => {
            ("The file is not the one that the request expected.", "这个文件不是请求所指的那一个。")
        }
        413 => ("The request's body is too large.", "请求体太大。"),
        414 => ("The address is too long.", "地址太长。"),
        416 => ("The file does not have this range.", "文件里没有这一段。"),
        417 => ("The server cannot meet this expectation.", "服务器满足不了 Expect 里的要求。"),
        421 => {
            ("This server speaks http only, not https.", "这台服务器只支持 http，不支持 https。")
        }
        431 => ("The request's header section is too large.", "请求头太大。"),
        501 => ("The server does not know how to do this.", "服务器不会做这件事。"),
        503 => (
            "The server has as much to do as it may take on. Try again soon.",
            "服务器已经忙到上限，请稍后再试。",
        ),
        505 => {
            ("The server speaks HTTP/1.0 and HTTP/1.1.", "服务器支持的是 HTTP/1.0 和 HTTP/1.1。")
        }
        _ => ("Something went wrong in the server.", "服务器出错了。"),
    }
}
