"""Weeks of the shop's life. None of these tests waits for a timer."""

import datetime

import pytest
import shop
from stepwright_testing import EngineError, RunNotCompleted, Stepwright

ADA = {"userId": "u1", "email": "ada@example.com"}


def emails_to_ada() -> list[str]:
    """The weekly digest goes out as well while the clock moves."""
    return [email for email in shop.outbox if email.endswith("ada@example.com")]


def test_a_new_user_gets_three_emails_within_a_week(engine: Stepwright) -> None:
    run = engine.send("user/signed-up", ADA).run("welcome")
    assert emails_to_ada() == ["welcome to ada@example.com"]

    engine.clock.advance("2d")
    assert run.step("send-tips-email").output == "sent"
    assert not run.has_step("check-plan")

    engine.clock.advance("5d")
    assert run.result() == {"userId": "u1", "emailsSent": 3}
    assert emails_to_ada()[1:] == ["tips to ada@example.com", "upgrade to ada@example.com"]


def test_who_pays_is_not_asked_to(engine: Stepwright) -> None:
    began = engine.clock.now()
    shop.plans["u1"] = "pro"
    assert engine.send("user/signed-up", ADA).run().result() == {"userId": "u1", "emailsSent": 2}
    assert engine.clock.now() - began == datetime.timedelta(days=7)


def test_content_that_nobody_reviews_is_escalated_after_two_days(engine: Stepwright) -> None:
    run = engine.send("content/submitted", {"contentId": 7}).run()
    engine.send("content/reviewed", {"contentId": 8, "approved": True})
    engine.clock.advance("47h")
    [waiting] = engine.queue.pending("shop-approval")
    assert (waiting["kind"], waiting["step"]) == ("waitingForEvent", "wait-for-review")
    engine.clock.advance("1h")
    assert run.status == "completed"
    assert run.output == "escalated"


def test_a_review_in_time_decides(engine: Stepwright) -> None:
    run = engine.send("content/submitted", {"contentId": 7}).run()
    engine.clock.advance("47h")
    engine.send("content/reviewed", {"contentId": 7, "approved": False})
    assert run.output == "rejected"


def test_a_charge_is_tried_for_nine_hours(engine: Stepwright) -> None:
    engine.stub("take-money", function="charge", fails=True, error="the bank is closed")
    began = engine.clock.now()
    run = engine.send("order/placed", {"amount": 10}).run()
    with pytest.raises(RunNotCompleted, match="the bank is closed"):
        run.result()
    waits = [second - first for first, second in zip(run.step("take-money").tries, run.step("take-money").tries[1:])]
    assert [wait.total_seconds() for wait in waits] == [min(2**n, 3600) for n in range(20)]
    assert engine.clock.now() - began == datetime.timedelta(hours=9, minutes=8, seconds=15)
    assert shop.charges == []


def test_a_charge_gets_through_when_the_bank_opens(engine: Stepwright) -> None:
    engine.stub("take-money", function="charge", fails=3)
    run = engine.send("order/placed", {"amount": 10}).run()
    assert run.result() == {"charge": 1}
    assert run.step("take-money").attempts == 4
    assert shop.charges == [10]


def test_the_digest_goes_out_each_monday_at_nine(engine: Stepwright) -> None:
    engine.clock.advance("28d")
    runs = engine.runs(function="shop-digest")
    assert [run.status for run in runs] == ["completed"] * 4
    starts = [run.steps[0].started_at for run in runs]
    assert {(start.weekday(), start.hour) for start in starts if start is not None} == {(0, 9)}
    assert shop.outbox == ["digest to everybody"] * 4


def test_the_digest_can_be_sent_now(engine: Stepwright) -> None:
    assert engine.cron("shop-digest").result() == "sent"


def test_money_is_taken_twice_when_an_answer_is_lost(engine: Stepwright) -> None:
    # Steps are done at least once; what they do has to bear it. This test shows that `take_money` does not.
    engine.faults.drop(function="charge", step="take-money")
    assert engine.send("order/placed", {"amount": 10}).run().result() == {"charge": 2}
    assert shop.charges == [10, 10]


def test_an_app_that_is_away_is_called_again(engine: Stepwright) -> None:
    engine.faults.app_goes_away("shop")
    run = engine.send("order/placed", {"amount": 10}).run()
    engine.clock.advance("10s")
    assert run.status == "running"
    engine.faults.app_comes_back("shop")
    assert run.result() == {"charge": 1}


def test_nothing_is_lost_when_the_engine_dies(engine: Stepwright) -> None:
    run = engine.send("user/signed-up", ADA).run()
    engine.crash()
    assert run.result() == {"userId": "u1", "emailsSent": 3}
    assert len(emails_to_ada()) == 3


def test_a_paused_queue_makes_runs_and_calls_nobody(engine: Stepwright) -> None:
    engine.queue.pause()
    engine.send("user/signed-up", ADA)
    engine.send("order/placed", {"amount": 10})
    assert engine.queue.size() == 2
    assert shop.outbox == []
    engine.queue.drain("shop-welcome")
    assert (shop.outbox, shop.charges) == (["welcome to ada@example.com"], [])
    assert engine.queue.clear() == 2


def test_the_clock_does_not_go_back(engine: Stepwright) -> None:
    with pytest.raises(EngineError, match="cannot go back"):
        engine.clock.set("2001-01-01T00:00:00Z")
