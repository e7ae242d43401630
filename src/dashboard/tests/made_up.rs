//! A lesson for the tests.

/// A lesson, in which SERVER stands for the server.
pub(super) const LESSON: &str = r#"
# A lesson for the tests: nothing in it is about anything.
name = "made-up"
minutes = 3
title.en = "A lesson that is made up"
title.zh = "虚构的一课"
take-home.en = "One sentence to take home, of a lesson about nothing."
take-home.zh = "一句话：这一课什么也没讲。"
change.en = "Press E and change one thing: what comes out of the same question now?"
change.zh = "按 E 改动一处：同一个问题，现在会怎样？"

[setup]
server = "SERVER"
clients = ["A"]

[[step]]
say.en = "{open} connections are open. This sentence is as long as one may be in a strip: it takes the second line."
say.zh = "打开着 {open} 个连接。这句话和条上能放的一样长：要占第二行，再多一个字就放不下，所以到这里为止。"
look = "table"
notes.en = "Say hello."
notes.zh = "先打招呼。"

[[step]]
say.en = "The loop stands still before {next}."
say.zh = "循环停在 {next} 之前。"
do = ["pause"]
look = "loop"
notes.en = """
Let everybody answer alone.
Wait."""
notes.zh = """
先让每个人自己选。
等一等。"""

[step.ask]
question.en = "Four clients are connected, and nobody says anything. Which call is next?"
question.zh = "连着四个客户端，谁也不说话。下一个调用是哪个？"
answer = 2
options = [
    { en = "recv, of the client that was there first", zh = "recv，最先来的那个客户端的" },
    { en = "the one that waits, for there is nothing else to do", zh = "等待的那个，因为没有别的事可做" },
    { en = "accept, in case somebody comes", zh = "accept，万一有人来" },
]

[step.reveal]
do = ["wait 100 ms"]
say.en = "It stands before {next}: nothing else is due."
say.zh = "它停在 {next} 之前：没有别的事。"
look = "line recv"
expect = ["next = epoll_wait"]

[[step]]
say.en = "Now it runs."
say.zh = "现在它在跑。"
do = ["run"]

[step.ask]
question.en = "How many are examined?"
question.zh = "检查几个？"
answer = 2
options = [
    { en = "none", zh = "一个也不" },
    { en = "all of them", zh = "全部" },
    { en = "one", zh = "一个" },
    { en = "two", zh = "两个" },
]

[step.reveal]
say.en = "{open} are there."
say.zh = "有 {open} 个。"
look = "header"
expect = ["open = 4"]

[[step]]
say.en = "And now something that does not come."
say.zh = "再看一件不会发生的事。"

[step.ask]
question.en = "How many come?"
question.zh = "来几个？"
answer = 1
options = [{ en = "five more", zh = "再来五个" }, { en = "none", zh = "一个也没有" }]

[step.reveal]
do = ["until open = 9 within 1 s"]
say.en = "{open} are there."
say.zh = "有 {open} 个。"
look = "costs"
expect = ["open = 9"]
"#;
