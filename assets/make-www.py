#!/usr/bin/env python3
"""Make the generated files of www/: the two drawings, the picture and the two recordings.

Run in the repository's root. Needs Pillow and strace. The recordings are real: strace watches two
small waiters, one who asks all the time and one who sleeps in epoll_wait.
"""

import os
import random
import re
import select
import socket
import subprocess
import sys
import time

from PIL import Image, ImageChops, ImageDraw, ImageFilter

WWW = "www"
COLUMNS, ROWS = 10, 5
HAND = 36  # the diner who raises a hand, counted from 0

STYLE = """
  text { font: 600 21px system-ui, sans-serif; fill: var(--ink) }
  svg { --ink: #2b2118; --seat: #d9cbb8; --plate: #fffaf2; --ask: #b4551d; --hand: #1b7a4b }
  .seat { fill: var(--seat) } .plate { fill: var(--plate) }
  .path { fill: none; stroke: var(--ask); stroke-width: 3; stroke-linejoin: round; opacity: .55 }
  .straight { stroke: var(--hand); opacity: 1; stroke-dasharray: 2 9; stroke-linecap: round }
  .waiter { fill: var(--ink) } .raised { fill: var(--hand) }
  .arm { stroke: var(--hand); stroke-width: 6; stroke-linecap: round }
  @keyframes ask { 0%, 6% { fill: var(--ask) } 10%, 100% { fill: var(--seat) } }
  @keyframes rise { 0%, 100% { transform: translateY(0) } 50% { transform: translateY(-5px) } }
  .asked { animation: ask 7.5s linear infinite }
  .arm, .palm { animation: rise 1.6s ease-in-out infinite }
  @media (prefers-reduced-motion: reduce) { .asked, .arm, .palm { animation: none } }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #f3e9dc; --seat: #4c4136; --plate: #1d1813; --ask: #f0925a; --hand: #63d29b }
  }
"""


def seat(i):
    return 70 + (i % COLUMNS) * 52, 60 + (i // COLUMNS) * 56


def drawing(name, title, caption, asks):
    out = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 360" role="img">',
        f"<title>{title}</title>",
        f"<style>{STYLE}</style>",
    ]
    order = []
    for row in range(ROWS):
        line = list(range(row * COLUMNS, (row + 1) * COLUMNS))
        order += line if row % 2 == 0 else line[::-1]
    hand_x, hand_y = seat(HAND)
    if asks:
        points = " ".join(f"{x},{y + 24}" for x, y in map(seat, order))
        out.append(f'<polyline class="path" points="20,{84} {points}"/>')
    else:
        out.append(f'<path class="path straight" d="M20 300 L{hand_x - 18} {hand_y + 14}"/>')
    for i in range(COLUMNS * ROWS):
        x, y = seat(i)
        kind = "seat"
        delay = ""
        if asks:
            kind += " asked"
            delay = f' style="animation-delay:{order.index(i) * 0.15 - 7.5:.2f}s"'
        if i == HAND:
            out.append(f'<path class="arm" d="M{x + 10} {y - 4} L{x + 15} {y - 24}"/>')
            out.append(f'<circle class="raised palm" cx="{x + 15}" cy="{y - 26}" r="5"/>')
            kind = kind if asks else "raised"
        out.append(f'<circle class="{kind}"{delay} cx="{x}" cy="{y}" r="15"/>')
        out.append(f'<circle class="plate" cx="{x}" cy="{y}" r="8"/>')
    wx, wy = (20, 84) if asks else (20, 300)
    out.append(f'<circle class="waiter" cx="{wx}" cy="{wy}" r="10"/>')
    out.append(f'<text x="44" y="345">{caption}</text>')
    out.append("</svg>\n")
    with open(os.path.join(WWW, name), "w", encoding="utf-8") as file:
        file.write("\n".join(out))


