"""A stand-in of the Hugging Face hub's HTTP API on loopback: it is not the hub, and knows data sets alone.

What it answers: create a repository, validate a card's YAML, preupload (Parquet and tar files are LFS, all else
regular), LFS batch and upload, commit, tree, paths-info, refs, tag, and resolve (HEAD, GET, ranges). No Xet, no
accounts, no history: a revision is a mapping of paths to bytes, a commit's number its SHA-1.
"""

import asyncio
import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Tree = dict[str, bytes]


@dataclass
class Held:
    """What the stand-in holds, and what was asked of it."""

    commits: dict[str, Tree] = field(default_factory=dict)
    head: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    uploads: list[str] = field(default_factory=list)
    breaks_after: int = -1
    """So many uploads are taken, and each one after is answered 400; -1: all are taken."""
    url: str = ""

    def tree(self, revision: str) -> Tree | None:
        """Return what a revision holds."""
        sha = self.head if revision == "main" else self.tags.get(revision, revision)
        return self.commits.get(sha)

    def commit(self, tree: Tree) -> str:
        """Hold a tree as the newest commit."""
        told = json.dumps(
            [sorted((p, hashlib.sha1(b).hexdigest()) for p, b in tree.items()), self.head]
        )
        self.head = hashlib.sha1(told.encode()).hexdigest()
        self.commits[self.head] = tree
        return self.head


def _is_lfs(path: str) -> bool:
    return path.endswith((".parquet", ".tar"))


def _blob(body: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()


def _missing(what: str) -> web.Response:
    return web.json_response({"error": what}, status=404, headers={"X-Error-Code": what})


class _Api:
    def __init__(self, held: Held) -> None:
        self.held = held

    async def create(self, _: web.Request) -> web.Response:
        if self.held.head:
            return web.json_response({"url": f"{self.held.url}/datasets/owner/name"}, status=409)
        self.held.commit({".gitattributes": b"*.parquet filter=lfs\n"})
        return web.json_response({"url": f"{self.held.url}/datasets/owner/name"})

    async def yaml(self, _: web.Request) -> web.Response:
        return web.json_response({"errors": [], "warnings": []})

    async def preupload(self, request: web.Request) -> web.Response:
        tree = self.held.tree("main") or {}
        files = [
            {
                "path": one["path"],
                "uploadMode": "lfs" if _is_lfs(one["path"]) else "regular",
                "shouldIgnore": False,
                "oid": self._oid(tree, one["path"]),
            }
            for one in (await request.json())["files"]
        ]
        return web.json_response({"files": files})

    def _oid(self, tree: Tree, path: str) -> str | None:
        if path not in tree:
            return None
        return hashlib.sha256(tree[path]).hexdigest() if _is_lfs(path) else _blob(tree[path])

    async def batch(self, request: web.Request) -> web.Response:
        objects: list[dict[str, Any]] = []
        for one in json.loads(await request.text())["objects"]:
            answer = {"oid": one["oid"], "size": one["size"]}
            if one["oid"] not in self.held.objects:
                answer["actions"] = {"upload": {"href": f"{self.held.url}/lfs/{one['oid']}"}}
            objects.append(answer)
        return web.json_response({"transfer": "basic", "objects": objects})

    async def upload(self, request: web.Request) -> web.Response:
        oid, body = request.match_info["oid"], await request.read()
        if len(self.held.uploads) == self.held.breaks_after:
            return web.Response(status=400)
        assert hashlib.sha256(body).hexdigest() == oid
        self.held.objects[oid] = body
        self.held.uploads.append(oid)
        return web.Response()

    async def commit(self, request: web.Request) -> web.Response:
        tree = dict(self.held.tree("main") or {})
        for line in (await request.text()).splitlines():
            one = json.loads(line)
            value = one["value"]
            if one["key"] == "file":
                tree[value["path"]] = base64.b64decode(value["content"])
            elif one["key"] == "lfsFile":
                tree[value["path"]] = self.held.objects[value["oid"]]
            elif one["key"] == "deletedFile":
                del tree[value["path"]]
        sha = self.held.commit(tree)
        return web.json_response(
            {"commitUrl": f"{self.held.url}/datasets/owner/name/commit/{sha}", "commitOid": sha}
        )

    async def info(self, request: web.Request) -> web.Response:
        return web.json_response({"id": "o/n", "sha": self.held.head})

    async def files(self, request: web.Request) -> web.Response:
        tree = self.held.tree(request.match_info["revision"])
        if tree is None:
            return _missing("RevisionNotFound")
        return web.json_response(
            [
                {"type": "file", "path": p, "size": len(b), "oid": _blob(b)}
                for p, b in sorted(tree.items())
            ]
        )

    async def paths(self, request: web.Request) -> web.Response:
        tree = self.held.tree(request.match_info["revision"]) or {}
        wanted = (await request.post()).getall("paths", [])
        return web.json_response(
            [
                {"type": "file", "path": p, "size": len(tree[p]), "oid": _blob(tree[p])}
                for p in wanted
                if p in tree
            ]
        )

    async def refs(self, _: web.Request) -> web.Response:
        if not self.held.head:
            return _missing("RepoNotFound")
        tags = [
            {"name": t, "ref": f"refs/tags/{t}", "targetCommit": c}
            for t, c in self.held.tags.items()
        ]
        main = {"name": "main", "ref": "refs/heads/main", "targetCommit": self.held.head}
        return web.json_response({"branches": [main], "converts": [], "tags": tags})

    async def tag(self, request: web.Request) -> web.Response:
        name = (await request.json())["tag"]
        if name in self.held.tags:
            return web.json_response({"error": "there already"}, status=409)
        revision = request.match_info["revision"]
        self.held.tags[name] = self.held.head if revision == "main" else revision
        return web.json_response({})

    async def resolve(self, request: web.Request) -> web.StreamResponse:
        if not self.held.head:
            return _missing("RepoNotFound")
        revision, path = request.match_info["revision"], request.match_info["path"]
        tree = self.held.tree(revision)
        if tree is None or path not in tree:
            return _missing("RevisionNotFound" if tree is None else "EntryNotFound")
        body, sha = tree[path], self.held.tags.get(revision, self.held.head)
        headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()}"', "X-Repo-Commit": sha}
        if start := request.http_range.start:
            part = body[start:]
            span = f"bytes {start}-{len(body) - 1}/{len(body)}"
            return web.Response(body=part, status=206, headers=headers | {"Content-Range": span})
        return web.Response(body=body, headers=headers | {"Accept-Ranges": "bytes"})


