import { it } from "vitest";
import { simulate } from "./simulation.ts";
it("x", () => { const s = simulate({"kind":"invoke","id":"s1","slug":"sim-ok"},{"version":1,"isCheckpointing":true},0); console.log(JSON.stringify([...s.world.store.runs.values()],null,1)) });
