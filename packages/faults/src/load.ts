// Sends the events of a round through the broken links, as a careful client does: again and again until they are acknowledged.
import { setTimeout as pause } from "node:timers/promises";
import { type OutgoingEvent, request, sendEvents } from "./api.ts";
import { type AppName, type Kind, kinds } from "./apps/kinds.ts";
import type { Bed } from "./bed.ts";
import type { Chance } from "@stepwright/test-parts";
import { until } from "@stepwright/test-parts";

/** An event of a round and what became of sending it. */
export interface SentEvent {
  readonly event: OutgoingEvent;
  readonly kind: Kind;
  /** Makes every repeat have the same internal id. */
  readonly seed: string;
  /** Sent a single time, whatever happened. */
  readonly isOnce: boolean;
  isAcknowledged: boolean;
  /** The id that the server answered with. */
  internalId: string | null;
  sends: number;
}

const crowd = ["limited", "limited", "limited"] as const;

/** Makes the events of a round; their ids tell the round. */
export function makeEvents(chance: Chance, o: { readonly app: AppName; readonly prefix: string }): SentEvent[] {
  const count = chance.between(30, 70);
  return Array.from({ length: count }, (_, index) => {
    // Each kind at least twice, the rest as it comes; calls that wait for each other need to be many.
    const kind =
      index < kinds.length * 2 ? (kinds[index % kinds.length] ?? "sequence") : chance.pick([...kinds, ...crowd]);
    const id = `${o.prefix}-${index}`;
    const entropy = Buffer.from(Array.from({ length: 10 }, () => chance.between(0, 255)));
    return {
      event: { id, name: `${o.app}/${kind}`, data: { key: id } },
      kind,
      seed: `${Date.now()},${entropy.toString("base64")}`,
      // Those that need a second event are sent until they are there.
      isOnce: kind !== "waiter" && kind !== "cancelled" && chance.hits(0.1),
      isAcknowledged: false,
      internalId: null,
      sends: 0,
    };
  });
}

const sendersInParallel = 6;
const sendTimeoutMs = 4_000;
const giveUpMs = 60_000;

/** Sends all of them; resolves when each was acknowledged, or sent once. Answers waits and cancels runs on the way. */
export async function sendAll(bed: Bed, app: AppName, events: readonly SentEvent[]): Promise<void> {
  const left = [...events];
  const followUps: Promise<void>[] = [];
  const sender = async (): Promise<void> => {
    for (let sent = left.shift(); sent !== undefined; sent = left.shift()) {
      await send(bed, sent);
      if (sent.isAcknowledged && sent.kind === "cancelled") followUps.push(follow(bed, app, sent, "cancel"));
      if (sent.isAcknowledged && sent.kind === "waiter")
        followUps.push(untilWaiting(bed, sent).then(() => follow(bed, app, sent, "answer")));
    }
  };
  await Promise.all(Array.from({ length: sendersInParallel }, sender));
  await Promise.all(followUps);
}

async function send(bed: Bed, sent: SentEvent): Promise<void> {
  const endAt = Date.now() + giveUpMs;
  while (Date.now() < endAt) {
    sent.sends += 1;
    try {
      const { serverUrl } = bed;
      const answer = await sendEvents(serverUrl, [sent.event], { seed: sent.seed, timeoutMs: sendTimeoutMs });
      if (answer.status === 200) {
        sent.internalId = (answer.json as { readonly ids: readonly string[] }).ids[0] ?? null;
        sent.isAcknowledged = true;
        return;
      }
      if (answer.status < 500) throw new Error(`refused with ${answer.status}: ${JSON.stringify(answer.json)}`);
    } catch (error) {
      // Nobody knows whether it was taken.
      if (error instanceof Error && error.message.startsWith("refused with")) throw error;
    }
    if (sent.isOnce) return;
    await pause(30);
  }
  throw new Error(`event ${sent.event.id} was not acknowledged within ${giveUpMs} ms`);
}

/** Sends the event that ends a wait or a run, until it is acknowledged. */
async function follow(bed: Bed, app: AppName, sent: SentEvent, name: "answer" | "cancel"): Promise<void> {
  await send(bed, {
    ...sent,
    event: { id: `${sent.event.id}-${name}`, name: `${app}/${name}`, data: sent.event.data },
    seed: "",
    isOnce: false,
  });
}

/** Resolves when the run of the event waits for its answer. */
async function untilWaiting(bed: Bed, sent: SentEvent): Promise<void> {
  const look = async (): Promise<true | null> => {
    try {
      const { url } = await bed.server();
      const event = await request(`${url}/api/events/${sent.internalId}`);
      const runId = (event.json as { readonly runs?: readonly { readonly runId: string }[] }).runs?.[0]?.runId;
      if (runId === undefined) return null;
      const run = await request(`${url}/api/runs/${runId}`);
      const { doing = [] } = run.json as { readonly doing?: readonly { readonly kind: string }[] };
      return doing.some(({ kind }) => kind === "waitingForEvent") ? true : null;
    } catch {
      // Killed or stopped while it answered.
      return null;
    }
  };
  await until(look, {
    timeoutMs: giveUpMs,
    everyMs: 50,
    describe: () => `the run of ${sent.event.id} waits for its answer`,
  });
}
