// The runtime's chance, drawn from the seed.
import { millis, ulidOf } from "@stepwright/protocol";
import type { Random } from "@stepwright/runtime";
import type { Chance } from "@stepwright/test-parts";

/** Makes the chance of one process: its ids rise strictly, as those of a real one do. */
export function createSimulatedRandom(chance: Chance): Random {
  let latest = 0;
  let high = 0;
  let low = 0;
  return {
    fraction: chance.fraction,
    ulid(now) {
      if (now > latest) {
        latest = now;
        // Half the range: there is room above for whatever else is made in this millisecond.
        high = Math.floor(chance.fraction() * 2 ** 31);
        low = Math.floor(chance.fraction() * 2 ** 30);
      } else low += 1 + Math.floor(chance.fraction() * 1_000);
      const entropy = new Uint8Array(10);
      const view = new DataView(entropy.buffer);
      view.setUint32(0, high);
      view.setUint32(6, low);
      return ulidOf(millis(latest), entropy);
    },
  };
}
