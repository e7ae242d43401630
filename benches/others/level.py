"""A plain HTTP server in the manner of the epoll tutorials: level-triggered, one process, one file
read for each request. Usage: level.py PORT ROOT"""

import os
import select
import socket
import sys

END = b"\r\n\r\n"


def answer(root, head):
    """The response to a request's head, and whether the connection is kept."""
    line, *fields = head.split(b"\r\n")
    method, target, version = line.split(b" ")
    names = dict(field.lower().split(b":", 1) for field in fields)
    option = names.get(b"connection", b"").strip()
    keep = option != b"close" if version == b"HTTP/1.1" else option == b"keep-alive"
    path = os.path.realpath(os.path.join(root, os.fsdecode(target.split(b"?")[0].lstrip(b"/"))))
    status, body = "404 Not Found", b"not found\n"
    if path.startswith(root + os.sep) and os.path.isfile(path):
        with open(path, "rb") as file:
            status, body = "200 OK", file.read()
    connection = "keep-alive" if keep else "close"
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: {connection}\r\n\r\n"
    return head.encode() + (b"" if method == b"HEAD" else body), keep


def main():
    port, root = int(sys.argv[1]), os.path.realpath(sys.argv[2])
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    listener.setblocking(False)
    epoll = select.epoll()
    epoll.register(listener.fileno(), select.EPOLLIN)
    clients, inputs, outputs, kept = {}, {}, {}, {}

    def close(fd):
        epoll.unregister(fd)
        clients.pop(fd).close()
        del inputs[fd], outputs[fd], kept[fd]

    while True:
        for fd, mask in epoll.poll():
            try:
                if fd == listener.fileno():
                    client, _ = listener.accept()
                    client.setblocking(False)
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    fd = client.fileno()
                    clients[fd], inputs[fd], outputs[fd], kept[fd] = client, b"", b"", True
                    epoll.register(fd, select.EPOLLIN)
                    continue
                if mask & select.EPOLLIN:
                    data = clients[fd].recv(65536)
                    if not data:
                        close(fd)
                        continue
                    inputs[fd] += data
                    while END in inputs[fd] and kept[fd]:
                        head, inputs[fd] = inputs[fd].split(END, 1)
                        response, kept[fd] = answer(root, head)
                        outputs[fd] += response
                if outputs[fd]:
                    sent = clients[fd].send(outputs[fd])
                    outputs[fd] = outputs[fd][sent:]
                if outputs[fd]:
                    epoll.modify(fd, select.EPOLLOUT)
                elif not kept[fd]:
                    close(fd)
                elif mask & select.EPOLLOUT:
                    epoll.modify(fd, select.EPOLLIN)
                elif mask & (select.EPOLLERR | select.EPOLLHUP):
                    close(fd)
            except BlockingIOError:
                pass
            except (OSError, ValueError):
                if fd in clients:
                    close(fd)


main()
