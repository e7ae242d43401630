# epoll-et: the kernel says it only once, so go on until EAGAIN.
# epoll-et：内核只说一次，所以要一直做到 EAGAIN 为止。
import mimetypes, pathlib, socket, sys, types, urllib.parse
from select import EPOLLET, EPOLLIN, EPOLLOUT, epoll

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

def serve(conn):  # until EAGAIN; false when the connection has ended
    try:
        while conn.out or not conn.last:
            if conn.out:
                conn.out = conn.out[conn.sock.send(conn.out):]  # [send]
            elif head := parse(conn.data):
                conn.out, conn.last = answer(head)
            else:
                got = conn.sock.recv(8192 - len(conn.data))  # [recv]
                conn.data, conn.last = conn.data + got, not got
    except BlockingIOError:
        return True
    except OSError:
        pass  # the client has gone
    return False

socket.setdefaulttimeout(0)  # no call on a socket sleeps
_, PORT, FOLDER = sys.argv + ["8000", "www"][len(sys.argv) - 1:]
listener = socket.create_server(("127.0.0.1", int(PORT)))  # [listen]
poller, conns = epoll(), {}  # [epoll_create1]
poller.register(listener, EPOLLIN | EPOLLET)  # (epoll_ctl ADD)
print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
while True:
    for fd, _ in poller.poll():  # [epoll_wait]
        if fd in conns:
            if serve(conns[fd]):
                continue
            conns.pop(fd).sock.close()  # [close]
        try:  # the listener: also when a descriptor is free again
            while True:
                sock, peer = listener.accept()  # [accept]
                mask = EPOLLIN | EPOLLOUT | EPOLLET
                poller.register(sock, mask)  # [epoll_ctl ADD]
                conns[sock.fileno()] = types.SimpleNamespace(
                    sock=sock, data=bytearray(), out=b"", last=False)
        except OSError:
            pass  # EAGAIN: nobody waits; EMFILE: no descriptor is left
