"""Tests of durable functions on the real engine, with a clock that jumps.

Copy this file into your project. It needs nothing but Python's standard library, and a `stepwright` command, found in
`STEPWRIGHT_COMMAND`, on the PATH, or by `npx`. Under `stepwright test -- pytest` the server is there already.

    with Stepwright.start() as engine:
        engine.register("http://localhost:8000/api/inngest")
        run = engine.send("user/signed-up", {"email": "ada@example.com"}).run()
        engine.clock.advance("2d")
        assert run.step("send-tips-email").output == "sent"
        assert run.result() == {"emailsSent": 3}
"""

from __future__ import annotations

import collections
import datetime
import json
import os
import shlex
import shutil
import subprocess
import threading
import typing
import urllib.error
import urllib.parse
import urllib.request

Duration = typing.Union[str, int, float, datetime.timedelta]
Instant = typing.Union[str, int, datetime.datetime]

ENDED = ("completed", "failed", "cancelled", "skipped")


class EngineError(Exception):
    """The engine refuses: its sentence says why. `code` is that of the error table."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


class RunNotCompleted(AssertionError):
    """A run whose result was asked for has failed, was cancelled or skipped."""

    def __init__(self, run: Run):
        super().__init__(f"run {run.id} of {run.function} is {run.status}: {run.error_message}\n{run}")
        self.run = run


class Stepwright:
    """A server on a virtual clock. Give `url` to apps in other processes, by INNGEST_DEV."""

    def __init__(self, url: str, process: subprocess.Popen[str] | None = None):
        self.url = url.rstrip("/")
        self._process = process
        self.clock = Clock(self)
        self.queue = Queue(self)
        self.faults = Faults(self)

    @classmethod
    def start(cls, *flags: str) -> Stepwright:
        """Starts a server of its own, which `close` ends; flags are those of `stepwright dev`."""
        command = [*_command(), "dev", "--virtual-clock", "--port", "0", "--json", "--log-level", "info", *flags]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=subprocess.STDOUT, text=True)
        said = []
        for line in process.stdout or ():
            url = _url_in(line)
            if url is not None:
                # Nobody reads its log any more, and a full pipe must not stop it.
                threading.Thread(target=lambda: collections.deque(process.stdout or (), maxlen=0), daemon=True).start()
                return cls(url, process)
            said.append(line)
        raise RuntimeError(f"`{shlex.join(command)}` did not start: {''.join(said).strip()}")

    @classmethod
    def connect_or_start(cls) -> Stepwright:
        """The server of `stepwright test`, or one of its own."""
        url = os.environ.get("STEPWRIGHT_URL")
        if not url:
            return cls.start()
        engine = cls(url)
        engine.clock.now()  # Says at once when the server there is on no virtual clock.
        return engine

    def close(self) -> None:
        """Ends the server, unless it was started by somebody else."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def __enter__(self) -> Stepwright:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def register(self, url: str) -> str:
        """Adds an app by the URL that it is served at, or syncs it again; returns its id."""
        app = self.request("POST", "/api/apps", {"url": url})
        if app["problem"] is not None:
            raise EngineError(app["problem"]["code"], f"the app at {url} could not be synced: {app['problem']['message']}")
        return app["id"]

    def remove(self, app_id: str) -> None:
        """Removes an app that is served no more."""
        self.request("DELETE", f"/api/apps/{_quoted(app_id)}")

    def send(self, name: str, data: dict | None = None, **fields: object) -> Sent:
        """Sends an event; returns when all that is due has been done. Fields such as `id`, `ts` and `user` go with it."""
        sent = self.request("POST", "/api/events", {"name": name, "data": data or {}, **fields})
        self.clock.settle()
        return Sent(self, sent["ids"])

    def invoke(self, function: str, data: dict | None = None) -> Run:
        """Starts one function, whatever its triggers are."""
        sent = self.request("POST", f"/api/functions/{_quoted(function)}/invoke", {"data": data or {}})
        self.clock.settle()
        return Sent(self, sent["ids"]).run()

    def cron(self, function: str) -> Run:
        """Starts a function as its cron trigger would now."""
        started = self.request("POST", f"/api/test/functions/{_quoted(function)}/cron")
        self.clock.settle()
        return self.run(started["runId"])

    def run(self, run_id: str) -> Run:
        return Run(self, self.request("GET", f"/api/runs/{_quoted(run_id)}"))

    def runs(self, *, function: str | None = None, event: str | None = None, status: str | None = None) -> list[Run]:
        """Runs that fit all that is given, oldest first."""
        rows = self._pages("/api/runs", {"function": function, "event": event, "status": status})
        return [self.run(row["id"]) for row in sorted(rows, key=lambda row: row["id"])]

    def events(self, name: str | None = None) -> list[dict]:
        """Events that were received, from tests or from functions, oldest first; without those of the engine."""
        rows = self._pages("/api/events", {"name": name})
        own = [row for row in rows if not row["name"].startswith("inngest/")]
        return [self.request("GET", f"/api/events/{row['internalId']}") for row in reversed(own)]

    def stub(self, step: str, *, function: str | None = None, takes: Duration | None = None, **does: object) -> None:
        """Says what a step does instead of what it does.

        `returns=value`; `fails=2` for so many times, `fails=True` for always, with `error="no network"` and
        `retriable=False` if wanted; `takes="2h"` by the virtual clock. Failures come first, then the value, or the step.
        """
        body: dict = {"function": function, "step": step}
        if "returns" in does:
            body["returns"] = does.pop("returns")
        if "fails" in does:
            times = does.pop("fails")
            error = {"message": does.pop("error", None), "retriable": does.pop("retriable", None)}
            body["fails"] = {"times": None if times is True else times, **_given(error)}
        if takes is not None:
            body["takes"] = _duration(takes)
        if does:
            raise TypeError(f"a stub knows no {', '.join(does)}; give returns, fails, error, retriable or takes")
        self.request("POST", "/api/test/stubs", body)

    def unstub(self) -> None:
        """Takes all stubs back."""
        self.request("DELETE", "/api/test/stubs")

    def crash(self) -> None:
        """Kills the engine and starts it again on what was committed; what was in flight is done again."""
        self.request("POST", "/api/test/crash")

    def reset(self) -> None:
        """Forgets everything but the apps: events, runs, stubs, faults. The clock stays where it is."""
        self.request("POST", "/api/test/reset")

    def request(self, method: str, path: str, body: object = None) -> typing.Any:
        """Asks the server; its API is described at /api/openapi.json. Raises `EngineError` with what it refuses."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        try:
            with _opener.open(request) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            raise _refusal(path, error) from None
        return json.loads(text) if text else None

    def _pages(self, path: str, query: dict) -> list[dict]:
        items: list[dict] = []
        cursor = None
        while True:
            given = _given({**query, "limit": 100, "cursor": cursor})
            page = self.request("GET", f"{path}?{urllib.parse.urlencode(given)}")
            items.extend(page["items"])
            cursor = page["nextCursor"]
            if cursor is None:
                return items


class Clock:
    """The server's clock. It stands still unless it is moved; each timer on the way fires at its own time."""

    def __init__(self, engine: Stepwright):
        self._engine = engine

    def now(self) -> datetime.datetime:
        return _datetime(self._engine.request("GET", "/api/test/clock")["now"])

    def advance(self, by: Duration) -> None:
        """Lets time pass: "2d", "1h30m", a timedelta, or milliseconds."""
        self._engine.request("POST", "/api/test/clock/advance", {"by": _duration(by)})

    def set(self, at: Instant) -> None:
        """As `advance`, to a point in time."""
        self._engine.request("POST", "/api/test/clock/set", {"at": _instant(at)})

    def next(self) -> datetime.datetime | None:
        """Jumps to the next timer; None when there is none."""
        at = self._engine.request("POST", "/api/test/clock/next")["jumpedTo"]
        return None if at is None else _datetime(at)

    def run_until_idle(self, within: Duration | None = None) -> None:
        """Jumps from timer to timer until no run is unfinished; refuses when one still is after `within`, a year by default."""
        body = {} if within is None else {"within": _duration(within)}
        self._engine.request("POST", "/api/test/clock/run-until-idle", body)

    def settle(self) -> None:
        """Does what is due without moving the clock."""
        self._engine.request("POST", "/api/test/clock/settle")


