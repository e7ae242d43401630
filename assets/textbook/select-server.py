# select: the kernel gets the whole list each time, up to FD_SETSIZE.
# select：每次都把整个列表交给内核，fd 不能超过 FD_SETSIZE。
import errno, mimetypes, pathlib, socket, sys, types, urllib.parse
from select import select

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

def serve(conn):  # false when the connection has ended
    try:
        if not conn.out:
            got = conn.sock.recv(8192 - len(conn.data))  # [recv]
            conn.data, conn.last = conn.data + got, not got
        while conn.out or not conn.last and (head := parse(conn.data)):
            if not conn.out:
                conn.out, conn.last = answer(head)
            conn.out = conn.out[conn.sock.send(conn.out):]  # [send]
    except BlockingIOError:
        pass  # no room: the rest later
    except OSError:
        return False
    return conn.out or not conn.last

socket.setdefaulttimeout(0)  # no call on a socket sleeps
_, PORT, FOLDER = sys.argv + ["8000", "www"][len(sys.argv) - 1:]
listener = socket.create_server(("127.0.0.1", int(PORT)))  # [listen]
print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
conns, room = {}, True
while True:
    full = [sock for sock in conns if conns[sock].out]
    calm = [sock for sock in conns if not conns[sock].out]
    calm += [listener] * room
    reads, writes, _ = select(calm, full, [])  # [select]
    for sock in reads + writes:
        if sock is listener:
            try:
                sock, peer = listener.accept()  # [accept]
                conns[sock] = types.SimpleNamespace(
                    sock=sock, data=bytearray(), out=b"", last=False)
                if sock.fileno() > 1023:  # FD_SETSIZE: no bit for it
                    conns.pop(sock).sock.close()  # (close)
            except OSError as error:
                room = error.errno != errno.EMFILE  # no descriptor left
        elif not serve(conns[sock]):
            conns.pop(sock).sock.close()  # [close]
            room = True
