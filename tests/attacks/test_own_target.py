"""A model of somebody's own, whatever it does: it can't reach this process, and its fault is told in one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from threatlab.attacks.own import OwnProcess, TargetError, kind_of
from threatlab.attacks.own.caller import Caller
from threatlab.attacks.own.serve import LARGEST, _listed, callable_of, endpoint, loopback
from threatlab.errors import ThreatLabError

MODEL = '''
import os, sys, time
import numpy as np
from pathlib import Path

print("a module that prints")

class Box:
    def ask(self, records):
        return records[:, 0] > 0

box, number = Box(), 7

def any_of(records):
    """Does what the first number says."""
    what = int(records[0, 0])
    if what == 0:
        print("chatter", file=sys.stderr); sys.stdout.write("x" * 100_000); os.write(1, b"y" * 100_000)
        return ["a"] * len(records)
    if what == 1:
        raise KeyError("a fault\\nin two lines")
    if what == 2:
        sys.exit(3)
    if what == 3:
        return "text"
    if what == 4:
        return {"labels": [1]}
    if what == 5:
        return [object()]
    if what == 6:
        if os.fork() == 0:
            return [1]  # the copy comes back, too
        time.sleep(0.1)
        return [2]
    if what == 7:
        return np.array([[0.25, 0.75]], dtype=np.float32)
    if what == 8:
        sys.stdin.read(); sys.path.clear(); os.environ.clear(); os.chdir("/")
        return (np.int8(4),)
    if what == 9:
        def again(): again()
        again()
    if what == 10:
        return None

def dies(records):
    os._exit(4)

def hangs(records):
    child = os.fork()
    if child:
        Path("child").write_text(str(child))
    time.sleep(60)

def garbage(records):
    for fd in range(3, 12):
        try:
            os.write(fd, b"\\x00" * 7 + b"\\x05hello")
        except OSError:
            pass
    time.sleep(1)
    return [1] * len(records)
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("model.py").write_text(MODEL)
    return tmp_path


def rows(*first):
    return np.array([[each, 0.0] for each in first])


FAULTS = [
    (1, "failed: KeyError: 'a fault.*nin two lines'"),
    (2, r"failed: it called exit \(3\)"),
    (3, "it returned str; return a label"),
    (4, "it returned dict; return a label"),
    (5, "it returned object where a label"),
    (9, "failed: RecursionError"),
    (10, "it returned NoneType; return a label"),
]


def test_a_model_prints_fails_exits_forks_and_is_asked_again(folder):
    environment, path, here = dict(os.environ), list(sys.path), Path.cwd()
    with OwnProcess("model:any_of") as model:
        assert model.ask(rows(0, 1, 2)) == ["a", "a", "a"]
        for what, said in FAULTS:
            with pytest.raises(TargetError, match=said) as told:
                model.ask(rows(what))
            assert "\n" not in str(told.value)
            assert "'model:any_of'" in str(told.value)
        assert model.ask(rows(7)) == [[0.25, 0.75]]
        assert model.ask(rows(6)) == [2]
        assert model.ask(rows(0)) == ["a"], "the copy said nothing"
        assert model.ask(rows(8)) == [4]
        assert model.ask(rows(7)) == [[0.25, 0.75]]
    assert (dict(os.environ), sys.path, Path.cwd()) == (environment, path, here)
    assert "model" not in sys.modules


def test_a_method_of_an_object_is_asked_too(folder):
    with OwnProcess("model:box.ask") as model:
        assert model.ask(rows(1, -1)) == [True, False]


def wait_for_the_end_of(process):
    status, deadline = Path(f"/proc/{process.strip()}/stat"), time.monotonic() + 30
    while status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("answer", "listed"),
    [
        (pd.DataFrame({"no": [0.25, 1.0], "yes": [0.75, 0.0]}, index=[7, 7]), [[0.25, 0.75], [1.0, 0.0]]),
        (pd.Series(["no", None], index=[7, 3], dtype=object), ["no", None]),
        (pd.Categorical(["yes", "no"]), ["yes", "no"]),
        ((each for each in (np.int8(1), 2.0)), [1, 2.0]),
    ],
)
def test_an_answer_is_read_in_any_form_that_models_give(answer, listed):
    assert _listed(answer) == listed


DEADLY = [
    ("model:dies", r"ended its process \(exit code 4\)"),
    ("model:hangs", "did not answer 1 records within 0.5 seconds, and was stopped"),
    ("model:garbage", "sent something that is no answer"),
]


@pytest.mark.parametrize(("target", "said"), DEADLY)
def test_a_model_that_dies_hangs_or_lies_is_ended_and_told(target, said, folder):
    with OwnProcess(target, 0.5 if "hangs" in target else 30.0) as model, pytest.raises(TargetError, match=said):
        model.ask(rows(1))
    if "hangs" in target:
        wait_for_the_end_of(Path("child").read_text())  # of what it began, too


def test_a_target_that_is_not_there_is_told_before_anything_is_asked(folder, monkeypatch):
    Path("exits.py").write_text("raise SystemExit('at once')")
    with pytest.raises(TargetError, match=r"it called exit \(at once\)"):
        OwnProcess("exits:f")
    monkeypatch.setattr(sys, "path", list(sys.path))
    for target, said in (
        ("json:nothing", "'json' has no 'nothing'"),
        ("json:decoder.nothing", "'json' has no 'decoder.nothing'"),
        ("json:__name__", "'__name__' is str, which can't be called"),
    ):
        with pytest.raises(ThreatLabError, match=said):
            callable_of(target)
    with pytest.raises(ThreatLabError, match="there is no module 'modle' in this folder"):
        callable_of("modle:any_of")
    Path("needs.py").write_text("import modle")
    with pytest.raises(ModuleNotFoundError, match="modle"):
        callable_of("needs:f")


NO_TARGETS = [
    "",
    "model",
    "model.py",
    "model:",
    ":f",
    "a b:f",
    "model:f()",
    "model:f; import os",
    "1:2",
    "m:f\n",
    "../m:f",
]


@pytest.mark.parametrize("target", NO_TARGETS)
def test_what_names_no_target_is_refused_in_a_sentence(target):
    with pytest.raises(ThreatLabError, match="is neither module:function"):
        kind_of(target)


def test_a_browser_is_told_what_it_lacks(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    with pytest.raises(ThreatLabError, match="a browser has no processes"):
        OwnProcess("model:f")


def test_a_model_ends_with_the_process_that_asked_it(folder):
    """However that ended: here it is killed."""
    program = (
        "import os, sys, numpy as np; from threatlab.attacks.own import OwnProcess; p = OwnProcess('model:hangs');"
        "print(p._python.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False).stdout
    wait_for_the_end_of(said)


# --- endpoints --------------------------------------------------------------------------------------------------------


class Server(BaseHTTPRequestHandler):
    """An endpoint whose path says how it behaves."""

    seen: ClassVar[list] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Server.seen.append((self.path, self.headers["Host"], json.loads(body)))
        rows = json.loads(body)["instances"]
        way = self.path.strip("/").partition("?")[0]
        status, text = 200, json.dumps({"predictions": [int(row[0] > 0) for row in rows]})
        if way == "hangs":
            time.sleep(3)
        elif way == "drips":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            for _ in range(30):
                try:
                    self.wfile.write(b" ")
                except OSError:
                    return
                time.sleep(0.1)
            return
        elif way == "elsewhere":
            self.send_response(307)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/secret")
            self.end_headers()
            return
        elif way.isdecimal():
            status, text = int(way), "x"
        elif way == "huge":
            text = "[" + "1," * (LARGEST // 2) + "1]"
        else:
            text = {"garbage": "\x00<html>", "deep": "[" * 100_000, "other": '{"labels": []}', "list": "[1]"}.get(
                way, text
            )
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def served():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.handle_error = lambda *_: None  # who asked is gone: not to be told on the next test's standard error
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_endpoint_is_asked_past_any_proxy_by_the_address_that_was_looked_at(served, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://192.0.2.1:9")  # an address that nobody has (RFC 5737)
    assert endpoint(f"{served}/ok?a=1", 5)(rows(1, -1)) == [1, 0]
    assert Server.seen[-1] == ("/ok?a=1", served.removeprefix("http://"), {"instances": [[1, 0], [-1, 0]]})


def test_too_many_requests_refuse_these_records_and_are_no_fault(served):
    assert endpoint(f"{served}/429", 5)(rows(1, -1)) == [None, None]


BAD_ANSWERS = [
    ("500", "HTTP status 500"),
    ("404", "HTTP status 404"),
    ("elsewhere", "redirects to 'http://127.0.0.1:[0-9]+/secret', and redirects are not followed"),
    ("garbage", "is no JSON: it begins with"),
    ("deep", "is no JSON"),
    ("other", 'no JSON object with "predictions"'),
    ("list", 'no JSON object with "predictions"'),
    ("huge", "is larger than 64 MB"),
]


@pytest.mark.parametrize(("way", "said"), BAD_ANSWERS)
def test_a_bad_answer_of_an_endpoint_is_told_in_a_sentence(way, said, served):
    with pytest.raises(ThreatLabError, match=said):
        endpoint(f"{served}/{way}", 20)(rows(1))
    assert "/secret" not in [path for path, *_ in Server.seen], "a redirect was followed"


@pytest.mark.parametrize("way", ["hangs", "drips"])
def test_an_endpoint_that_never_comes_to_its_end_is_given_up(way, served):
    with OwnProcess(f"{served}/{way}", 0.6) as model, pytest.raises(TargetError, match=r"in time|within 0\.6 seconds"):
        model.ask(rows(1))


def test_nothing_listening_is_told():
    with pytest.raises(ConnectionRefusedError):
        endpoint("http://127.0.0.1:1/", 5)(rows(1))
    with OwnProcess("http://127.0.0.1:1/", 5) as model, pytest.raises(TargetError, match="nothing listens there"):
        Caller(model, 5, 2, ["0", "1"]).ask(rows(1))


ELSEWHERE = {
    "http://10.0.0.1/": "host '10.0.0.1' is 10.0.0.1, which is not this machine alone",
    "http://0.0.0.0/": "host '0.0.0.0' is 0.0.0.0",
    "http://[2001:db8::1]:80/x": "host '2001:db8::1' is 2001:db8::1",
    "http://127.0.0.1@10.0.0.1/": "host '10.0.0.1'",
    "http://127.0.0.1.example.invalid/": "host '127.0.0.1.example.invalid'",
    "http://169.254.169.254/latest": "host '169.254.169.254'",
    "http://[::ffff:10.0.0.1]/": "not this machine alone",
    "ftp://127.0.0.1/": "no address of an endpoint",
    "file:///etc/passwd": "no address of an endpoint",
    "http:///x": "no address of an endpoint",
    "http://127.0.0.1:99999/": "no address of an endpoint",
    "http://[::1/": "no address of an endpoint",
}


@pytest.mark.parametrize("url", ELSEWHERE)
def test_only_this_machine_is_attacked(url):
    with pytest.raises(ThreatLabError, match=r"host|endpoint") as told:
        kind_of(url)
    assert ELSEWHERE[url] in str(told.value)


def test_a_name_with_one_address_elsewhere_is_refused(monkeypatch):
    found = [(2, 1, 6, "", ("127.0.0.1", 80)), (2, 1, 6, "", ("192.0.2.7", 80))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: found)
    with pytest.raises(ThreatLabError, match=r"host 'both.test' is 192.0.2.7"):
        loopback("http://both.test/")
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: found[:1])
    assert loopback("http://both.test/") == "127.0.0.1"
    for mapped in ("[::ffff:127.0.0.1]", "127.8.9.10"):
        monkeypatch.undo()
        assert loopback(f"http://{mapped}/")