class Queue:
    """The work that waits. Functions are named by their ids; none means all."""

    def __init__(self, engine: Stepwright):
        self._engine = engine

    def pause(self, *functions: str) -> None:
        """Calls nothing any more: runs are made and wait."""
        self._post("pause", functions)

    def resume(self, *functions: str) -> None:
        self._post("resume", functions)
        self._engine.clock.settle()

    def drain(self, *functions: str) -> None:
        """Does what is due in a paused queue, and what comes of it."""
        self._post("drain", functions)

    def clear(self, *functions: str) -> int:
        """Cancels all unfinished runs; returns how many."""
        return self._post("clear", functions)["cancelled"]

    def pending(self, *functions: str) -> list[dict]:
        """What unfinished runs are to do or wait for, soonest first."""
        query = urllib.parse.urlencode({"functions": ",".join(functions)})
        return self._engine.request("GET", f"/api/test/queue?{query}")["items"]

    def size(self, *functions: str) -> int:
        return len(self.pending(*functions))

    def _post(self, action: str, functions: tuple[str, ...]) -> typing.Any:
        return self._engine.request("POST", f"/api/test/queue/{action}", {"functions": list(functions)})


class Faults:
    """Faults between the engine and the apps. Each hits the next `times` calls of a function, or of one of its steps."""

    def __init__(self, engine: Stepwright):
        self._engine = engine

    def drop(self, *, function: str | None = None, step: str | None = None, times: int = 1) -> None:
        """The app does its work, and its answer is lost."""
        self._add("drop", function, step, times)

    def duplicate(self, *, function: str | None = None, step: str | None = None, times: int = 1) -> None:
        """The call arrives twice."""
        self._add("duplicate", function, step, times)

    def delay(self, by: Duration, *, function: str | None = None, step: str | None = None, times: int = 1) -> None:
        """The answer takes so long by the virtual clock."""
        self._add("delay", function, step, times, by=_duration(by))

    def answer(self, status: int, *, function: str | None = None, step: str | None = None, times: int = 1) -> None:
        """Something in between answers with this status."""
        self._add("answer", function, step, times, status=status)

    def app_goes_away(self, app: str | None = None) -> None:
        """Nobody listens at the app any more; at all apps, where none is given by its id."""
        self._engine.request("POST", f"/api/test/apps/{'' if app is None else _quoted(app) + '/'}away")

    def app_comes_back(self, app: str | None = None) -> None:
        self._engine.request("POST", f"/api/test/apps/{'' if app is None else _quoted(app) + '/'}back")

    def random(self, *, drop: float = 0, duplicate: float = 0, delay: float = 0, seed: int | None = None) -> None:
        """Each call is dropped, doubled or delayed with these probabilities, drawn from the seed."""
        body = {"drop": drop, "duplicate": duplicate, "delay": delay, "seed": seed}
        self._engine.request("POST", "/api/test/faults/random", body)

    def clear(self) -> None:
        """Takes all faults back."""
        self._engine.request("DELETE", "/api/test/faults")

    def _add(self, kind: str, function: str | None, step: str | None, times: int, **more: object) -> None:
        body = {"kind": kind, "function": function, "step": step, "times": times, **more}
        self._engine.request("POST", "/api/test/faults", body)


