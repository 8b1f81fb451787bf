import { describe, expect, it } from "vitest";
import { banner } from "./banner.ts";
import { readConfig } from "./read-config.ts";

describe("the banner", () => {
  const bannerWith = (flags: Readonly<Record<string, unknown>>): string =>
    banner({
      config: readConfig({
        command: "dev",
        flags: new Map(Object.entries(flags)) as never,
        env: {},
        configFile: null,
        cwd: "/",
      }),
      server: { urls: ["http://localhost:8288"], isPortChanged: false, now: () => Date.UTC(2030, 0, 1) },
      version: "1.2.3",
    });

  it("says what time it is where time stands, how to move it, and that nothing is kept", () => {
    const text = bannerWith({ virtualClock: true, appUrl: ["http://localhost:3000/api/inngest"] });
    expect(text).toContain("stands at 2030-01-01T00:00:00.000Z");
    expect(text).toContain(`curl http://localhost:8288/api/test/clock/advance -d '{"by":"1d"}'`);
    expect(text).toContain("in memory, gone when the server stops");
    expect(text).toContain("add an app with -u URL");
  });

  it("says nothing of a clock that goes by itself", () => {
    expect(bannerWith({})).not.toContain("Clock");
  });
});
