// What the protocol knows and this server does not do says so: 501 with a sentence, never a 404 that looks like a typing error.
import { expect, test } from "vitest";
import { useServer } from "../harness/scope.ts";
import { registerFunctions } from "../harness/fake-app.ts";

const server = useServer();
const run = "01M854TKXWNT0FF1WA0BB6VT7M";

test.each([
  ["POST", "/v0/connect/start", "Connect"],
  ["POST", "/v0/connect/flush", "Connect"],
  ["GET", "/v0/connect", "Connect"],
  ["POST", "/v1/realtime/publish?channel=c&topic=t", "realtime"],
  ["POST", "/v1/realtime/publish/tee?channel=c", "realtime"],
  ["POST", "/v1/realtime/token", "realtime"],
  ["GET", "/v1/realtime/connect?token=t", "realtime"],
  ["GET", "/v1/realtime/sse?token=t", "realtime"],
  ["POST", "/v1/checkpoint", "durable endpoint"],
  ["POST", `/v1/checkpoint/${run}/steps`, "durable endpoint"],
  ["GET", `/v1/checkpoint/${run}/output?token=t`, "durable endpoint"],
  ["POST", "/v1/http/runs", "durable endpoint"],
  ["POST", `/v1/http/runs/${run}/steps`, "durable endpoint"],
  ["GET", `/v1/http/runs/${run}/output?token=t`, "durable endpoint"],
])("%s %s", async (method, path, words) => {
  const answer = await server.request(method, path, method === "POST" ? { body: "{}" } : {});
  expect(answer).toMatchObject({
    status: 501,
    json: { status: 501, code: "NOT_SUPPORTED", error: expect.stringMatching(/is not supported by this server$/u) },
  });
  expect(answer.text).toContain(words);
});

test("a body that is not JSON is answered the same", async () => {
  const headers = { "content-type": "application/protobuf" };
  const answer = await server.request("POST", "/v0/connect/start", { headers, body: "\u0001\u0002" });
  expect(answer).toMatchObject({ status: 501, json: { code: "NOT_SUPPORTED" } });
});

test("functions of workers that connect are refused at the sync, with the reason", async () => {
  const steps = { step: { id: "step", name: "step", runtime: { type: "ws", url: "ws://connect?fnId=a-b" } } };
  const answer = await registerFunctions(server, [{ id: "worker", steps }]);
  expect(answer).toMatchObject({ status: 400, json: { error: expect.stringContaining("steps.step.runtime.type: ") } });
});
