// Forms: pages get a redirect with a sentence, scripts get JSON, and both get their mistakes explained.
import { expect, test } from "vitest";
import { answerForm, FormError, required } from "../lib/form.ts";
import type { Fields, Outcome } from "../lib/form.ts";

const greet = async (fields: Fields): Promise<Outcome> => {
  const name = required(fields, "name");
  if (name === "taken") throw new FormError(409, "that name is taken");
  return { status: 201, notice: `Hello, ${name}.`, body: { name } };
};

const post = (body: BodyInit, headers: Record<string, string> = {}): Promise<Response> =>
  answerForm(new Request("http://localhost/api/greet", { method: "POST", body, headers }), "/greet", greet);

const postJson = (body: string): Promise<Response> => post(body, { "content-type": "application/json" });

test("a page is sent back with the notice", async () => {
  const response = await post(new URLSearchParams({ name: " Ada " }));
  expect(response.status).toBe(303);
  expect(response.headers.get("location")).toBe("/greet?notice=Hello%2C+Ada.");
});

test("a page is sent back with the problem", async () => {
  const response = await post(new URLSearchParams({ name: "taken" }));
  expect(response.headers.get("location")).toBe("/greet?problem=that+name+is+taken");
});

test("a script gets status and body", async () => {
  const response = await postJson('{"name":7}');
  expect(response.status).toBe(201);
  expect(await response.json()).toEqual({ name: "7" });
});

test.each([
  ["{}", 400, "name is missing"],
  ['{"name":"taken"}', 409, "that name is taken"],
  ["not json", 400, "the body is no JSON object"],
])("a script that posts %s gets %i: %s", async (body, status, error) => {
  const response = await postJson(body);
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({ error });
});