class Sent:
    """Events that were sent, and what they started."""

    def __init__(self, engine: Stepwright, ids: list[str]):
        self._engine = engine
        self.ids = ids

    def runs(self) -> list[Run]:
        """All runs that they started, oldest first."""
        found = [run["runId"] for id in self.ids for run in self._engine.request("GET", f"/api/events/{id}")["runs"]]
        return [self._engine.run(run_id) for run_id in sorted(found)]

    def run(self, function: str | None = None) -> Run:
        """The one run that they started, of one function where it is given."""
        runs = [run for run in self.runs() if function is None or run.is_of(function)]
        assert len(runs) == 1, f"{len(runs)} runs were started{'' if function is None else f' of {function}'}: {[run.function for run in runs]}"
        return runs[0]


class Run:
    """A run. What it says of itself is what is true when it is asked."""

    def __init__(self, engine: Stepwright, details: dict):
        self._engine = engine
        self.id: str = details["id"]
        self.function: str = details["functionSlug"]

    @property
    def details(self) -> dict:
        """Everything that the dashboard shows of the run."""
        return self._engine.request("GET", f"/api/runs/{self.id}")

    @property
    def status(self) -> str:
        return self.details["status"]

    @property
    def output(self) -> typing.Any:
        return self.details["output"]

    @property
    def error_message(self) -> str | None:
        details = self.details
        return details["summary"] if details["error"] is None else details["error"]["message"]

    @property
    def steps(self) -> list[Step]:
        return [Step(step) for step in self.details["steps"]]

    def step(self, id: str) -> Step:
        """The step that the function gives this id."""
        steps = self.steps
        found = [step for step in steps if step.id == id]
        assert found, f'run {self.id} has no step "{id}"; it has {[step.id for step in steps]}'
        return found[0]

    def has_step(self, id: str) -> bool:
        return any(step.id == id for step in self.steps)

    def ended(self) -> Run:
        """Jumps from timer to timer until the run has ended."""
        self._engine.request("POST", f"/api/test/runs/{self.id}/finish")
        return self

    def result(self) -> typing.Any:
        """As `ended`, and returns what the function returned; raises `RunNotCompleted` when it did not."""
        self.ended()
        details = self.details
        if details["status"] != "completed":
            raise RunNotCompleted(self)
        return details["output"]

    def cancel(self) -> None:
        self._engine.request("POST", f"/api/runs/{self.id}/cancel")
        self._engine.clock.settle()

    def is_of(self, function: str) -> bool:
        """`function` is an id: `<app>-<function>`, or without the app."""
        return self.function == function or self.function.endswith(f"-{function}")

    def __repr__(self) -> str:
        details = self.details
        lines = [f"{self.function} {self.id} {details['status']}", *(f"  {step!r}" for step in self.steps)]
        return "\n".join(lines)