def picture(name):
    """The room from above, by lamplight, with the grain of a fast film."""
    random.seed(50)
    scale, width, height = 2, 1200, 760
    size = (width * scale, height * scale)
    image = Image.new("RGB", size, (28, 21, 17))
    draw = ImageDraw.Draw(image)
    # Floorboards.
    board = 38 * scale
    for y in range(0, size[1], board):
        x = -random.randrange(300) * scale
        while x < size[0]:
            length = random.randrange(180, 420) * scale
            tone = random.randrange(-6, 7)
            colour = (62 + tone, 43 + tone, 30 + tone // 2)
            draw.rectangle((x, y, x + length - 2, y + board - 3), fill=colour)
            x += length
    light = Image.new("RGB", size, (132, 118, 106))
    glow = ImageDraw.Draw(light)
    places = []
    for i in range(COLUMNS * ROWS):
        x = (100 + (i % COLUMNS) * 111 + random.randrange(-8, 9)) * scale
        y = (110 + (i // COLUMNS) * 134 + random.randrange(-8, 9)) * scale
        places.append((x, y))
        r = 78 * scale
        glow.ellipse((x - r, y - r, x + r, y + r), fill=(186, 164, 132))
    x, y = places[HAND]
    r = 140 * scale
    glow.ellipse((x - r, y - r, x + r, y + r), fill=(255, 244, 214))
    light = light.filter(ImageFilter.GaussianBlur(46 * scale))
    for i, (x, y) in enumerate(places):
        for dx, dy, r, colour in (
            (5, 7, 41, (20, 14, 11)),
            (0, 0, 40, (222, 208, 186)),
            (0, 0, 37, (238, 228, 210)),
            (0, 0, 21, (202, 194, 182)),
            (0, 0, 19, (250, 247, 240)),
            (0, 0, 13, (238, 233, 224)),
        ):
            box = [(v + d + s * r) for s in (-1, 1) for v, d in ((0, dx), (0, dy))]
            draw.ellipse([box[0] * scale + x, box[1] * scale + y, box[2] * scale + x, box[3] * scale + y], fill=colour)
        for side in (-27, 25):
            draw.rounded_rectangle(
                (x + side * scale, y - 15 * scale, x + (side + 3) * scale, y + 15 * scale),
                radius=scale, fill=(150, 146, 140),
            )
        # The diner: shoulders and hair.
        coat = random.choice([(74, 104, 138), (156, 82, 74), (84, 120, 92), (118, 98, 142), (132, 118, 100)])
        hair = random.choice([(40, 28, 22), (70, 48, 30), (24, 22, 22), (120, 104, 90), (150, 120, 70)])
        top = y - 48 * scale
        draw.ellipse((x - 24 * scale, top - 9 * scale, x + 24 * scale, top + 13 * scale), fill=coat)
        if i == HAND:
            draw.line((x + 20 * scale, top + 2 * scale, x + 38 * scale, top - 30 * scale), fill=coat, width=10 * scale)
            draw.ellipse((x + 31 * scale, top - 44 * scale, x + 47 * scale, top - 28 * scale), fill=(236, 196, 164))
        draw.ellipse((x - 11 * scale, top - 11 * scale, x + 11 * scale, top + 11 * scale), fill=hair)
    image = ImageChops.multiply(image, light)
    image = ImageChops.add(image, ImageChops.multiply(light, Image.new("RGB", size, (26, 20, 14))))
    image = image.resize((width, height), Image.LANCZOS)
    grain = Image.effect_noise((width, height), 6).convert("RGB")
    image = ImageChops.add(image, grain, 1, -128)
    image = image.quantize(160, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG)
    image.save(os.path.join(WWW, name), optimize=True)


def sockets():
    pairs = [socket.socketpair() for _ in range(COLUMNS * ROWS)]
    for waiter, _ in pairs:
        waiter.setblocking(False)
    return pairs


def raise_hand(pairs):
    """After a moment, one diner says something. In a process of its own."""
    if os.fork() == 0:
        time.sleep(0.07)
        pairs[HAND][1].send(b"soup, please")
        os._exit(0)


def ask():
    pairs = sockets()
    raise_hand(pairs)
    while True:
        for waiter, _ in pairs:
            try:
                waiter.recv(64)
                return
            except BlockingIOError:
                pass


def serve():
    pairs = sockets()
    epoll = select.epoll()
    by_fd = {waiter.fileno(): waiter for waiter, _ in pairs}
    for fd in by_fd:
        epoll.register(fd, select.EPOLLIN)
    raise_hand(pairs)
    for fd, _ in epoll.poll():
        by_fd[fd].recv(64)


def recording(name, waiter, head):
    calls = "recvfrom,epoll_wait,epoll_ctl"
    run = subprocess.run(
        ["strace", "-e", f"trace={calls}", "-e", "signal=none", sys.executable, __file__, waiter],
        stderr=subprocess.PIPE, text=True, check=True,
    )
    lines = [re.sub(r"\s+=", " =", line) for line in run.stderr.splitlines() if re.match(r"[a-z_]+\(", line)]
    lines = lines[:3000] + (["..."] if len(lines) > 3000 else [])
    asked = sum("recvfrom" in line for line in lines)
    print(name, len(lines), "calls shown,", asked, "recvfrom")
    with open(os.path.join(WWW, name), "w", encoding="utf-8") as file:
        file.write(head + "\n\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["ask"]:
        ask()
    elif sys.argv[1:] == ["serve"]:
        serve()
    else:
        drawing("ask.svg", "A waiter walks past fifty diners, one after the other",
                "scan: fifty questions, forty-nine times “not yet”", True)
        drawing("serve.svg", "A waiter walks straight to the one raised hand",
                "epoll: wait, then go to the raised hand", False)
        picture("room.png")
        recording("asked.txt", "ask", "A waiter who asks fifty diners, again and again, until one says something.\n"
                  "Recorded by strace; EAGAIN is a diner who says: not yet.")
        recording("served.txt", "serve", "A waiter who sleeps until a hand is raised. Recorded by strace.")