def application(held: Held) -> web.Application:
    """Return the stand-in's routes."""
    api, app = _Api(held), web.Application(client_max_size=1 << 30)
    data = "/api/datasets/{owner}/{name}"
    app.router.add_post("/api/repos/create", api.create)
    app.router.add_post("/api/validate-yaml", api.yaml)
    app.router.add_post(f"{data}/preupload/{{revision}}", api.preupload)
    app.router.add_post("/datasets/{owner}/{repo}/info/lfs/objects/batch", api.batch)
    app.router.add_put("/lfs/{oid}", api.upload)
    app.router.add_post(f"{data}/commit/{{revision}}", api.commit)
    app.router.add_get(f"{data}/tree/{{revision}}", api.files)
    app.router.add_post(f"{data}/paths-info/{{revision}}", api.paths)
    app.router.add_get(f"{data}/refs", api.refs)
    app.router.add_post(f"{data}/tag/{{revision}}", api.tag)
    app.router.add_get(f"{data}/revision/{{revision}}", api.info)
    app.router.add_get(data, api.info)
    app.router.add_get("/datasets/{owner}/{name}/resolve/{revision}/{path:.+}", api.resolve)
    return app


@contextmanager
def served() -> Iterator[tuple[str, Held]]:
    """Serve the stand-in from a thread of its own while the block runs."""
    held, loop = Held(), asyncio.new_event_loop()
    runner = web.AppRunner(application(held))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def start() -> str:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    held.url = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield held.url, held
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
