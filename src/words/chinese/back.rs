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
    plays: |age, speed| format!("回看 {age} 前 {speed}"),
    recording: |how, at, end| {
        let of = end.map(|end| format!(" / {end}")).unwrap_or_default();
        [format!("录像 {how}，在 {at}{of}"), format!("录像 {how} {at}{of}"), format!("录像 {at}")]
    },
    filmed: |at, end| {
        let of = end.map(|end| format!(" / {end}")).unwrap_or_default();
        [format!("录像，在 {at}{of}"), format!("录像 {at}{of}"), format!("录像 {at}")]
    },
    stands: "停着",
    reads: "正在读",
    beginning: "这是开头：在它之前什么也没有",
    recording_ends: "录像到此为止",
    is_recorded: "这是录像：没有服务器可以这样做",
    ends_at: str::to_owned,
    indexed: |share| format!("已索引 {share}"),
    oldest: |age, most| format!("{age} 以前的没有保留：--history {most} 放不下更多"),
    now: |memory| format!("现在  {memory}"),
    jump: "按时间跳转",
    before: |time| format!("这个画面之前 {time}"),
    after: |time| format!("这个画面之后 {time}"),
    at: |time| format!("服务器启动后 {time}"),
    clock: |time| format!("{time} 的时候"),
    event: ["之前最近一个符合的事件", "下一个符合的事件"],
    mistake: ["之前最近一处像是错误的地方", "下一处像是错误的地方"],
    takes: [
        "-10 或 +10：从这里算起的秒数；12.5：从启动算起",
        "14:03:05：几点几分几秒；",
        "closed、fd:9、kind:accept、mistake；前面加 -：往回找",
    ],
    goes: "跳过去",
    stays: "留在这里",
    none_such: "这个画面的那一边没有保留这样的内容",
    none: "没有保留可以回看的内容：--history 0",
    nothing_before: "还没有发生可以回看的事",
    is_now: "画面就是现在：没有更新的了",
};
