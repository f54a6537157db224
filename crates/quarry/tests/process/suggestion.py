"""PyPI's acme2certifier as an authority over TLS: an ACME server that says when it suggests to renew (RFC 9773).

suggestion.py FOLDER PORT

FOLDER holds acme_srv.cfg, which names its own authority, and leaf.pem and leaf.key for its own server. Names are not proved: that is
tested against others; what counts here is what it says of certificates that it has given.
"""

import importlib.util
import os
import runpy
import ssl
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

folder, port = sys.argv[1], int(sys.argv[2])
os.environ["ACME_SRV_CONFIGFILE"] = os.path.join(folder, "acme_srv.cfg")
os.environ["ACME_SRV_DB_HANDLER"] = "wsgi"
os.environ["ACME2CERTIFIER_I_KNOW_THE_RISK"] = "1"
os.chdir(folder)

package = os.path.dirname(importlib.util.find_spec("acme2certifier").origin)
application = runpy.run_path(os.path.join(package, "share", "acme2certifier_wsgi.py"))["application"]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Silent(WSGIRequestHandler):
    def log_message(self, *_):
        pass


server = make_server("127.0.0.1", port, application, Server, Silent)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("leaf.pem", "leaf.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.base_environ["HTTPS"] = "on"
server.serve_forever()
