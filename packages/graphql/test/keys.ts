// Keys as SDKs send them.
import { createHash } from "node:crypto";

/** The digest that stands for a signing key of hexadecimal digits. */
export function signingKeyHash(key: string): string {
  return createHash("sha256").update(Buffer.from(key, "hex")).digest("hex");
}
