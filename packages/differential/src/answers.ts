// Answers from outside: a run is answered as soon as it is seen waiting, so both sides answer at the same point of its life.
import type { ApiRun } from "@stepwright/protocol";
import type { Api } from "./api.ts";
import { answerTo, pathOf } from "./names.ts";
import { allParts, appOf, type Scenario } from "./program.ts";

/** What is to be sent. */
export type DueAnswer =
  | { readonly kind: "event"; readonly name: string; readonly data: Readonly<Record<string, unknown>> }
  | { readonly kind: "signal"; readonly signal: string; readonly data: Readonly<Record<string, unknown>> };

/** Answers what waits; each wait once. */
export interface Answerer {
  /** Answers the waits of unfinished runs; returns whether there were any. */
  answer(unfinished: readonly { readonly id: string; readonly functionSlug: string }[]): Promise<boolean>;
}

/** Makes one for the scenarios that a server runs. */
export function createAnswerer(api: Api, scenarios: readonly Scenario[]): Answerer {
  const answered = new Set<string>();
  const waiting = new Set(scenarios.flatMap((scenario) => functionsThatWait(scenario)));
  return {
    async answer(unfinished) {
      let hasAnswered = false;
      for (const { id } of unfinished.filter(({ functionSlug }) => waiting.has(functionSlug))) {
        for (const { key, answer } of dueAnswers(await api.run(id))) {
          if (answered.has(key)) continue;
          answered.add(key);
          await api.answer(answer);
          hasAnswered = true;
        }
      }
      return hasAnswered;
    },
  };
}

/** Functions of a scenario that wait for somebody outside. */
export function functionsThatWait(scenario: Scenario): readonly string[] {
  return scenario.programs
    .filter(({ parts }) => parts.flatMap(allParts).some((part) => part.kind === "wait" && part.answerer === "scenario"))
    .map(({ id }) => `${appOf(scenario)}-${id}`);
}

interface Due {
  readonly key: string;
  readonly answer: DueAnswer;
}

function dueAnswers(run: ApiRun): readonly Due[] {
  const path = pathOf(run.events[0]?.data);
  return run.steps
    .filter(({ status }) => status === "waiting")
    .flatMap(({ id, detail: { event, signal } }): readonly Due[] => {
      const key = `${run.id} ${id}`;
      if (typeof event === "string" && isForScenario(event))
        return [{ key, answer: { kind: "event", name: event, data: answerTo(event, path) } }];
      if (typeof signal !== "string" || !isForScenario(signal)) return [];
      const name = signal.slice(0, signal.indexOf("@"));
      return [{ key, answer: { kind: "signal", signal, data: answerTo(name, path) } }];
    });
}

function isForScenario(name: string): boolean {
  return name.includes("/scenario.");
}
