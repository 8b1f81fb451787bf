// The server under test: the built command, started the way a user does, in `start` mode with synchronous=FULL.
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { type Child, startChild } from "@stepwright/test-parts";

/** Keys of every server and app of the harness. */
export const keys = { event: "faults", signing: "00112233445566778899aabbccddeeff" } as const;

/** What the SDKs send in place of the signing key. */
export const signingKeyHash = createHash("sha256").update(Buffer.from(keys.signing, "hex")).digest("hex");

/** How to start it. */
export interface ServerOptions {
  readonly dataDir: string;
  readonly args?: readonly string[];
  readonly uid?: number;
  readonly fileBlocksMax?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A started server. */
export interface Server {
  readonly url: string;
  readonly port: number;
  readonly child: Child;
}

/** The command of the checkout, or another one, such as a single binary, from `STEPWRIGHT_COMMAND`. */
const command =
  process.env["STEPWRIGHT_COMMAND"] ?? fileURLToPath(new URL("../../../apps/server/bin/stepwright", import.meta.url));

/** Starts the command without waiting for it: for starts that are meant to be refused. */
export function startServerChild(o: ServerOptions): Child {
  const fixed = ["start", "--port", "0", "--host", "127.0.0.1", "--data-dir", o.dataDir];
  const access = ["--event-key", keys.event, "--signing-key", keys.signing];
  return startChild({
    command,
    args: [...fixed, ...access, ...(o.args ?? [])],
    // No configuration file lies above it.
    cwd: "/",
    ...(o.uid === undefined ? {} : { uid: o.uid }),
    ...(o.fileBlocksMax === undefined ? {} : { fileBlocksMax: o.fileBlocksMax }),
    ...(o.env === undefined ? {} : { env: o.env }),
  });
}

/** Starts a server and waits until it says that it has. */
export async function startServer(o: ServerOptions): Promise<Server> {
  const child = startServerChild(o);
  const [, port = ""] = await child.line(/"url":"http:\/\/[^"]*:(\d+)".*"server started"/);
  return { url: `http://127.0.0.1:${port}`, port: Number(port), child };
}
