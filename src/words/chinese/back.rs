//! The picture of another time than now.

use crate::words::places::back::Back;

pub(in crate::words) const CHINESE: Back = Back {
    badge: |age, key| {
        [
            format!("回看 {age} 前；服务器已走到后面（{key}：现在）"),
            format!("回看 {age} 前（{key}：现在）"),
            format!("回看 {age} 前"),
        ]
    },
    oldest: |age, most| format!("{age} 以前的没有保留：--history {most} 放不下更多"),
    none: "没有保留可以回看的内容：--history 0",
    nothing_before: "还没有发生可以回看的事",
    is_now: "画面就是现在：没有更新的了",
};
