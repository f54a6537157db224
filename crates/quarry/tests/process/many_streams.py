"""A client of HTTP/2 that is not ours: python's h2, which holds a server to every rule it knows.

many_streams.py PORT SEED FOLDER [CA]: asks for files of FOLDER on many streams at a time; reads slowly or fast, gives small
windows or large ones, resets some, pings, changes its settings on the way, all by SEED. What it gets must be the file, to the
byte; whatever h2 finds wrong ends it. With CA it speaks by TLS.
"""

import os
import random
import socket
import ssl
import sys

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings

PORT, SEED, FOLDER = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
CHANCE = random.Random(SEED)
FILES = sorted(name for name in os.listdir(FOLDER) if os.path.isfile(os.path.join(FOLDER, name)))
REQUESTS = 60


class Stream:
    def __init__(self, name, method, span):
        self.name, self.method, self.span = name, method, span
        self.status, self.fields, self.content = None, {}, b""

    def check(self):
        with open(os.path.join(FOLDER, self.name), "rb") as file:
            whole = file.read()
        expected, status = whole, "200"
        if self.span:
            first, last = self.span
            expected, status = whole[first : last + 1], "206"
        length = str(len(expected))
        if self.method == "HEAD":
            # RFC 9110 section 14.2: a range is of a GET alone.
            expected, status, length = b"", "200", str(len(whole))
        assert self.status == status, (self.name, self.status, status)
        assert self.fields["content-length"] == length, (self.name, self.fields)
        assert self.content == expected, (self.name, len(self.content), len(expected))


def connect():
    plain = socket.create_connection(("127.0.0.1", PORT), timeout=30)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if len(sys.argv) < 5:
        return plain
    context = ssl.create_default_context(cafile=sys.argv[4])
    context.set_alpn_protocols(["h2"])
    secured = context.wrap_socket(plain, server_hostname="localhost")
    assert secured.selected_alpn_protocol() == "h2"
    return secured


def main():
    link = connect()
    wire = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
    names = h2.settings.SettingCodes
    wire.local_settings = h2.settings.Settings(
        initial_values={
            names.INITIAL_WINDOW_SIZE: CHANCE.choice([1000, 5000, 65535, 1 << 20]),
            names.MAX_FRAME_SIZE: CHANCE.choice([16384, 20000, 1 << 20]),
            names.HEADER_TABLE_SIZE: CHANCE.choice([0, 100, 4096, 65536]),
            names.ENABLE_PUSH: 0,
            names.MAX_HEADER_LIST_SIZE: 65536,
        }
    )
    wire.initiate_connection()
    streams, left, pings = {}, REQUESTS, 0
    # h2 takes the first acknowledgement for one of what was changed last: changes have to wait for it.
    is_settled = False
    piece = CHANCE.choice([700, 8000, 65536])
    while left or streams:
        while left and len(streams) < CHANCE.choice([1, 4, 20]):
            left -= 1
            name, method = CHANCE.choice(FILES), CHANCE.choice(["GET", "GET", "GET", "HEAD"])
            size = os.path.getsize(os.path.join(FOLDER, name))
            span = None
            fields = [
                (":method", method),
                (":scheme", "https" if len(sys.argv) > 4 else "http"),
                (":authority", "localhost"),
                (":path", "/" + name),
                ("user-agent", "python"),
                ("x-%d" % CHANCE.randrange(40), "v" * CHANCE.randrange(60)),
            ]
            if size > 10 and CHANCE.random() < 0.3:
                first = CHANCE.randrange(size - 1)
                span = (first, CHANCE.randrange(first, size - 1))
                fields.append(("range", "bytes=%d-%d" % span))
            if CHANCE.random() < 0.2:
                fields.append(("priority", CHANCE.choice(["u=0", "u=7, i", "i"])))
            number = wire.get_next_available_stream_id()
            wire.send_headers(number, fields, end_stream=True)
            streams[number] = Stream(name, method, span)
        if CHANCE.random() < 0.05:
            wire.ping(b"quarry%02d" % pings)
            pings = (pings + 1) % 100
        if is_settled and CHANCE.random() < 0.03:
            wire.update_settings({names.INITIAL_WINDOW_SIZE: CHANCE.choice([0, 1000, 70000])})
            is_settled = False
        if CHANCE.random() < 0.03 and streams:
            number = CHANCE.choice(list(streams))
            wire.reset_stream(number, h2.errors.ErrorCodes.CANCEL)
            del streams[number]
        if is_settled and wire.local_settings.initial_window_size == 0 and CHANCE.random() < 0.5:
            wire.update_settings({names.INITIAL_WINDOW_SIZE: 65535})
            is_settled = False
        link.sendall(wire.data_to_send())
        if not streams:
            continue
        # What has a window of nothing waits for ever: it is opened by hand.
        for number in streams:
            if CHANCE.random() < 0.02:
                wire.increment_flow_control_window(CHANCE.choice([1, 5000, 40000]), number)
        link.sendall(wire.data_to_send())
        link.settimeout(0.02)
        try:
            received = link.recv(piece)
        except (socket.timeout, ssl.SSLWantReadError):
            for number in streams:
                wire.increment_flow_control_window(20000, number)
            wire.increment_flow_control_window(20000)
            link.settimeout(30)
            link.sendall(wire.data_to_send())
            continue
        link.settimeout(30)
        assert received, "the server has ended the connection"
        for event in wire.receive_data(received):
            stream = streams.get(getattr(event, "stream_id", None))
            if isinstance(event, h2.events.ConnectionTerminated):
                raise AssertionError("GOAWAY %s" % event.error_code)
            if isinstance(event, h2.events.SettingsAcknowledged):
                is_settled = True
            if isinstance(event, h2.events.DataReceived) and event.flow_controlled_length:
                # Also of what was reset, for it counts on the connection.
                try:
                    wire.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                except h2.exceptions.StreamClosedError:
                    pass
            if stream is None:
                continue
            if isinstance(event, h2.events.ResponseReceived):
                stream.fields = dict(event.headers)
                stream.status = stream.fields[":status"]
            elif isinstance(event, h2.events.DataReceived):
                stream.content += event.data
            elif isinstance(event, h2.events.StreamReset):
                raise AssertionError("stream %d is reset: %s" % (event.stream_id, event.error_code))
            elif isinstance(event, h2.events.StreamEnded):
                streams.pop(event.stream_id).check()
    wire.close_connection()
    link.sendall(wire.data_to_send())
    print("done")


main()
