"""The functions of the Python suite, written as a user of the published `inngest` package would write them.

What ran is told on standard output, one line per execution: `ran <run> <attempt> <step>`.
`DEPLOY=2` serves the same functions after a change of the code; see `changing`.
"""

import base64
import datetime
import json
import logging
import os
import socket

import fastapi
import inngest
import inngest.fast_api
import uvicorn
from inngest.experimental import ai

APP = os.environ["APP_ID"]
DEPLOY = os.environ.get("DEPLOY", "1")


class Encryption(inngest.Middleware):
    """What an encrypting middleware does on the wire: the engine sees nothing but the envelope."""

    async def transform_input(self, ctx, function, steps):
        ctx.event.data = {name: decrypt(value) for name, value in ctx.event.data.items()}
        for memo in steps.values():
            memo.data = decrypt(memo.data)

    async def transform_output(self, result):
        if result.has_output():
            result.output = {"__ENCRYPTED__": True, "data": base64.b64encode(json.dumps(result.output).encode()).decode()}


def decrypt(value):
    if isinstance(value, dict) and value.get("__ENCRYPTED__"):
        return json.loads(base64.b64decode(value["data"]))
    return value


client = inngest.Inngest(app_id=APP, logger=logging.getLogger("inngest"))
functions = []


def on(name, **options):
    """Declares a function that is started by the app's event of the same name."""

    def add(handler):
        trigger = options.pop("trigger", inngest.TriggerEvent(event=f"{APP}/{name}"))
        function = client.create_function(fn_id=name, trigger=trigger, **options)(handler)
        functions.append(function)
        return function

    return add


def ran(ctx, step):
    print(f"ran {ctx.run_id} {ctx.attempt} {step}", flush=True)


def work(ctx, step, result=None, failing=lambda attempt: None):
    """The code of a step."""

    async def run():
        ran(ctx, step)
        error = failing(ctx.attempt)
        if error is not None:
            raise error
        return result

    return run


@on("plain")
async def plain(ctx: inngest.Context):
    return {"doubled": ctx.event.data["n"] * 2}


@on("steps")
async def steps(ctx: inngest.Context):
    one = await ctx.step.run("one", work(ctx, "one", {"n": 1}))
    two = await ctx.step.run("two", work(ctx, "two", one["n"] + 1))
    return await ctx.step.run("three", work(ctx, "three", [one["n"], two, two + 1]))


@on("nothing")
async def nothing(ctx: inngest.Context):
    result = await ctx.step.run("nothing", work(ctx, "nothing"))
    await ctx.step.run("after", work(ctx, "after"))
    return result


@on("text")
async def text(ctx: inngest.Context):
    kept = [await ctx.step.run("keep", work(ctx, "keep", item)) for item in ctx.event.data["texts"]]
    return {"kept": kept}


@on("ids")
async def ids(ctx: inngest.Context):
    return [await ctx.step.run(step, work(ctx, "ids", index)) for index, step in enumerate(ctx.event.data["ids"])]


@on("repeated")
async def repeated(ctx: inngest.Context):
    return [await ctx.step.run("round", work(ctx, "round", turn * 10)) for turn in range(4)]


@on("parallel")
async def parallel(ctx: inngest.Context):
    async def chain():
        first = await ctx.step.run("chain-1", work(ctx, "chain-1", "x"))
        return await ctx.step.run("chain-2", work(ctx, "chain-2", first + "y"))

    results = await ctx.group.parallel(
        (
            lambda: ctx.step.run("a", work(ctx, "a", "a")),
            lambda: ctx.step.run("b", work(ctx, "b", "b")),
            chain,
        )
    )
    return await ctx.step.run("join", work(ctx, "join", "".join(results)))


@on("race")
async def race(ctx: inngest.Context):
    async def chain():
        first = await ctx.step.run("quick", work(ctx, "quick", "x"))
        return await ctx.step.run("quicker", work(ctx, "quicker", first + "y"))

    _, chained = await ctx.group.parallel(
        (
            lambda: ctx.step.wait_for_event("slow", event=f"{APP}/slow", timeout=datetime.timedelta(seconds=60)),
            chain,
        ),
        parallel_mode=inngest.ParallelMode.RACE,
    )
    return chained


@on("sleep")
async def sleep(ctx: inngest.Context):
    await ctx.step.run("before", work(ctx, "before"))
    await ctx.step.sleep("nap", datetime.timedelta(seconds=1))
    await ctx.step.sleep_until("until", datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1))
    return await ctx.step.run("after", work(ctx, "after", "awake"))


@on("wait")
async def wait(ctx: inngest.Context):
    answer = await ctx.step.wait_for_event(
        "answer",
        event=f"{APP}/answer",
        if_exp="event.data.id == async.data.id",
        timeout=datetime.timedelta(seconds=ctx.event.data["seconds"]),
    )
    return None if answer is None else answer.data["text"]


@on("double")
async def double(ctx: inngest.Context):
    return {"doubled": ctx.event.data["n"] * 2, "name": ctx.event.name}


@on("broken", retries=0)
async def broken(ctx: inngest.Context):
    raise ValueError("broken child")


@on("invoke")
async def invoke(ctx: inngest.Context):
    good = await ctx.step.invoke("good", function=double, data={"n": 21})
    try:
        await ctx.step.invoke_by_id("bad", function_id="broken")
        bad = "no error"
    except inngest.StepError as error:
        bad = error.message
    return [good, bad]


