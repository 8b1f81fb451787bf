// A scenario as an app of the SDK.
import type { SdkFunction } from "@stepwright/testing";
import { interpret, type Surroundings } from "./interpret.ts";
import { answerLater, cancel, handleFailure } from "./other-functions.ts";
import type { Ledger } from "./ledger.ts";
import { answererId, appOf, cancelEvent, cancellerId, type Scenario, startEvent } from "./program.ts";
import { type ClientOptions, type FunctionOptions, type Handler, openSdk, type Sdk } from "./sdk.ts";

/** The app. */
export interface ScenarioApp {
  readonly sdk: Sdk;
  readonly functions: readonly SdkFunction[];
}

/** Makes it: one client, one function per program, and those that cancel and answer others. */
export async function openApp(
  scenario: Scenario,
  o: { readonly client: ClientOptions | null; readonly ledger: Ledger; readonly now: () => number },
): Promise<ScenarioApp> {
  const app = appOf(scenario);
  const sdk = await openSdk(scenario.mode, app, o.client);
  const functions = new Map<string, SdkFunction>();
  const surroundings: Surroundings = { app, sdk, ledger: o.ledger, now: o.now, functions };
  const define = (id: string, handler: Handler, options: Partial<FunctionOptions>): void => {
    const cancelOn = [{ event: cancelEvent(app), match: "data.path" }];
    functions.set(id, sdk.define({ id, retries: 0, event: startEvent(app, id), cancelOn, ...options }, handler));
  };
  for (const program of scenario.programs) {
    const { id, retries, handlesFailure } = program;
    define(id, (context) => interpret(program, context, surroundings), {
      retries,
      ...(handlesFailure ? { onFailure: (context) => handleFailure(program, context, surroundings) } : {}),
    });
  }
  define(answererId, (context) => answerLater(context, surroundings), {});
  define(cancellerId, (context) => cancel(context, surroundings), {});
  return { sdk, functions: [...functions.values()] };
}
