"""Indexes lines of [path, title, body] from the standard input, or asks the queries that come there, one a line."""

import json
import sqlite3
import sys
import time

act, file = sys.argv[1:]
database = sqlite3.connect(file)
if act == "index":
    database.execute("create virtual table pages using fts5(path unindexed, title, body, tokenize = 'trigram')")
    database.executemany("insert into pages values (?, ?, ?)", map(json.loads, sys.stdin))
    database.commit()
else:
    sql = """select path, title, snippet(pages, 2, '<mark>', '</mark>', '…', 24) from pages
             where pages match ? order by rank limit 10"""
    for line in sys.stdin:
        words = json.loads(line)
        begin = time.perf_counter()
        hits = len(database.execute(sql, (words,)).fetchall())
        print(1000 * (time.perf_counter() - begin), hits)
