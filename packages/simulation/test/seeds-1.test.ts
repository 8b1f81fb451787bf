// Half of the seeds of every build; vitest runs the halves side by side.
import { expectSeeds } from "./expect-seeds.ts";

expectSeeds({ from: 1, count: 1000 });
