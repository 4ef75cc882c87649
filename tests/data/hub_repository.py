"""Makes copies of repositories as they lie on the Hugging Face hub, and a server here that gives them out."""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow
from PIL import Image
from pyarrow import parquet

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CARD = """---
license: mit
dataset_info:
  features:
  - name: text
    dtype: string
  - name: label
    dtype:
      class_label:
        names:
          '0': bad
          '1': good
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*
  - split: test
    path: data/test-*
---
# Films
"""


def texts(rows: int) -> dict[str, list[Any]]:
    said = [f"film number {row} is {'fine' if row % 2 else 'poor'}" for row in range(rows)]
    return {"text": said, "label": [row % 2 for row in range(rows)]}


def write_parquet(file: Path, columns: dict[str, Any], features: dict[str, Any] | None = None) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    table = pyarrow.table(columns)
    if features:
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    parquet.write_table(table, file, row_group_size=16)
    return file


def repository(folder: Path, rows: int = 40) -> Path:
    """Texts in Parquet: two shards for training, one for the test, with a card."""
    first, second = texts(rows), texts(rows)
    half = rows // 2
    write_parquet(folder / "data" / "train-00000-of-00002.parquet", {k: v[:half] for k, v in first.items()})
    write_parquet(folder / "data" / "train-00001-of-00002.parquet", {k: v[half:] for k, v in second.items()})
    write_parquet(folder / "data" / "test-00000-of-00001.parquet", texts(10))
    (folder / "README.md").write_text(CARD, encoding="utf-8")
    return folder


def pictures(folder: Path, rows: int = 30) -> Path:
    """Pictures inside of Parquet; the features lie in the file, there is no card."""
    found = []
    for row in range(rows):
        stream = io.BytesIO()
        Image.new("L", (8, 6), 200 if row % 2 else 20).save(stream, "PNG")
        found.append({"bytes": stream.getvalue(), "path": f"{row}.png"})
    columns = {"image": found, "label": [row % 2 for row in range(rows)]}
    features = {"image": {"_type": "Image"}, "label": {"_type": "ClassLabel", "names": ["dark", "light"]}}
    write_parquet(folder / "data" / "train-00000-of-00001.parquet", columns, features)
    return folder


def csv_repository(folder: Path, rows: int = 40) -> Path:
    """Two files named by their parts."""
    said, kinds = ("badly", "well"), ("bad", "good")
    folder.mkdir(parents=True, exist_ok=True)
    for split, count in (("train", rows), ("test", 10)):
        lines = [f'"film {row}, said {said[row % 2]}",{kinds[row % 2]}' for row in range(count)]
        (folder / f"{split}.csv").write_text("\n".join(["text,label", *lines]) + "\n", encoding="utf-8")
    return folder


@contextmanager
def hub_server(repositories: dict[str, Path], asked: list[str] | None = None) -> Iterator[str]:
    """A server that answers as the hub does for data sets; gives its address.

    Args:
        repositories: ``owner/name`` → its files.
        asked: Gets each request.
    """

    class Answers(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self, body: bool) -> None:
            path = self.path.partition("?")[0]
            if asked is not None:
                asked.append(f"{self.command} {path}")
            for name, folder in repositories.items():
                if path.startswith(f"/api/datasets/{name}"):
                    files = sorted(each for each in folder.rglob("*") if each.is_file())
                    siblings = [
                        {"rfilename": each.relative_to(folder).as_posix(), "size": each.stat().st_size, "blobId": "0"}
                        for each in files
                    ]
                    content = json.dumps({"id": name, "sha": COMMIT, "siblings": siblings, "tags": []}).encode()
                    return self._send(content, body, "application/json")
                begin = f"/datasets/{name}/resolve/{COMMIT}/"
                if path.startswith(begin) and (folder / path.removeprefix(begin)).is_file():
                    return self._send((folder / path.removeprefix(begin)).read_bytes(), body)
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None

        def _send(self, content: bytes, body: bool, kind: str = "application/octet-stream") -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.end_headers()
            if body:
                self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
