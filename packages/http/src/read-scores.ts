// Reads the scores of a run: a bare list, whose first mistake is told by its place.
import { bodyInvalid, fieldInvalid, issueText, type JsonValue } from "@stepwright/protocol";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { anyJson } from "./any-json.ts";
import { bodyJson } from "./body.ts";
import { camelKeys } from "./read-v2.ts";

const scoresMax = 100;
const nameLengthMax = 256;

const score = z.preprocess(
  camelKeys,
  z.strictObject({
    name: z
      .string("Score name is required")
      .min(1, "Score name is required")
      .max(nameLengthMax, "Score name is too long"),
    value: z.union([z.number(), z.boolean()], "Score value must be a finite number or boolean"),
    stepId: z.string().max(nameLengthMax).optional(),
    experiment: anyJson.optional(),
  }),
);

/** The body of scores. */
export const scoresBody = z.array(score).min(1).max(scoresMax);

/** One score. */
export interface Score {
  readonly [key: string]: JsonValue;
  readonly name: string;
  readonly value: number | boolean;
}

/** Reads them; throws BODY_INVALID for what is no list, FIELD_INVALID for what is wrong in it. */
export function readScores(request: FastifyRequest): readonly (Score & { readonly stepId?: string })[] {
  const body = bodyJson(request);
  if (!Array.isArray(body)) throw bodyInvalid({ reason: "send a list of scores" });
  if (body.length === 0) throw fieldInvalid({ reason: "At least one score is required" });
  if (body.length > scoresMax) throw fieldInvalid({ reason: `At most ${scoresMax} scores are allowed` });
  const parsed = scoresBody.safeParse(body);
  if (parsed.success)
    return parsed.data.map(({ stepId, experiment, ...rest }) => ({
      ...rest,
      ...(stepId === undefined ? {} : { stepId }),
      ...(experiment === undefined ? {} : { experiment }),
    }));
  const [issue] = parsed.error.issues;
  throw fieldInvalid({
    reason: `scores[${String(issue?.path[0] ?? 0)}]: ${issue === undefined ? "unreadable" : issueText(issue)}`,
  });
}
