"""The functions of a shop, as they run in production. Nothing here knows of tests."""

import datetime

import inngest

client = inngest.Inngest(app_id="shop")

# Stands for an email provider, a database and a bank.
outbox: list[str] = []
plans: dict[str, str] = {}
charges: list[int] = []


def send_email(kind: str, to: str) -> str:
    outbox.append(f"{kind} to {to}")
    return "sent"


@client.create_function(fn_id="welcome", trigger=inngest.TriggerEvent(event="user/signed-up"), retries=3)
async def welcome(ctx: inngest.Context) -> dict[str, object]:
    user = ctx.event.data

    async def email(kind: str) -> str:
        return send_email(kind, str(user["email"]))

    await ctx.step.run("send-welcome-email", email, "welcome")
    await ctx.step.sleep("wait-before-tips", datetime.timedelta(days=2))
    await ctx.step.run("send-tips-email", email, "tips")
    await ctx.step.sleep("wait-before-upgrade", datetime.timedelta(days=5))

    async def plan() -> str:
        return plans.get(str(user["userId"]), "free")

    if await ctx.step.run("check-plan", plan) != "free":
        return {"userId": user["userId"], "emailsSent": 2}
    await ctx.step.run("send-upgrade-email", email, "upgrade")
    return {"userId": user["userId"], "emailsSent": 3}


@client.create_function(fn_id="approval", trigger=inngest.TriggerEvent(event="content/submitted"))
async def approval(ctx: inngest.Context) -> str:
    review = await ctx.step.wait_for_event(
        "wait-for-review",
        event="content/reviewed",
        if_exp="event.data.contentId == async.data.contentId",
        timeout=datetime.timedelta(hours=48),
    )
    if review is None:
        return "escalated"
    return "published" if review.data["approved"] else "rejected"


@client.create_function(fn_id="charge", trigger=inngest.TriggerEvent(event="order/placed"), retries=20)
async def charge(ctx: inngest.Context) -> dict[str, object]:
    async def take_money() -> int:
        charges.append(int(str(ctx.event.data["amount"])))
        return len(charges)

    return {"charge": await ctx.step.run("take-money", take_money)}


@client.create_function(fn_id="digest", trigger=inngest.TriggerCron(cron="0 9 * * MON"))
async def digest(ctx: inngest.Context) -> str:
    async def email() -> str:
        return send_email("digest", "everybody")

    return await ctx.step.run("send-digest", email)


functions = [welcome, approval, charge, digest]
