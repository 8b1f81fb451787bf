import type { ApiLiveMessage } from "@stepwright/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openServer, type OpenServer } from "./open-server.ts";

let server: OpenServer;
let url = "";

beforeAll(async () => {
  server = await openServer();
  url = await server.app.listen({ port: 0, host: "127.0.0.1" });
});

afterAll(() => server.close());

async function* messagesOf(response: Response): AsyncGenerator<ApiLiveMessage> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n")) {
      const part = text.slice(0, end);
      text = text.slice(end + 2);
      if (part.startsWith("data: ")) yield JSON.parse(part.slice("data: ".length)) as ApiLiveMessage;
    }
  }
}

it("pushes what was committed, and ends when the server closes", async () => {
  const response = await fetch(`${url}/api/live`);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  expect(response.headers.get("x-inngest-server-kind")).toBe("dev");
  const messages = messagesOf(response);

  await fetch(`${url}/e/x`, { method: "POST", body: `{"name":"live/one"}` });
  const first = await messages.next();
  expect(first.value).toEqual({ kind: "changes", runs: [], hasNewEvents: true, haveAppsChanged: false });

  await fetch(`${url}/api/apps`, { method: "POST", body: `{"url":"http://localhost:1/api/inngest"}` });
  const second = await messages.next();
  expect(second.value).toMatchObject({ haveAppsChanged: true });

  await server.app.close();
  for await (const _ of messages) void _;
});
