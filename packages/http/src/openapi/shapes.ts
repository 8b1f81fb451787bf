// Shapes that several APIs have in common.
import { z } from "zod";

/** An object of any JSON. */
export const jsonObject = z.record(z.string(), z.json());

/** An RFC 3339 time in UTC. */
export const time = z.string().regex(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
