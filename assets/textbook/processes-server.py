# processes: one for each connection, which gets its socket by fork.
# processes：每个连接一个进程，套接字由 fork 继承下来。
import mimetypes, os, pathlib, signal, socket, sys, time, urllib.parse

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

def serve(sock):  # one connection, to its end
    data, last = bytearray(), False
    try:
        while not last:
            got = sock.recv(8192 - len(data))  # [recv]
            data, last = data + got, not got
            while not last and (head := parse(data)):
                out, last = answer(head)
                while out:
                    out = out[sock.send(out):]  # [send]
    except OSError:
        pass  # the client has gone
    sock.close()  # [close]

def reap(*_):  # an ended process stays in the table until waited for
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:  # [wait4]
            pass
    except ChildProcessError:
        pass  # there is none any more

_, PORT, FOLDER = sys.argv + ["8000", "www"][len(sys.argv) - 1:]
listener = socket.create_server(("127.0.0.1", int(PORT)))  # [listen]
print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
signal.signal(signal.SIGCHLD, reap)
while True:
    try:
        sock, peer = listener.accept()  # [accept]
    except OSError:  # no descriptor is left
        time.sleep(0.1)  # [clock_nanosleep]
        continue
    try:
        if os.fork() == 0:
            listener.close()  # (close)
            serve(sock)
            os._exit(0)
    except OSError:
        pass  # no process is to be had
    sock.close()  # (close)
