# threads: one for each connection; while its call sleeps, others run.
# threads：每个连接一个线程，它的调用睡着时，别的线程照常运行。
import mimetypes, pathlib, socket, sys, threading, time, urllib.parse

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

_, PORT, FOLDER = sys.argv + ["8000", "www"][len(sys.argv) - 1:]
listener = socket.create_server(("127.0.0.1", int(PORT)))  # [listen]
print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
while True:
    try:
        sock, peer = listener.accept()  # [accept]
    except OSError:  # no descriptor is left
        time.sleep(0.1)  # [clock_nanosleep]
        continue
    try:
        threading.Thread(target=serve, args=[sock], daemon=True).start()
    except RuntimeError:  # no thread is to be had
        sock.close()  # (close)
