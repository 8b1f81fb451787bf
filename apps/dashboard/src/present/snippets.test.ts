// Snippets that work when they are pasted.
import { expect, test } from "vitest";
import { curlSnippet, sdkSnippet } from "./snippets.ts";

const event = { name: "user/signed-up", data: { name: "O'Hara" } };

test("the command has the real address, and quotes survive the shell", () => {
  const command = curlSnippet(event, { origin: "http://localhost:9000", needsKey: false });
  expect(command).toContain('"http://localhost:9000/e/dev"');
  expect(command).toContain(String.raw`"O'\''Hara"`);
});

test("a server with keys shows where the key goes", () => {
  expect(curlSnippet(event, { origin: "https://s.example", needsKey: true })).toContain('/e/$INNGEST_EVENT_KEY"');
});

test("the code sends the same event", () => {
  expect(sdkSnippet({ ...event, id: "x" })).toContain('"id": "x"');
});