@on("send")
async def send(ctx: inngest.Context):
    ids = await ctx.step.send_event(
        "send",
        [
            inngest.Event(name=f"{APP}/heard", data={"from": "step"}),
            inngest.Event(name=f"{APP}/heard", data={"from": "step"}, id=f"{ctx.run_id}-once"),
        ],
    )
    await client.send(inngest.Event(name=f"{APP}/heard", data={"from": "code"}, id=f"{ctx.run_id}-code"))
    return {"sent": len(ids)}


@on("heard")
async def heard(ctx: inngest.Context):
    return ctx.event.data["from"]


@on("flaky", retries=3)
async def flaky(ctx: inngest.Context):
    ran(ctx, "body")
    if ctx.attempt < 2:
        raise ValueError(f"no luck with attempt {ctx.attempt}")
    return "at last"


@on("flaky-steps", retries=2)
async def flaky_steps(ctx: inngest.Context):
    for name in ("first", "second"):
        await ctx.step.run(name, work(ctx, name, failing=lambda attempt: ValueError("not yet") if attempt < 2 else None))
    return "done"


@on("uncaught", retries=1)
async def uncaught(ctx: inngest.Context):
    await ctx.step.run("bad", work(ctx, "bad", failing=lambda _: ValueError("out of range")))


@on("caught", retries=1)
async def caught(ctx: inngest.Context):
    try:
        await ctx.step.run("bad", work(ctx, "bad", failing=lambda _: ValueError("out of range")))
    except inngest.StepError as error:
        return await ctx.step.run("instead", work(ctx, "instead", f"instead of {error.message}"))


@on("final-body")
async def final_body(ctx: inngest.Context):
    ran(ctx, "body")
    raise inngest.NonRetriableError("never again")


@on("final-step")
async def final_step(ctx: inngest.Context):
    await ctx.step.run("validate", work(ctx, "validate", failing=lambda _: inngest.NonRetriableError("not an address")))


@on("retry-after", retries=1)
async def retry_after(ctx: inngest.Context):
    if ctx.attempt == 0:
        raise inngest.RetryAfterError("busy", datetime.timedelta(seconds=2))
    return "served"


async def report(ctx: inngest.Context):
    ran(ctx, f"failure-of:{ctx.event.data['run_id']}:{ctx.event.data['error']['message']}:{ctx.event.data['event']['data']['n']}")
    return "reported"


@on("reported", retries=1, on_failure=report)
async def reported(ctx: inngest.Context):
    raise ValueError("reported error")


@on("cron", trigger=inngest.TriggerCron(cron="* * * * *"))
async def cron(ctx: inngest.Context):
    return ctx.event.name


@on("cancelled", cancel=[inngest.Cancel(event=f"{APP}/stop", if_exp="event.data.id == async.data.id")])
async def cancelled(ctx: inngest.Context):
    await ctx.step.sleep("long", datetime.timedelta(hours=1))


@on("batch", batch_events=inngest.Batch(max_size=3, timeout=datetime.timedelta(seconds=20)))
async def batch(ctx: inngest.Context):
    return sorted(event.data["n"] for event in ctx.events)


@on("encrypted", middleware=[Encryption])
async def encrypted(ctx: inngest.Context):
    secret = await ctx.step.run("secret", work(ctx, "secret", ctx.event.data["secret"]))
    await ctx.step.sleep("nap", datetime.timedelta(seconds=1))
    return await ctx.step.run("again", work(ctx, "again", secret + "!"))


@on("large")
async def large(ctx: inngest.Context):
    lengths = [len(await ctx.step.run(f"part-{part}", work(ctx, "part", "x" * 1_500_000))) for part in range(4)]
    await ctx.step.sleep("nap", datetime.timedelta(seconds=1))
    return lengths


@on("infer")
async def infer(ctx: inngest.Context):
    adapter = ai.openai.Adapter(auth_key="sk-secret", base_url=ctx.event.data["url"], model="gpt-test")
    return await ctx.step.ai.infer("ask", adapter=adapter, body={"messages": [{"role": "user", "content": "6 x 7?"}]})


@on("changing")
async def changing(ctx: inngest.Context):
    path = [await ctx.step.run("stays", work(ctx, "stays", f"stays {DEPLOY}"))]
    if DEPLOY == "1":
        path.append(await ctx.step.run("goes", work(ctx, "goes", "goes 1")))
    else:
        path.append(await ctx.step.run("comes", work(ctx, "comes", "comes 2")))
    await ctx.step.sleep("nap", datetime.timedelta(seconds=int(ctx.event.data["seconds"])))
    path.append(await ctx.step.run("end", work(ctx, "end", f"end {DEPLOY}")))
    return path


def main():
    app = fastapi.FastAPI()
    streaming = inngest.Streaming.FORCE if os.environ.get("STREAMING") == "1" else None
    # The port is known before the app answers: registration tells it to the server.
    listener = socket.create_server(("127.0.0.1", int(os.environ.get("PORT", "0"))))
    inngest.fast_api.serve(app, client, functions, streaming=streaming)

    @app.post("/send")
    async def send_from_outside(request: fastapi.Request):
        body = await request.json()
        return await client.send([inngest.Event(name=event["name"], data=event["data"]) for event in body])

    print(f"serving http://localhost:{listener.getsockname()[1]}/api/inngest", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


if __name__ == "__main__":
    main()
