import type { LookupAddress } from "node:dns";
import { describe, expect, it } from "vitest";
import { lookup } from "./lookup.ts";

function find(hostname: string, options: Parameters<typeof lookup>[1]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    lookup(hostname, options, (error: Error | null, address: string | LookupAddress[], family?: number) =>
      error === null ? resolve(family === undefined ? address : [address, family]) : reject(error),
    );
  });
}

describe("a name", () => {
  it("is both loopback addresses when it is localhost, and the one of the family that is asked for", async () => {
    expect(await find("localhost", { all: true })).toEqual([
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ]);
    expect(await find("localhost", { all: true, family: 6 })).toEqual([{ address: "::1", family: 6 }]);
    expect(await find("localhost", {})).toEqual(["127.0.0.1", 4]);
    expect(await find("localhost", { family: "IPv6" })).toEqual(["::1", 6]);
  });

  it("is what the system says when it is another", async () => {
    expect(await find("127.0.0.2", {})).toEqual(["127.0.0.2", 4]);
  });
});
