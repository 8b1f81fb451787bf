import { describe, expect, it } from "vitest";
import { createIntake } from "./intake.ts";
import { unsentBytesMax } from "./limits.ts";

describe("answers that nobody reads", () => {
  it("fill the room for them until they are gone, and meanwhile nobody is given more", () => {
    const intake = createIntake({ bytesMax: 1, requestsMax: 1 });
    const gone = intake.unsent(unsentBytesMax);
    intake.checkUnsent();
    const alsoGone = intake.unsent(1);
    expect(() => intake.checkUnsent()).toThrow(/unread answers/);
    gone();
    gone();
    intake.checkUnsent();
    alsoGone();
    intake.unsent(unsentBytesMax);
    intake.checkUnsent();
  });
});

describe("a ticket", () => {
  it("gives back what it took once, however often it leaves, and takes nothing afterwards", () => {
    const intake = createIntake({ bytesMax: 10, requestsMax: 1 });
    const first = intake.enter("new", 0);
    first.grow(10);
    expect(() => first.grow(1)).toThrow(/request bodies/);
    first.leave();
    first.leave();
    first.grow(10);
    const second = intake.enter("new", 10);
    second.grow(10);
    expect(() => intake.enter("new", 0)).toThrow(/all requests/);
  });
});
