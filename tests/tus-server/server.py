# A third-party tus server that verifies checksums and puts uploads together, on a loopback port. Prints its endpoint, keeps the
# files in the directory it is given, offers the algorithms it is given, and ends with its standard input.
import os
import sys
import threading
from http.server import ThreadingHTTPServer

from resumable_upload.server import TusHTTPRequestHandler, TusServer
from resumable_upload.storage import SQLiteStorage

directory, algorithms = sys.argv[1:]
# The database is elsewhere, so that the directory has uploads and nothing else.
os.makedirs(f"{directory}/files")
storage = SQLiteStorage(f"{directory}/uploads.db", f"{directory}/files")


class Handler(TusHTTPRequestHandler):
    tus_server = TusServer(storage=storage, base_path="/files", checksum_algorithms=tuple(algorithms.split(",")))


class Listening(ThreadingHTTPServer):
    # The handler keeps track of idle connections here.
    idle_connections = set()
    closing = False


listening = Listening(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{listening.server_port}/files", flush=True)
threading.Thread(target=listening.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)
