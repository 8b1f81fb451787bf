import { describe, expect, it } from "vitest";
import { createIntake, type Entry } from "./intake.ts";
import { unsentBytesMax } from "./limits.ts";

const small = { bytes: 10, requests: 1, events: 1, senderShare: 0.5 };
const request = (changes: Partial<Entry> = {}): Entry => ({ kind: "new", announced: 0, sender: null, ...changes });

describe("answers that nobody reads", () => {
  it("fill the room for them until they are gone, and meanwhile nobody is given more", () => {
    const intake = createIntake({ ...small, bytes: 1 });
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
    const intake = createIntake(small);
    const first = intake.enter(request());
    first.grow(10);
    expect(() => first.grow(1)).toThrow(/request bodies/);
    first.leave();
    first.leave();
    first.grow(10);
    const second = intake.enter(request({ announced: 10 }));
    second.grow(10);
    expect(() => intake.enter(request())).toThrow(/all requests/);
  });
});

describe("a sender of several", () => {
  const size = { bytes: 100, requests: 4, events: 10, senderShare: 0.5 };
  const of = (sender: string, announced = 0) => request({ sender, announced });

  it("has no more requests in hand than its share, and others go on", () => {
    const intake = createIntake(size);
    const first = intake.enter(of("a"));
    intake.enter(of("a"));
    expect(() => intake.enter(of("a"))).toThrow(/all requests of one event key in hand that it takes at once \(2\)/);
    intake.enter(of("b"));
    first.leave();
    intake.enter(of("a"));
    intake.enter(of("b"));
    // The room of all is still the room of all.
    expect(() => intake.enter(of("c"))).toThrow(/all requests in hand .* \(4\)/);
  });

  it("has no more bytes and events in hand than its share", () => {
    const intake = createIntake(size);
    const first = intake.enter(of("a"));
    first.grow(30);
    first.carry(4);
    expect(() => intake.enter(of("a", 21))).toThrow(/bytes of request bodies of one event key/);
    const second = intake.enter(of("a", 20));
    second.grow(20);
    expect(() => second.grow(1)).toThrow(/bytes of request bodies of one event key/);
    expect(() => second.carry(2)).toThrow(/all events of one event key .* \(5\)/);
    intake.enter(of("b", 50)).carry(5);
    first.leave();
    second.carry(5);
  });

  it("may send one request that is larger than its share", () => {
    const intake = createIntake(size);
    const only = intake.enter(of("a", 90));
    only.grow(90);
    only.carry(9);
    expect(() => intake.enter(of("a", 1))).toThrow(/of one event key/);
    only.leave();
    intake.enter(of("a", 90)).grow(90);
  });
});
