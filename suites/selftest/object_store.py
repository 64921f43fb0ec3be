"""A store of objects that speaks as much of S3 as reading needs: listing, heads, and ranges of objects."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


@contextmanager
def stored(bucket: str, objects: Mapping[str, bytes]) -> Iterator[str]:
    """Serves objects over loopback; gives the address of the store."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._object(body=False)

        def do_GET(self) -> None:
            if "list-type" in parse_qs(urlsplit(self.path).query, keep_blank_values=True):
                self._listing()
            else:
                self._object(body=True)

        def _listing(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            prefix, delimiter = asked.get("prefix", [""])[0], asked.get("delimiter", [""])[0]
            found, folders = "", set()
            for name, content in objects.items():
                rest = name.removeprefix(prefix)
                if name.startswith(prefix) and delimiter and delimiter in rest:
                    folders.add(prefix + rest.partition(delimiter)[0] + delimiter)
                elif name.startswith(prefix):
                    found += f"<Contents><Key>{escape(name)}</Key><Size>{len(content)}</Size></Contents>"
            found += "".join(f"<CommonPrefixes><Prefix>{escape(f)}</Prefix></CommonPrefixes>" for f in sorted(folders))
            head = f"<Name>{bucket}</Name><IsTruncated>false</IsTruncated>"
            self._answer(200, f"<ListBucketResult>{head}{found}</ListBucketResult>".encode(), {})

        def _object(self, *, body: bool) -> None:
            content = objects.get(unquote(urlsplit(self.path).path).removeprefix(f"/{bucket}/"))
            if content is None:
                self._answer(404, b"", {})
                return
            first, _, last = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
            part = content[int(first) : int(last) + 1 if last else None]
            ranged = {"Content-Range": f"bytes {first}-{int(first) + len(part) - 1}/{len(content)}"}
            self._answer(206 if "Range" in self.headers else 200, part, ranged, body=body)

        def _answer(self, status: int, content: bytes, headers: dict[str, str], *, body: bool = True) -> None:
            self.send_response(status)
            kept = {
                "Content-Length": str(len(content)),
                "ETag": '"x"',
                "Last-Modified": "Wed, 01 Jan 2025 00:00:00 GMT",
            }
            for name, value in {**kept, **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
