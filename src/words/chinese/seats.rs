//! The seats: who is asked, and who had something to say.

use crate::words::places::seats::Seats;
use crate::words::units;

pub(in crate::words) const CHINESE: Seats = Seats {
    requests: |served| format!("{} 个请求", units::count(served)),
    answers: |served| format!("{} 次响应", units::count(served)),
    echoes: |served| format!("{} 次回显", units::count(served)),
    last_second: |served, asked| format!("上一秒：被问 {} 次，{served}", units::count(asked)),
    none: "没有人入座",
    asked: |served, asked, spoke| {
        [
            format!("被问 {asked} 次，其中 {spoke} 次有话说，{served}"),
            format!("被问 {asked} 次，有话说 {spoke} 次，{served}"),
            format!("被问 {asked} 次，{served}"),
        ]
    },
    runtime_asks: |served| [format!("{served}；由运行时去问，这里看不见"), served.to_owned()],
    nobody_asked: |served| {
        [
            format!("{served}，谁也没问：每个调用都睡到自己的 fd 就绪"),
            format!("{served}，谁也没问"),
            served.to_owned(),
        ]
    },
    quiet: "安静",
    was_asked: "被问",
    spoke: "有话说",
    each_mark: |seats| format!("一个记号代表 {seats} 个座位"),
    waits_in: |call| format!("在 {call}"),
};
