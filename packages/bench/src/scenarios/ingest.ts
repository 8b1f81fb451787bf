// Ingest: events per second, each acknowledged after its commit. Single posts from 64 senders, and batches of 100 from 8.
import type { Bed } from "../bed.ts";
import { type Rate, rateBesideFloor } from "../compare-with-floor.ts";
import type { Figure } from "../figure.ts";
import type { Scenario, Size } from "../scenario.ts";
import { warmUpCount } from "../warm-up.ts";

/** How events are sent. */
export interface Posts {
  readonly event: string;
  readonly perPost: number;
  readonly senders: number;
}

interface Shape extends Posts {
  readonly id: string;
  readonly title: string;
  readonly events: Readonly<Record<Size, number>>;
}

const shapes: readonly Shape[] = [
  {
    id: "ingest/single",
    title: "ingest, one event per post",
    event: "bench/nobody",
    perPost: 1,
    senders: 64,
    events: { smoke: 128, full: 20_000 },
  },
  {
    id: "ingest/batch-unmatched",
    title: "ingest, 100 per post, no function",
    event: "bench/nobody",
    perPost: 100,
    senders: 8,
    events: { smoke: 1_600, full: 200_000 },
  },
  {
    id: "ingest/batch-matched",
    title: "ingest, 100 per post, starting a run each",
    event: "bench/long",
    perPost: 100,
    senders: 8,
    events: { smoke: 1_600, full: 50_000 },
  },
];

export const ingest: Scenario = {
  name: "ingest",
  about: "Events per second, acknowledged after the commit that holds them and the runs they start.",
  async measure(context) {
    const figures: Figure[] = [];
    for (const shape of shapes) {
      figures.push(
        await rateBesideFloor(context, { ...shape, per: "event" }, (bed) =>
          measureIngest(bed, shape, { count: shape.events[context.size], size: context.size }),
        ),
      );
    }
    return figures;
  },
};

/**
 * Events per second of `count` events, after others to warm up. Where they start runs, the calls are held until the
 * end: what is measured is taking events in, not working on runs.
 */
export async function measureIngest(
  bed: Bed,
  { event, perPost, senders }: Posts,
  { count, size }: { readonly count: number; readonly size: Size },
): Promise<Rate> {
  const measuring = Promise.withResolvers<void>();
  const allCalled = Promise.withResolvers<void>();
  const called = new Set<string>();
  const warmUpPosts = warmUpCount(size, perPost);
  const posts = Math.ceil(count / perPost);
  const eventsSent = (posts + warmUpPosts) * perPost;
  bed.app.onCall(async (call) => {
    called.add(call.runId);
    if (called.size === eventsSent) allCalled.resolve();
    await measuring.promise;
  });
  const body = JSON.stringify(
    perPost === 1
      ? { name: event, data: { user: 7 } }
      : Array.from({ length: perPost }, (_, number) => ({ name: event, data: { user: number } })),
  );
  await postAll(bed, body, { posts: warmUpPosts, senders });
  bed.window.open();
  await postAll(bed, body, { posts, senders });
  const measured = bed.window.close(posts * perPost);
  measuring.resolve();
  if (event !== "bench/nobody") await allCalled.promise;
  return { ...measured, counts: { events: eventsSent, runs: called.size } };
}

async function postAll(bed: Bed, body: string, o: { readonly posts: number; readonly senders: number }): Promise<void> {
  let left = o.posts;
  const sender = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await bed.post(body);
    }
  };
  await Promise.all(Array.from({ length: o.senders }, sender));
}
