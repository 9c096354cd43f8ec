"""yaml-language-server over its standard streams: the questions that an editor asks."""

import json
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

PROGRAM = Path(__file__).parent / "editor" / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
NODE = shutil.which("node")

Position = dict[str, int]


class LanguageServer:
    """One server. `settings` are those of the section `yaml` in an editor's settings."""

    def __init__(self, settings: dict[str, Any], root: Path) -> None:
        self._settings, self._last, self.said = settings, 0, dict[str, list[dict[str, Any]]]()
        self._process = subprocess.Popen(
            [str(NODE), str(PROGRAM), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        can = {"hover": {"contentFormat": ["markdown"]}, "completion": {"completionItem": {"snippetSupport": True}}}
        folders = [{"uri": root.as_uri(), "name": "root"}]
        capabilities = {"textDocument": can, "workspace": {"configuration": True, "workspaceFolders": True}}
        self.ask("initialize", processId=None, rootUri=root.as_uri(), workspaceFolders=folders, capabilities=capabilities)
        self.tell("initialized")
        self.tell("workspace/didChangeConfiguration", settings={"yaml": settings})
        while self._answered(self._read()).get("method") != "workspace/configuration":
            pass  # before it has asked for them, it knows of no schema

    def __enter__(self) -> "LanguageServer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.terminate()
        self._process.communicate(timeout=20)

    def open(self, uri: str, text: str) -> None:
        """Open a document."""
        self.tell("textDocument/didOpen", textDocument={"uri": uri, "languageId": "yaml", "version": 1, "text": text})

    def hover(self, uri: str, position: Position) -> str:
        """What is shown where the mouse rests."""
        found = self.ask("textDocument/hover", textDocument={"uri": uri}, position=position)
        return str(found["contents"]["value"]) if found else ""

    def completion(self, uri: str, position: Position) -> dict[str, dict[str, Any]]:
        """What is offered, by its label."""
        found = self.ask("textDocument/completion", textDocument={"uri": uri}, position=position)
        return {item["label"]: item for item in found["items"]}

    def problems(self, uri: str) -> list[str]:
        """What is underlined, as soon as the server has said it."""
        while uri not in self.said:
            self._answered(self._read())
        return [problem["message"] for problem in self.said[uri]]

    def ask(self, method: str, **params: Any) -> Any:
        """A question and its answer; what the server asks meanwhile is answered."""
        self._last += 1
        self._write({"id": self._last, "method": method, "params": params})
        while (message := self._answered(self._read())).get("id") != self._last or "method" in message:
            pass
        return message.get("result")

    def tell(self, method: str, **params: Any) -> None:
        """What has no answer."""
        self._write({"method": method, "params": params})

    def _answered(self, message: dict[str, Any]) -> dict[str, Any]:
        if message.get("method") == "textDocument/publishDiagnostics":
            self.said[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif message.get("method") == "workspace/configuration":
            asked = [item.get("section") for item in message["params"]["items"]]
            self._write({"id": message["id"], "result": [self._settings if name == "yaml" else {} for name in asked]})
        elif "method" in message and "id" in message:
            self._write({"id": message["id"], "result": None})
        return message

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.decode().partition(":")
            length = int(value) if name.lower() == "content-length" else length
        if not length:
            raise EOFError("the language server has gone")
        return dict(json.loads(self._process.stdout.read(length)))
