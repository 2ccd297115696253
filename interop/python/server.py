"""A part of the contract of ../CONTRACT.md, kept by the server of python-socketio: what ../client/matrix.test.mjs needs."""

import asyncio
import os
import sys
import threading

import socketio
from aiohttp import web
from engineio.payload import Payload

# Otherwise it takes no more than 16 packets in one POST.
Payload.max_decode_packets = 1000

io = socketio.AsyncServer(
    async_mode="aiohttp",
    ping_interval=int(os.environ.get("PING_INTERVAL", "300")) / 1000,
    ping_timeout=int(os.environ.get("PING_TIMEOUT", "200")) / 1000,
    max_http_buffer_size=int(os.environ.get("MAX_PAYLOAD", "1000000")),
)

# Its names for the reasons are others than Node's.
REASONS = {
    "client disconnect": "client namespace disconnect",
    "server disconnect": "server namespace disconnect",
}


def refuse(auth):
    if (auth or {}).get("token") != "secret":
        raise socketio.exceptions.ConnectionRefusedError("not authorised", {"code": 401})


class Namespace(socketio.AsyncNamespace):
    async def on_connect(self, sid, environ, auth):
        if self.namespace == "/auth":
            refuse(auth)
        await self.emit("auth", auth or {}, room=sid)

    async def on_disconnect(self, sid, reason):
        print(f"disconnect {sid} {REASONS.get(reason, reason)}", flush=True)

    async def trigger_event(self, event, *args):
        if event in EVENTS:
            return await EVENTS[event](self, *args)
        return await super().trigger_event(event, *args)


async def message(self, sid, *args):
    await self.emit("message-back", args, room=sid)


async def message_with_ack(self, sid, *args):
    return args


async def count_to(self, sid, n):
    for i in range(n):
        await self.emit("number", i, room=sid)


async def ask_me(self, sid, ms, *args):
    try:
        answer = await self.server.call("question", args, sid=sid, namespace=self.namespace, timeout=ms / 1000)
    except socketio.exceptions.TimeoutError:
        return await self.emit("answer-timeout", room=sid)
    answer = () if answer is None else tuple(answer) if isinstance(answer, (list, tuple)) else (answer,)
    await self.emit("answer", answer, room=sid)


async def send(self, sid, target, event, args):
    skipped = None if target.get("sender") else sid
    await self.emit(event, tuple(args), room=target.get("rooms"), skip_sid=skipped)
    return ()


async def disconnect_me(self, sid, close):
    await self.disconnect(sid)


EVENTS = {
    "message": message,
    "message-with-ack": message_with_ack,
    "count-to": count_to,
    "ask-me": ask_me,
    "send": send,
    "disconnect-me": disconnect_me,
}

for name in ["/", "/custom", "/rooms", "/auth"]:
    io.register_namespace(Namespace(name))


def exit_with_input():
    sys.stdin.read()
    os._exit(0)


async def main():
    threading.Thread(target=exit_with_input, daemon=True).start()
    app = web.Application()
    io.attach(app)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", int(os.environ.get("PORT", "0")), reuse_address=True)
    await site.start()
    host, port = site._server.sockets[0].getsockname()[:2]
    print(f"listening on {host}:{port}", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
