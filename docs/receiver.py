"""A receiver of Dafu's webhooks, standard library only. Put services/api/webhooks/verify.py beside it, then:

    DAFU_WEBHOOK_SECRET=whsec_… python receiver.py 9000

It verifies, drops what it has seen, answers the challenge of a new subscription, and prints everything else. Ids are
kept in seen.sqlite in the current folder: a message that comes again after a restart is dropped too.
"""

import json
import os
import sqlite3
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from verify import verify

SECRET = os.environ["DAFU_WEBHOOK_SECRET"]
LARGEST = 256 * 1024  # bytes; no message is larger

seen = sqlite3.connect("seen.sqlite", check_same_thread=False)
seen.execute("create table if not exists seen (id text primary key)")
one_at_a_time = threading.Lock()


def handle(event):
    """Your work. Where it raises, the message counts as not received and is sent again later."""
    print(event["type"], event["subject"], json.dumps(event["data"], ensure_ascii=False), flush=True)


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept from one message to the next
    timeout = 30  # seconds a caller may keep silent

    def do_POST(self):
        length = self.headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()) or len(length) > 9 or int(length) > LARGEST:
            self.close_connection = True
            return self.answer(413)
        body = self.rfile.read(int(length))
        if not verify(SECRET, self.headers, body, int(time.time())):
            return self.answer(401)
        event = json.loads(body)
        if event["type"] == "subscription.challenge":
            return self.answer(200, event["data"]["challenge"].encode())
        try:
            with one_at_a_time, seen:  # the id is kept only if handle() comes to its end
                if seen.execute("insert or ignore into seen values (?)", [self.headers["webhook-id"]]).rowcount:
                    handle(event)
        except Exception as error:
            self.log_error("not handled: %r", error)
            return self.answer(500)
        return self.answer(204)

    def answer(self, status, body=b""):
        self.send_response(status)
        if status != 204:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
    print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
