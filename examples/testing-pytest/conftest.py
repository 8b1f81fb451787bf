"""Starts the engine once, serves the app beside it in this process, and gives each test a clean one."""

import os
import socket
import threading
import typing

import pytest
import time_machine
from stepwright_testing import InEngineTime, Stepwright

_engine = pytest.StashKey[Stepwright]()


def pytest_configure(config: pytest.Config) -> None:
    # Before the tests import the app: its client reads where the engine is when it is made.
    engine = Stepwright.connect_or_start()
    config.add_cleanup(engine.close)
    config.stash[_engine] = engine
    os.environ["INNGEST_DEV"] = engine.url


@pytest.fixture(scope="session")
def served(request: pytest.FixtureRequest) -> typing.Iterator[Stepwright]:
    """The engine with the shop's functions."""
    import fastapi
    import inngest.fast_api
    import shop
    import uvicorn

    app = fastapi.FastAPI()
    inngest.fast_api.serve(app, shop.client, shop.functions)
    listener = socket.create_server(("127.0.0.1", 0))
    engine = request.config.stash[_engine]
    with time_machine.travel(engine.clock.now(), tick=False) as traveller:
        server = uvicorn.Server(uvicorn.Config(InEngineTime(app, traveller.move_to), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            app_id = engine.register(f"http://127.0.0.1:{listener.getsockname()[1]}/api/inngest")
            yield engine
            engine.remove(app_id)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def engine(served: Stepwright) -> Stepwright:
    """The engine, without what the test before has left."""
    import shop

    served.reset()
    for store in (shop.outbox, shop.plans, shop.charges):
        store.clear()
    return served
