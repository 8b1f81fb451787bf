import { expect, it } from "vitest";
import { answerDetail } from "./answer-detail.ts";
import type { Call } from "./call.ts";

const answered = (headers: Readonly<Record<string, string>>) =>
  answerDetail({ answer: { status: 206, headers } } as unknown as Call);

it("the status of an answer is kept, with the headers of the SDK and a few more", () => {
  expect(
    answered({
      "content-type": "application/json",
      "x-inngest-sdk": "inngest-js:v4.24.0",
      "x-inngest-signature": "t=1&s=2",
      "set-cookie": "session=secret",
      traceparent: "00-1-2-01",
    }),
  ).toEqual({
    response: {
      status: 206,
      headers: { "content-type": "application/json", "x-inngest-sdk": "inngest-js:v4.24.0" },
    },
  });
});

it("long headers are cut, and many are not all kept", () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`x-inngest-${n}`, "v".repeat(999)]));
  const { response } = answered(many) as { response: { headers: Record<string, string> } };
  expect(Object.keys(response.headers)).toHaveLength(16);
  expect(response.headers["x-inngest-0"]).toHaveLength(256);
});

it("nothing is kept of a call that nobody answered", () => {
  expect(answerDetail({} as Call)).toEqual({});
});
