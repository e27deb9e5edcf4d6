"""A learner's way to a real hub: cookies for the login form, then a token of their own."""

from __future__ import annotations

import json
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, WebSocketError, websocket_connect

from tests.hub.learner import Channel, Refused

AsyncHTTPClient.configure(None, max_clients=1000)  # ten at a time, else: a room would wait for itself

PATIENCE = 300.0
"""Seconds for one request. Learners give up earlier where they would (learner.py)."""


class HubWire:
    """One learner's way to the hub at `url`, which ends without a slash."""

    def __init__(self, url: str, name: str, password: str) -> None:
        self.name = name
        self._url, self._password = url, password
        self._cookies: dict[str, str] = {}
        self._token = ""

    async def log_in(self) -> None:
        """Log in by the form, as a browser does, and take a token for what follows."""
        await self._fetch("GET", "/hub/login")
        form = {"username": self.name, "password": self._password, "_xsrf": self._cookies.get("_xsrf", "")}
        answer = await self._fetch("POST", "/hub/login", urlencode(form))
        if "jupyterhub-session-id" not in self._cookies or answer.code != 302:
            raise Refused(f"the hub let {self.name} not in: {answer.code}")
        await self._fetch("GET", "/hub/home")  # sets the cookie against forged requests anew, for who is logged in
        token = await self.ask("POST", f"/hub/api/users/{self.name}/tokens", {"note": "workshop/hub/try"})
        self._token = token["token"]

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return the answer, read as JSON, or None if it is empty."""
        text = json.dumps(body) if body is not None else "" if method == "POST" else None
        answer = await self._fetch(method, path, text, "application/json")
        if answer.code >= 400:
            raise Refused(f"{method} {path}: {answer.code} {answer.reason}")
        return json.loads(answer.body) if answer.body else None

    async def listen(self, path: str) -> Channel:
        """Open a websocket."""
        address = self._url.replace("http", "ws", 1) + path
        request = HTTPRequest(address, headers=self._headers(), connect_timeout=PATIENCE, request_timeout=PATIENCE)
        try:
            return HubChannel(await websocket_connect(request, max_message_size=2**27))
        except (HTTPClientError, WebSocketError, OSError) as problem:
            raise Refused(f"{path}: {problem}") from None

    async def _fetch(
        self, method: str, path: str, body: str | None = None, kind: str = "application/x-www-form-urlencoded"
    ) -> HTTPResponse:
        request = HTTPRequest(
            self._url + path,
            method,
            headers=self._headers() | {"Content-Type": kind},
            body=body,
            follow_redirects=False,
            connect_timeout=PATIENCE,
            request_timeout=PATIENCE,
        )
        answer = await AsyncHTTPClient().fetch(request, raise_error=False)
        for line in answer.headers.get_list("Set-Cookie"):
            self._cookies |= {key: cookie.value for key, cookie in SimpleCookie(line).items()}
        return answer

    def _headers(self) -> dict[str, str]:
        if self._token:
            return {"Authorization": f"token {self._token}"}
        cookies = "; ".join(f"{key}={value}" for key, value in self._cookies.items())
        return {"Cookie": cookies, "X-XSRFToken": self._cookies.get("_xsrf", "")}


class HubChannel:
    """A kernel's websocket, in the form in which each message is a JSON text."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self._socket = socket

    async def send(self, message: dict[str, Any]) -> None:
        """Send one message."""
        try:
            await self._socket.write_message(json.dumps(message))
        except WebSocketClosedError:
            raise Refused("the kernel's line was closed") from None

    async def receive(self) -> dict[str, Any]:
        """Return the next message; one with pictures' bytes carries nothing that learners wait for."""
        while isinstance(message := await self._socket.read_message(), bytes):
            pass
        if message is None:
            raise Refused("the kernel's line was closed")
        content: dict[str, Any] = json.loads(message)
        return content
