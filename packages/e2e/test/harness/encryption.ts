// A middleware that encrypts, in the form of either major: the engine sees envelopes and nothing of what is in them.
import { Middleware } from "inngest";
import { InngestMiddleware } from "inngest-v3";

/** What an encrypted value looks like on the wire. */
export function envelope(value: unknown): { readonly __ENCRYPTED__: true; readonly data: string } {
  return { __ENCRYPTED__: true, data: Buffer.from(JSON.stringify(value)).toString("base64") };
}

function opened(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("__ENCRYPTED__" in value) || !("data" in value)) return value;
  return JSON.parse(Buffer.from(String(value.data), "base64").toString("utf8"));
}

function openedFields(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, opened(value)]));
}

function closedFields(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, envelope(value)]));
}

const forV3 = new InngestMiddleware({
  name: "encryption",
  init: () => ({
    onFunctionRun: () => ({
      transformInput: ({ ctx, steps }) => ({
        ctx: { event: { ...ctx.event, data: openedFields(ctx.event.data as object) } } as never,
        steps: steps.map((step) => ({ ...step, data: opened(step.data) })),
      }),
      transformOutput: ({ result }) => ({ result: { data: envelope(result.data) } }),
    }),
    onSendEvent: () => ({
      transformInput: ({ payloads }) => ({
        payloads: payloads.map((payload) => ({ ...payload, data: closedFields((payload.data ?? {}) as object) })),
      }),
    }),
  }),
});

class ForV4 extends Middleware.BaseMiddleware {
  override readonly id = "encryption";

  override transformFunctionInput(input: Middleware.TransformFunctionInputArgs): Middleware.TransformFunctionInputArgs {
    const { event } = input.ctx;
    return { ...input, ctx: { ...input.ctx, event: { ...event, data: openedFields(event.data as object) } } };
  }

  override transformSendEvent(sent: Middleware.TransformSendEventArgs): Middleware.TransformSendEventArgs {
    return { ...sent, events: sent.events.map((event) => ({ ...event, data: closedFields(event.data ?? {}) })) };
  }

  override async wrapStep({ next }: Middleware.WrapStepArgs): Promise<unknown> {
    return opened(await next());
  }

  override async wrapStepHandler({ next }: Middleware.WrapStepHandlerArgs): Promise<unknown> {
    return envelope(await next());
  }

  override async wrapFunctionHandler({ next }: Middleware.WrapFunctionHandlerArgs): Promise<unknown> {
    return envelope(await next());
  }
}

/** The middleware of each major, as a client takes it. */
export const encryption = { v3: [forV3], v4: [ForV4] } as const;
