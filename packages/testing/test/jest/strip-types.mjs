// Lets jest read the sources: Node strips their types.
import { createHash } from "node:crypto";
import { stripTypeScriptTypes } from "node:module";

// oxlint-disable-next-line import/no-default-export -- jest asks for one
export default {
  canInstrument: false,
  getCacheKey: (source) => createHash("sha256").update(source).digest("hex"),
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
};
