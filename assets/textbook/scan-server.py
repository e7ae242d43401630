# scan: asks every socket, one after another, round after round.
# scan：一轮又一轮，挨个去问每个套接字。
import mimetypes, pathlib, socket, sys, time, types, urllib.parse

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
        pass  # nothing there, or no room: asked again
    except OSError:
        return False
    return conn.out or not conn.last

socket.setdefaulttimeout(0)  # no call on a socket sleeps
_, PORT, FOLDER = sys.argv + ["8000", "www"][len(sys.argv) - 1:]
listener = socket.create_server(("127.0.0.1", int(PORT)))  # [listen]
print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
conns = []
while True:
    time.sleep(0.01)  # [clock_nanosleep]
    try:
        while True:
            sock, peer = listener.accept()  # [accept]
            conns.append(types.SimpleNamespace(
                sock=sock, data=bytearray(), out=b"", last=False))
    except OSError:
        pass  # nobody waits, or no descriptor is left
    for conn in conns.copy():
        if not serve(conn):
            conns.remove(conn)
            conn.sock.close()  # [close]
