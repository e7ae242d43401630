# coroutines: a task for each connection; the loop is inside asyncio.
# coroutines：每个连接一个任务，事件循环在 asyncio 里面。
import asyncio, mimetypes, pathlib, socket, sys, urllib.parse

def parse(data):  # takes the first whole request out of data
    head, end, rest = data.lstrip().partition(b"\r\n\r\n")
    data[:] = rest if end else head
    return head.decode("latin-1") if end else ""

def answer(head):  # the bytes to send, and whether they are the last
    verb, target, etc = (head.split(" ", 2) + ["", ""])[:3]
    last = verb != "GET" or etc[5:8] != "1.1" or "close" in etc.lower()
    url = "/" + urllib.parse.unquote(target.split("?")[0])
    path = pathlib.Path(FOLDER + url + "index.html" * url.endswith("/"))
    ok = verb == "GET" and ".." not in url and path.is_file()  # [fstat]
    body = path.read_bytes() if ok else b"Not found"  # [openat] [read]
    kind = mimetypes.guess_type(path)[0] or "text/plain"
    text = f"HTTP/1.1 {'200 OK' if ok else '404 Not Found'}\r\n"
    text += f"Content-Type: {kind}\r\nContent-Length: {len(body)}"
    return memoryview(text.encode() + b"\r\n\r\n" + body), last

async def serve(sock):  # one connection, to its end
    data, last, loop = bytearray(), False, asyncio.get_running_loop()
    try:
        while not last:
            got = await loop.sock_recv(sock, 8192 - len(data))  # [recv]
            data, last = data + got, not got
            while not last and (head := parse(data)):
                out, last = answer(head)
                await loop.sock_sendall(sock, out)  # [send]
    except OSError:
        pass  # the client has gone
    sock.close()  # [close]

async def admit():
    tasks, loop = set(), asyncio.get_running_loop()
    while True:
        try:
            sock, peer = await loop.sock_accept(listener)  # [accept]
        except OSError:  # no descriptor is left
            await asyncio.sleep(0.1)
            continue
        tasks.add(task := loop.create_task(serve(sock)))
        task.add_done_callback(tasks.discard)

socket.setdefaulttimeout(0)  # no call on a socket sleeps
_, PORT, FOLDER = sys.argv + ["8000", "www"][len(sys.argv) - 1:]
listener = socket.create_server(("127.0.0.1", int(PORT)))  # [listen]
print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
asyncio.run(admit())  # [epoll_create1] [epoll_ctl] [epoll_wait]
