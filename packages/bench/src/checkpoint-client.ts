// Stores steps of a call that goes on, as an SDK with checkpointing does.
import { Agent } from "undici";
import { type AppCall, stepOp } from "./raw-functions.ts";
import type { Subject } from "./subject.ts";

/** Sends checkpoints to one server. */
export interface CheckpointClient {
  /** Stores steps `from` up to `from + count` of the call's run. Throws unless the server answers 200. */
  store(call: AppCall, steps: { readonly from: number; readonly count: number }): Promise<void>;
  close(): Promise<void>;
}

const connections = 64;

/** Makes a client; nothing is connected yet. */
export function createCheckpointClient(subject: Subject): CheckpointClient {
  const agent = new Agent({ connections });
  const headers = { "content-type": "application/json", authorization: `Bearer ${subject.signingKeyHash}` };
  return {
    async store({ ctx }, { from, count }) {
      const answer = await agent.request({
        origin: subject.url,
        path: `/v1/checkpoint/${ctx.run_id}/async`,
        method: "POST",
        headers,
        body: JSON.stringify({
          run_id: ctx.run_id,
          fn_id: ctx.fn_id,
          qi_id: ctx.qi_id,
          generation_id: ctx.generation_id,
          request_started_at: Date.now(),
          ts: Date.now(),
          steps: Array.from({ length: count }, (_, number) => stepOp(from + number)),
        }),
      });
      const text = await answer.body.text();
      if (answer.statusCode !== 200) throw new Error(`the checkpoint was refused: ${answer.statusCode} ${text}`);
    },
    close: () => agent.close(),
  };
}
