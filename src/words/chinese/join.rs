//! How a class is joined by telephone: the box with the QR code.

use crate::words::places::join::Join;
use crate::words::units;

pub(in crate::words) const CHINESE: Join = Join {
    title: "扫码上课",
    scan: "扫二维码，或在浏览器里输入：",
    type_in: "在浏览器里输入：",
    first_wifi: "1. 先连这个无线网络：",
    then_scan: "2. 再扫二维码，或输入网址：",
    password: |password| format!("密码：{password}"),
    no_password: "没有密码",
    wifi_code: "1. 连无线网络",
    page_code: "2. 打开网页",
    letters: "加入码：",
    students: |students| match students {
        0 => "还没有人加入".to_owned(),
        some => format!("{} 人已加入", units::count(some as u64)),
    },
    address: |interface| format!("{interface} 的地址"),
    only_here: "只有这台电脑能打开，手机进不来：启动时不要加 --bind 127.0.0.1。",
    others: |others, key| format!("另有 {others} 个：{key}"),
    next_address: "换一个地址",
    shows_wifi: "无线网络的二维码",
    shows_page: "网页的二维码",
    new_code: "换加入码",
    closes: "关闭",
    too_small: |width, by, height| {
        format!("显示二维码需要 {width}{by}{height} 的窗口：请放大窗口，或缩小字号。")
    },
    too_long: "内容太长，放不进二维码。",
    no_network: "这台电脑没有连上手机能到达的网络。请连上教室的无线网络，或者自己开热点。",
    nobody: "没有人加入？",
    same_network: "手机在同一个网络里吗？访客网络会把手机互相隔开。",
    firewall: |port| {
        format!("防火墙：sudo ufw allow {port}/tcp，或 sudo firewall-cmd --add-port={port}/tcp")
    },
    hotspot: "自己开个热点，用 --wifi-name 和 --wifi-password 显示在这里。",
    by_keys: "没有手机，用键盘也能上课。",
    bad_name: "无线网络的名称有 1 到 32 个字节",
    bad_password: "无线网络的密码有 8 到 63 个 ASCII 字符",
};
