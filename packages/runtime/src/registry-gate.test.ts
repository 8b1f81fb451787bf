import { describe, expect, it } from "vitest";
import { createRegistryGate } from "./registry-gate.ts";

describe("the gate of the registry", () => {
  it("lets one change work after another, also after one that failed", async () => {
    const gate = createRegistryGate();
    const seen: string[] = [];
    const change = (name: string) =>
      gate.change(async () => {
        seen.push(`${name} begins`);
        await Promise.resolve();
        seen.push(`${name} ends`);
        if (name === "a") throw new Error("no");
      });
    await Promise.allSettled([change("a"), change("b")]);
    expect(seen).toEqual(["a begins", "a ends", "b begins", "b ends"]);
  });

  it("lets no change begin while anybody holds it", async () => {
    const gate = createRegistryGate();
    let changes = 0;
    const [one, other] = [gate.hold(), gate.hold()];
    const change = gate.change(() => Promise.resolve((changes += 1)));
    one();
    one();
    await Promise.resolve();
    expect(changes).toBe(0);
    other();
    await change;
    expect(changes).toBe(1);
  });
});
