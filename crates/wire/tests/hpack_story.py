"""HPACK by Python's hpack: writes stories for us to read, and reads ours.

hpack_story.py write SEED COUNT    stories of blocks, with the lines that they say
hpack_story.py read                the stories on stdin, with the lines that it finds in each block

A story is text, in the manner of hpack-test-case:

new                    a connection begins
size 100               from here on the table may hold so much
block 3f45828684       a field block
  :method = GET        a line of it; bytes beyond ASCII are escaped
  ! cookie = a         one that must never be put into a table
"""

import random
import sys

from hpack import Decoder, Encoder, NeverIndexedHeaderTuple

NAMES = [
    ":method", ":scheme", ":path", ":authority", ":status", "accept", "accept-encoding", "authorization", "cache-control",
    "content-length", "content-type", "cookie", "date", "etag", "if-none-match", "range", "set-cookie", "user-agent", "vary", "x-other",
]
VALUES = ["", "GET", "/", "https", "200", "404", "gzip, deflate", "text/html; charset=utf-8", "no-cache", "a", "bytes=0-99"]


def escaped(text):
    plain = {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 39: "\\'", 92: "\\\\"}
    return "".join(plain.get(byte, chr(byte) if 32 <= byte < 127 else "\\x%02x" % byte) for byte in text)


def told(name, value, is_secret):
    return "  %s%s = %s" % ("! " if is_secret else "", escaped(name), escaped(value))


def write(seed):
    chance, encoder = random.Random(seed), Encoder()
    print("new")
    for _ in range(24):
        if chance.random() < 0.25:
            encoder.header_table_size = chance.choice([0, 64, 100, 256, 1000, 4096])
            print("size %d" % encoder.header_table_size)
        lines = []
        for _ in range(chance.randrange(12)):
            value = chance.choice(VALUES).encode()
            if chance.random() < 0.3:
                value = bytes(chance.randrange(256) for _ in range(chance.randrange(60)))
            lines.append((chance.choice(NAMES).encode(), value, chance.random() < 0.15))
        print("block %s" % encoder.encode(lines, huffman=chance.random() < 0.7).hex())
        for name, value, _ in lines:
            print(told(name, value, False))


def read():
    decoder = Decoder()
    for line in sys.stdin:
        word, _, value = line.rstrip("\n").partition(" ")
        if word == "new":
            decoder = Decoder()
            print(line, end="")
        elif word == "size":
            decoder.max_allowed_table_size = int(value)
        elif word == "block":
            print(line, end="")
            for header in decoder.decode(bytes.fromhex(value), raw=True):
                print(told(*header, isinstance(header, NeverIndexedHeaderTuple)))


if sys.argv[1] == "write":
    for at in range(int(sys.argv[3])):
        write(int(sys.argv[2]) + at)
else:
    read()
