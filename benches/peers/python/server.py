"""python-socketio on uvicorn, as `cargo bench-peers` measures it: with uvloop, httptools and
websockets, which is uvicorn's own set-up for production. What a measured server does is in
../../README.md."""

import asyncio
import os
import platform
import socket
import sys
import threading
from importlib.metadata import version

import socketio
import uvicorn

PAYLOAD = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF"
PACKAGES = ["python-socketio", "python-engineio", "uvicorn", "uvloop", "httptools", "websockets"]
HOUR = 3_600

has_default_pings = os.environ.get("BENCH_PINGS") == "default"


def make_server():
    # Longer than any round, so that no ping is among what is counted.
    pings = {} if has_default_pings else {"ping_interval": HOUR}
    io = socketio.AsyncServer(async_mode="asgi", **pings)

    async def enter(sid, room="everyone"):
        await io.enter_room(sid, room)
        return True

    async def echo(_, data):
        return data

    async def publish(_):
        await io.emit("news", PAYLOAD)

    async def publish_to(_, room="everyone", count=1):
        for _ in range(count):
            await io.emit("news", PAYLOAD, room=room)

    io.on("echo", echo)
    io.on("echo-binary", echo)
    io.on("join", enter)
    io.on("join-room", enter)
    io.on("publish", publish)
    io.on("publish-room", publish_to)
    io.on("publish-to", publish_to)
    return io


def end_with_parent():
    def wait():
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def main():
    if sys.argv[1:2] == ["--about"]:
        packages = [f"{name} {version(name)}" for name in PACKAGES]
        print(", ".join([*packages, f"Python {platform.python_version()}"]))
        return
    end_with_parent()
    listener = socket.create_server(("127.0.0.1", 0), backlog=4_096)
    config = uvicorn.Config(
        socketio.ASGIApp(make_server()),
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        log_level="warning",
        # uvicorn has pings of its own.
        **({} if has_default_pings else {"ws_ping_interval": HOUR}),
    )
    print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
    asyncio.Runner(loop_factory=config.get_loop_factory()).run(
        uvicorn.Server(config).serve(sockets=[listener])
    )


main()
