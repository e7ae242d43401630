//! The class in the room: what students do, and the panel of it.

use crate::telemetry::Did;
use crate::words::places::class::Class;
use crate::words::units;

pub(in crate::words) const CHINESE: Class = Class {
    who: |student| match student {
        0 => "全班".to_owned(),
        n => format!("{n} 号同学"),
    },
    did: |did, value| match did {
        Did::Joined => "加入了".to_owned(),
        Did::Listens => "从这个连接收消息".to_owned(),
        Did::Looks => "在看投影画面".to_owned(),
        Did::Asked => "来问一次情况".to_owned(),
        Did::Lost => "联系不上了".to_owned(),
        Did::Left => "离开了".to_owned(),
        Did::Raised => "举手".to_owned(),
        Did::Lowered => "放下了手".to_owned(),
        Did::Voted => "投了票".to_owned(),
        Did::Pressed => format!("按了，第 {value} 次齐按"),
        Did::Waited => format!("等了 {value} ms（手机自己量的）"),
        Did::Named => "取了个名字".to_owned(),
        Did::Slow => "收不动消息了".to_owned(),
        Did::Served => {
            format!("举手 {} 后被叫到", units::duration(u64::from(value) * 1_000_000))
        }
        Did::Muted => "被禁言".to_owned(),
        Did::Unmuted => "取消禁言".to_owned(),
        Did::Hid => "名字被隐藏".to_owned(),
        Did::SentAway => "被移出".to_owned(),
        Did::Question => format!("提出第 {value} 题"),
        Did::Again => format!("第 {value} 题再投一次"),
        Did::Shown => "公布投票结果".to_owned(),
        Did::Over => "这一题结束".to_owned(),
        Did::Burst => format!("请大家一起按，第 {value} 次"),
        Did::Projected if value > 0 => "手机可以看投影画面".to_owned(),
        Did::Projected => "手机不再显示投影画面".to_owned(),
        Did::Code => "换了加入码".to_owned(),
    },
    sentence: |did, student, value| match did {
        Did::Joined => format!("有人凭加入码加入了：从现在起是 {student} 号同学。"),
        Did::Listens => format!("{student} 号同学从这个连接得知发生了什么：一个不结束的响应。"),
        Did::Looks => format!("{student} 号同学的手机显示这块屏幕：只发变了的行。"),
        Did::Asked => format!("这个服务器没法主动告诉手机，所以 {student} 号同学的手机自己来问。"),
        Did::Lost => format!("给 {student} 号同学发消息的连接都不在了。"),
        Did::Left => format!("{student} 号同学离开了课堂。"),
        Did::Raised => format!("{student} 号同学举手了：和别的请求没有两样。"),
        Did::Lowered => format!("{student} 号同学放下了手。"),
        Did::Voted => format!("{student} 号同学回答了问题。"),
        Did::Pressed => format!("请全班一起按，{student} 号同学按了。"),
        Did::Waited => format!("{student} 号同学的手机等响应等了 {value} ms，是它自己量的。"),
        Did::Named => format!("{student} 号同学取了个名字，只显示在这块屏幕上。"),
        Did::Slow => format!("{student} 号同学的手机收不动消息了：它的连接被关闭。"),
        Did::Served => format!("老师叫到了举手的 {student} 号同学。"),
        Did::Muted => format!("{student} 号同学的举手和投票暂不接受。"),
        Did::Unmuted => format!("{student} 号同学的举手和投票又接受了。"),
        Did::Hid => format!("{student} 号同学的名字隐藏了。"),
        Did::SentAway => format!("老师把 {student} 号同学移出了课堂。"),
        Did::Question => "课上的问题已经发到每部手机上。".to_owned(),
        Did::Again => "讨论之后，同一个问题再投一次。".to_owned(),
        Did::Shown => "全班的投票结果公布了，这里和手机上都有。".to_owned(),
        Did::Over => "问题从手机上撤下了。".to_owned(),
        Did::Burst => "请大家同时按一下。".to_owned(),
        Did::Projected if value > 0 => "从现在起，手机可以看这块屏幕。".to_owned(),
        Did::Projected => "手机不再显示这块屏幕。".to_owned(),
        Did::Code => "课堂换了加入码：已经在的不受影响，新来的要用新的加入码。".to_owned(),
    },
    counts: |present, up| match up {
        0 => format!("{present} 人已加入"),
        n => format!("{present} 人已加入，{n} 人举手"),
    },
    keys: |join, serve, press| {
        let press = press.map(|press| format!("  {press} 一起按")).unwrap_or_default();
        format!("{join} 加入  {serve} 叫一位{press}")
    },
    nobody: |join| format!("还没有人加入。按 {join} 显示怎么加入。"),
    none: "这里不能用手机加入。",
    answered: |answered, present, round| match round {
        2 => format!("第二次：{present} 人中 {answered} 人答了"),
        _ => format!("{present} 人中 {answered} 人答了"),
    },
    before: |votes| format!("上次 {votes}"),
    burst: |server, pressed, within| match within {
        Some(_) if pressed == 1 => format!("{server}：服务了 1 次按键"),
        Some(within) => format!("{server}：{within} 内服务了 {pressed} 次按键"),
        None => format!("{server}：请大家一起按"),
    },
    waited: |telephones, half, longest| {
        format!("{telephones} 部手机的等待：一半不超过 {half} ms，最长 {longest} ms")
    },
    at: |url| format!("课堂 {url}"),
    beside: "讲课时连的是旁边的另一个服务器。",
    lost: "课堂的事件丢了一些：至少有这么多",
    lets_in: "有 --class 时，和这台电脑同一网络的人都能访问服务器，网址是：",
    no_network: "这台电脑现在没有连上网络；一连上，手机就能加入。",
    asks: "打开吗？直接回车表示打开；输入 l 回车只限这台电脑，输入 n 回车就不打开：",
    say_bind: "--class 要问监听哪个地址，而标准输入不是终端：加上 --bind 0.0.0.0 对所有网络开放，\
               或 --bind 127.0.0.1 只限这台电脑。",
    opens: |ways, instead, open| {
        let instead = instead.map(|at| format!("，不再只是 {at}")).unwrap_or_default();
        let at = match ways {
            [] => "这台电脑一连上网络，同一网络的人就都能访问服务器".to_owned(),
            ways => format!("同一网络的人都能访问服务器，地址：{}", ways.join("，")),
        };
        let closes = if open > 0 { "现有连接会关闭。" } else { "" };
        format!("开放课堂吗？之后{at}{instead}。{closes}")
    },
    not_in: |why| format!("没有开放课堂：{why}。"),
    stays: |why| format!("手机还连在这一课要测的服务器上：{why}。"),
    no_random: |why| format!("无法生成加入码，内核给不出随机数：{why}。"),
    shows: |key| format!("；{key} 公布"),
    vote: |option, votes, before| match before {
        Some(before) => format!("{option}：{votes} 人（上次 {before}）"),
        None => format!("{option}：{votes} 人"),
    },
    right: |vote| format!("{vote}，正确"),
    votes: |votes| format!("全班  {}", votes.join("；")),
    done: |who, did| format!("{who}：{did}"),
};
