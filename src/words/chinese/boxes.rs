//! The boxes over the screen: questions, choices, help; and the screens that stand for the others.

use crate::words::places::boxes::Boxes;
use crate::words::units;

pub(in crate::words) const CHINESE: Boxes = Boxes {
    sure: "确定吗？",
    yes: "是",
    no: |keys| format!("或 {keys}：否"),
    drop_idle: "断开空闲的客户端",
    idle_for: ["空闲超过", "秒"],
    drops: |clients| format!("现在会断开 {} 个", units::count(clients as u64)),
    no_seconds: "请输入秒数",
    drops_them: "断开",
    leaves_them: "不断开",
    kinds: "内置客户端：种类",
    now: |clients| format!("现有 {clients} 个"),
    chooses: "上下键或行首的键；Enter 选定；Esc 取消",
    idle: "连上以后一声不吭",
    steady: "每秒一个请求",
    burst: "一口气发十个请求，然后歇着",
    slow_reader: "一点一点地读响应",
    slow_sender: "一个字节一个字节地发请求",
    resetting: "发完请求就用 RST 重置连接",
    stalled: "请求发到一半，再没有下文",
    deaf: "要很多数据，读 4 KiB 就不再读",
    firehose: "一收到响应就再发请求",
    slow_caller: "反复请求要跑一秒的处理函数",
    leaver: "发完请求马上关闭",
    flood: "不停地发请求，不等响应",
    how_many: "内置客户端：数量",
    adds: |kind| format!("个“{kind}”客户端"),
    no_number: "请输入数字，最多 10,000",
    adds_them: "添加",
    adds_none: "取消",
    servers: "服务器：谁在等什么",
    switches: |mark| format!("上下键或数字键；Enter 切换；Esc 取消   {mark} 正在运行"),
    help: "帮助",
    looking_at: |panel| format!("你正在看：{panel}"),
    explains: [
        "一行一个连接，用文件描述符来认：对端是谁，服务器现在对它做什么，上一次为它做了哪个系统调用。\
         “收队列”是内核收下了、服务器还没读的字节，“发队列”是对端还没确认的字节。\
         关闭的连接会写明原因，两秒后离开表格。",
        "双线上面是内核手里的东西，下面是程序在做的事。双线是循环用来等待的那个调用：\
         它返回了什么，睡了多久。循环暂停时，看到的就绪列表就是内核里的那一份；循环运行时，谁也看不到它。\
         有的服务器没有这样的列表，那就画出问了谁，或者谁睡在哪个调用里。",
        "服务器每做一次系统调用，每得出一个结论，就写一行，最新的在最下面：是什么，在哪个 fd 上，\
         结果如何，意味着什么。工作进程有它自己的描述符：4711/fd/0 是进程 4711 的 fd 0，写法同 /proc。放不下的事件，在缺的地方写明缺了多少。",
        "每一秒里发生了什么，最右边是最近的一秒；循环转一圈、完成一个请求各用多久；\
         一次唤醒带来几个 fd。每张图都写出现在的值。",
        "选中的这个连接，知道的全在这里：状态和计数，内核怎么说它的套接字，上次请求，\
         还有它自己的事件，新的在前。",
        "一个连接一个座位。有人问这个连接就绪没有，座位就亮；它有话说，座位就发光：\
         poll 让全场都亮，epoll 只点亮举手的人。",
        "一个请求、一次唤醒、一个连接各要花多少，每种服务器都用同样的指标。\
         放大以后，每个数字都说明是怎么得来的。横线表示没有测。",
    ],
    no_key: "没有做这件事的键",
    the_signs: "符号",
    signs: &[
        ["▸", ">", "选中的一行；在循环里：正在服务的 fd"],
        ["◆", "&", "内置客户端"],
        ["○", "n", "连接：还什么都没说"],
        ["·", ".", "连接：空闲；调用：对文件的，或设置选项的；fd：还没服务到"],
        ["←", "<", "字节进来：表示状态，也表示 recv 和 read"],
        ["→", ">", "字节出去：表示状态，也表示 send 和 sendfile"],
        ["■", "#", "已手动停读：不再从它读取"],
        ["×", "x", "已关闭，后面是原因；close、shutdown"],
        ["✓", "+", "程序在这一圈里已经服务过它；在一轮里：它有话说"],
        ["✗", "x", "这一圈里还没轮到它的事件，它就关闭了"],
        ["▲", "^", "队列比上次看时更长了"],
        ["△", "^", "表格按这一列排序，小的在前"],
        ["▽", "v", "表格按这一列排序，大的在前"],
        ["?", "?", "它的边缘触发可能已取走，看不出来"],
        ["◷", "w", "等待的调用：epoll_wait、poll、select、小睡"],
        ["◇", "*", "关注的内容变了：epoll_ctl、listen"],
        ["+", "+", "accept"],
        ["▪", "=", "服务器的结论，或其他调用"],
        ["!", "!", "出错，或者看上去像写错了"],
        ["●", "@", "有话说的座位"],
        ["○", "o", "被问到的座位"],
        ["○", "q", "在全连接队列里等着的一个"],
        ["–", "-", "不知道，或没有测"],
    ],
    search: "搜索：",
    scrolls: "上下键滚动，Esc 关闭",
    ended: "服务器已结束",
    not_running: "服务器已经不再运行。",
    quits: "退出",
    too_small: |width, by, height| format!("太小：{width}{by}{height}"),
    needs: |width, by, height| format!("需要 {width}{by}{height}"),
    key_quits: |key| format!("{key} 退出"),
};
