// The storage contract. The conformance suite is exported as `@stepwright/storage/conformance`.
export type * from "./storage.ts";
