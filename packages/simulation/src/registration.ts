// How the apps of a world register: their functions in the words of the wire.
import { parseRegister, type RegisterRequest } from "@stepwright/protocol";
import { eventForAll, type FunctionOptions, type SimulatedFunction } from "./functions.ts";
import type { Limits } from "./limits.ts";

const userKey = "event.data.user";

/** Where an app is served. */
export function urlOf(app: string): string {
  return `http://${app}.test/api/inngest`;
}

/** The registration of an app. */
export function registrationOf(
  app: string,
  functions: readonly SimulatedFunction[],
  limits: Pick<Limits, "registered">,
): RegisterRequest {
  const parsed = parseRegister({
    url: urlOf(app),
    deployType: "ping",
    framework: "simulation",
    appName: app,
    sdk: "js:v4.24.0",
    v: "0.1",
    functions: functions.filter((fn) => fn.app === app).map((fn) => wireFunction(fn, limits.registered(fn))),
  });
  if (parsed.kind === "rejected") throw parsed.error;
  return parsed.request;
}

function wireFunction(fn: SimulatedFunction, options: FunctionOptions) {
  return {
    id: fn.slug,
    name: fn.slug,
    triggers: wireTriggers(fn),
    ...wireOptions(options),
    steps: {
      step: {
        id: "step",
        name: "step",
        runtime: { type: "http", url: `${urlOf(fn.app)}?fnId=${fn.slug}&stepId=step` },
        retries: { attempts: fn.retries },
      },
    },
  };
}

function wireTriggers({ trigger }: SimulatedFunction) {
  if (trigger.kind === "cron") return [{ cron: "* * * * *" }];
  if (trigger.kind === "lifecycle")
    return [{ event: trigger.event, expression: `event.data.function_id == '${trigger.of}'` }];
  const condition = trigger.isConditional ? { expression: "event.data.go == true" } : {};
  return [{ event: trigger.event, ...condition }, ...(trigger.takesAll ? [{ event: eventForAll, ...condition }] : [])];
}

function wireOptions(o: FunctionOptions) {
  const keyed = (isKeyed: boolean) => (isKeyed ? { key: userKey } : {});
  const step = o.concurrency.map(({ limit, isKeyed, scope }) =>
    scope === "fn" ? { limit, ...keyed(isKeyed) } : { limit, scope, key: isKeyed ? userKey : "'everybody'" },
  );
  return {
    concurrency: {
      step,
      ...(o.runConcurrency === undefined
        ? {}
        : { fn: [{ limit: o.runConcurrency.limit, ...keyed(o.runConcurrency.isKeyed) }] }),
    },
    ...(o.throttle === undefined
      ? {}
      : {
          throttle: {
            limit: o.throttle.limit,
            period: `${o.throttle.seconds}s`,
            burst: o.throttle.burst,
            ...keyed(o.throttle.isKeyed),
          },
        }),
    ...(o.rateLimit === undefined
      ? {}
      : { rateLimit: { limit: o.rateLimit.limit, period: `${o.rateLimit.seconds}s`, ...keyed(o.rateLimit.isKeyed) } }),
    ...(o.debounce === undefined
      ? {}
      : {
          debounce: {
            period: `${o.debounce.seconds}s`,
            ...(o.debounce.ceilingSeconds === null ? {} : { timeout: `${o.debounce.ceilingSeconds}s` }),
            ...keyed(o.debounce.isKeyed),
          },
        }),
    ...(o.batch === undefined
      ? {}
      : { batchEvents: { maxSize: o.batch.maxSize, timeout: `${o.batch.seconds}s`, ...keyed(o.batch.isKeyed) } }),
    ...(o.singleton === undefined ? {} : { singleton: { mode: o.singleton.mode, ...keyed(o.singleton.isKeyed) } }),
    ...(o.hasPriority === undefined ? {} : { priority: { run: "event.data.priority" } }),
    ...(o.isIdempotent === undefined ? {} : { idempotency: "event.data.once" }),
    ...(o.cancelOn === undefined
      ? {}
      : {
          cancel: [
            {
              event: o.cancelOn.event,
              ...(o.cancelOn.isMatching ? { if: "event.data.user == async.data.user" } : {}),
            },
          ],
        }),
    ...(o.timeouts === undefined
      ? {}
      : {
          timeouts: {
            ...(o.timeouts.startSeconds === null ? {} : { start: `${o.timeouts.startSeconds}s` }),
            ...(o.timeouts.finishSeconds === null ? {} : { finish: `${o.timeouts.finishSeconds}s` }),
          },
        }),
  };
}