class Step:
    """A step of a run as it was when it was asked for."""

    def __init__(self, details: dict):
        self.details = details
        self.id: str = details["name"]
        self.kind: str = details["kind"]
        self.status: str = details["status"]
        self.output = details["output"]
        self.attempts: int = len(details["attempts"])
        self.error_message: str | None = None if details["error"] is None else details["error"]["message"]
        self.started_at = None if details["startedAt"] is None else _datetime(details["startedAt"])
        self.ended_at = None if details["endedAt"] is None else _datetime(details["endedAt"])

    @property
    def tries(self) -> list[datetime.datetime]:
        """When each attempt began, by the virtual clock."""
        return [_datetime(attempt["startedAt"]) for attempt in self.details["attempts"]]

    def __repr__(self) -> str:
        result = self.output if self.error_message is None else self.error_message
        return f"{self.id} ({self.kind}) {self.status}, {self.attempts} attempts: {result!r}"


class InEngineTime:
    """An ASGI app around another one, that tells `move_to` with each call what time it is for the engine.

    With something that moves the clock of this process, such as `time_machine`, code and SDK see the engine's time. The Python
    SDK needs that: it sends the end of `step.sleep` as a point in time, which it reckons with its own clock.
    """

    def __init__(self, app: typing.Any, move_to: typing.Callable[[datetime.datetime], object]):
        self._app = app
        self._move_to = move_to

    async def __call__(self, scope: typing.Any, receive: typing.Any, send: typing.Any) -> None:
        now = dict(scope.get("headers", [])).get(b"x-stepwright-now")
        if now is not None:
            self._move_to(_datetime(int(now)))
        await self._app(scope, receive, send)


# The server is on this machine: a proxy of the environment has nothing to do with it.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _command() -> list[str]:
    given = os.environ.get("STEPWRIGHT_COMMAND")
    if given:
        return shlex.split(given)
    found = shutil.which("stepwright")
    return ["npx", "--no-install", "stepwright"] if found is None else [found]


def _url_in(line: str) -> str | None:
    """The log is JSON, a line for each thing; one says where the server is."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry.get("url") if isinstance(entry, dict) and entry.get("msg") == "server started" else None


def _refusal(path: str, error: urllib.error.HTTPError) -> EngineError:
    try:
        body = json.loads(error.read())
        code, message = body["code"], body["error"]
    except (ValueError, KeyError, TypeError):
        code, message = "NOT_A_SERVER", f"{error.url} answered HTTP {error.code}, and not as Stepwright does"
    if code == "PATH_NOT_FOUND" and path.startswith("/api/test/"):
        message = "the server is on no virtual clock; start it with `stepwright dev --virtual-clock`"
    return EngineError(code, message)


def _given(values: dict) -> dict:
    return {name: value for name, value in values.items() if value is not None}


def _quoted(text: str) -> str:
    return urllib.parse.quote(text, safe="")


def _duration(duration: Duration) -> str | int | float:
    return duration / datetime.timedelta(milliseconds=1) if isinstance(duration, datetime.timedelta) else duration


def _instant(at: Instant) -> str | int:
    return round(at.timestamp() * 1000) if isinstance(at, datetime.datetime) else at


def _datetime(ms: int) -> datetime.datetime:
    return _epoch + datetime.timedelta(milliseconds=ms)


_epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
