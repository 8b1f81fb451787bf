// Which frames of a stack are the user's own.
import { expect, test } from "vitest";
import { firstUserFrame, groupStack, parseStack, shortPlace } from "./stack.ts";

const message = "CRM answered 503\nwith an empty body";
const stack = `Error: ${message}
    at pushToCrm (/home/ana/shop/src/inngest/sync-crm.ts:42:11)
    at async /home/ana/shop/src/inngest/sync-crm.ts:60:5
    at async runStep (/home/ana/shop/node_modules/.pnpm/inngest@4.24.0/node_modules/inngest/src/engine.ts:800:9)
    at process.processTicksAndRejections (node:internal/process/task_queues:103:5)`;

test("the headline is left out, however many lines the message has", () => {
  const lines = parseStack(stack, message);
  expect(lines).toHaveLength(4);
  expect(lines[0]).toEqual({
    kind: "frame",
    text: "at pushToCrm (/home/ana/shop/src/inngest/sync-crm.ts:42:11)",
    caller: "pushToCrm",
    place: "/home/ana/shop/src/inngest/sync-crm.ts:42:11",
    isUsers: true,
  });
});

test("frames of packages and of the runtime are grouped apart", () => {
  expect(groupStack(parseStack(stack, message)).map((group) => [group.isUsers, group.lines.length])).toEqual([
    [true, 2],
    [false, 2],
  ]);
});

test("the first own frame is named with the end of its path", () => {
  expect(firstUserFrame(stack)).toBe("pushToCrm (…/src/inngest/sync-crm.ts:42:11)");
  expect(firstUserFrame("Error: x\n    at node:internal/timers:1:1")).toBeNull();
  expect(firstUserFrame(null)).toBeNull();
});

test("lines that are no frames are kept", () => {
  expect(parseStack('Traceback\n  File "app.py", line 3', "")).toEqual([
    { kind: "text", text: "Traceback" },
    { kind: "text", text: '  File "app.py", line 3' },
  ]);
});

test("a short place stays as it is", () => {
  expect(shortPlace("src/app.ts:1:2")).toBe("src/app.ts:1:2");
});
