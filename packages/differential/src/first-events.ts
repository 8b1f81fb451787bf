// The events of a scenario as they are sent: all at once, those for later with the time when they count.
import type { OutgoingEvent } from "./api.ts";
import { appOf, type Scenario, startEvent } from "./program.ts";

/** Makes the events, for a scenario that begins at `now`. */
export function firstEvents(scenario: Scenario, now: number): readonly OutgoingEvent[] {
  return scenario.events.map(({ fn, path, atSeconds }) => ({
    name: startEvent(appOf(scenario), fn),
    data: { path },
    ts: now + atSeconds * 1_000,
  }));
}
