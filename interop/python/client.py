"""Clients of python-socketio, driven by ../matrix/python.mjs: a JSON text on each line, bytes as {"$bytes": base64}."""

import asyncio
import base64
import json
import sys

import socketio
from engineio.payload import Payload

# Otherwise it takes no more than 16 packets in one answer to a poll.
Payload.max_decode_packets = 1000


def readable(value):
    """The value with bytes in place of what stands for them."""
    if isinstance(value, dict):
        if "$bytes" in value:
            return base64.b64decode(value["$bytes"])
        return {key: readable(item) for key, item in value.items()}
    return [readable(item) for item in value] if isinstance(value, list) else value


def writable(value):
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {key: writable(item) for key, item in value.items()}
    return [writable(item) for item in value] if isinstance(value, (list, tuple)) else value


def tell(**line):
    print(json.dumps(writable(line)), flush=True)


class Client:
    def __init__(self, number, namespaces):
        self.number = number
        self.namespaces = namespaces
        self.io = socketio.AsyncClient(reconnection_delay=0.05, reconnection_delay_max=0.2, randomization_factor=0.02)
        for namespace in namespaces:
            self.listen(namespace)

    def listen(self, namespace):
        async def on_connect():
            self.tell(namespace, connected={"id": self.io.get_sid(namespace), "transport": self.io.transport()})

        async def on_disconnect(reason):
            self.tell(namespace, ended=reason)

        async def on_refusal(told=None):
            self.tell(namespace, refused=told)

        async def on_event(event, *args):
            self.tell(namespace, event=event, args=args)
            return args if event == "question" else None

        self.io.on("connect", on_connect, namespace=namespace)
        self.io.on("disconnect", on_disconnect, namespace=namespace)
        self.io.on("connect_error", on_refusal, namespace=namespace)
        self.io.on("*", on_event, namespace=namespace)

    def tell(self, namespace, **line):
        tell(client=self.number, namespace=namespace, **line)

    async def connect(self, url, transports, auth, persistent):
        self.io.reconnection = persistent
        await self.io.connect(url, transports=transports, auth=auth, namespaces=self.namespaces, wait_timeout=5)

    async def emit(self, namespace, event, args):
        await self.io.emit(event, tuple(args), namespace=namespace)

    async def ask(self, namespace, event, args):
        answer = asyncio.get_running_loop().create_future()
        await self.io.emit(event, tuple(args), namespace=namespace, callback=lambda *given: answer.set_result(given))
        return await answer

    async def send_message(self, text):
        await self.io.eio.send(text)

    async def disconnect(self):
        await self.io.disconnect()

    async def close_connection(self):
        await self.io.eio.disconnect()

    async def stop(self):
        await self.io.shutdown()


async def obey(client, command, options, reply):
    try:
        tell(reply=reply, value=await getattr(client, command)(**options))
    except Exception as error:
        tell(reply=reply, error=f"{type(error).__name__}: {error}")


def report(loop, context):
    # After a connection that failed, python-engineio leaves its session to the garbage collector.
    if not context["message"].startswith("Unclosed"):
        loop.default_exception_handler(context)


async def main():
    asyncio.get_running_loop().set_exception_handler(report)
    clients = {}
    tasks = set()
    reader = asyncio.StreamReader(limit=2**24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        order = readable(json.loads(line))
        number = order["client"]
        if number not in clients:
            clients[number] = Client(number, order["namespaces"])
        task = asyncio.create_task(obey(clients[number], order["command"], order["options"], order["reply"]))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


asyncio.run(main())
