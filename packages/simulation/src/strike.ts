// Faults that happen to a simulated world as a whole, done to its server, its clock, its apps and its store.
import type { WorldFault } from "./faults.ts";
import type { PeopleOptions } from "./people.ts";

/** Does it, unless the faults are over. */
export function strike(
  what: WorldFault["what"],
  { faults, coverage, server, chance, say, clock }: PeopleOptions,
): void {
  if (faults.isStopped) return;
  switch (what.kind) {
    case "kill":
      coverage.count("fault kill");
      server.kill(chance.between(1, 5_000), { isPowerLost: faults.losesPower() });
      return;
    case "stop":
      coverage.count("fault stop");
      say("stop");
      server.stop({ graceMs: what.graceMs, downMs: chance.between(1, 5_000) });
      return;
    case "jump":
      coverage.count(what.byMs > 0 ? "fault jumpForward" : "fault jumpBack");
      say(`the clock jumps by ${what.byMs} ms`);
      clock.jump(what.byMs);
      return;
    case "appsAway":
      coverage.count("fault appsAway");
      say("the apps are away");
      faults.appsAway = true;
      clock.after(what.forMs, () => {
        faults.appsAway = false;
      });
      return;
    case "storeAway":
      coverage.count("fault storeAway");
      say("the store is away");
      faults.storeAway = true;
      clock.after(what.forMs, () => {
        faults.storeAway = false;
      });
  }
}
