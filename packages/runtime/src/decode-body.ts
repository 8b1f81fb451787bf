// Bodies of answers: from the bytes on the wire to text.
import { promisify } from "node:util";
import { brotliDecompress, gunzip } from "node:zlib";

/** What the bytes were. */
export type DecodedBody =
  | { readonly kind: "text"; readonly text: string }
  /** Small on the wire, and over the limit once unpacked. */
  | { readonly kind: "tooLarge" }
  | { readonly kind: "unreadable"; readonly reason: string };

const gunzipAsync = promisify(gunzip);
const brotliAsync = promisify(brotliDecompress);

/** Undoes the encoding that the `content-encoding` header names. */
export async function decodeBody(raw: Buffer, encoding: string | undefined, bytesMax: number): Promise<DecodedBody> {
  // Answers without a body may still name the encoding it would have had.
  if (raw.length === 0) return { kind: "text", text: "" };
  const options = { maxOutputLength: bytesMax };
  try {
    switch (encoding?.trim().toLowerCase() ?? "") {
      case "":
      case "identity":
        return { kind: "text", text: raw.toString("utf8") };
      case "gzip":
        return { kind: "text", text: (await gunzipAsync(raw, options)).toString("utf8") };
      case "br":
        return { kind: "text", text: (await brotliAsync(raw, options)).toString("utf8") };
      default:
        return { kind: "unreadable", reason: `its Content-Encoding "${encoding}" is not gzip, br or identity` };
    }
  } catch (error) {
    if (error instanceof RangeError) return { kind: "tooLarge" };
    return {
      kind: "unreadable",
      reason: `its ${encoding} body cannot be decoded: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}
