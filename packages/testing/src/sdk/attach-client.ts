// Makes a client of the SDK talk to an engine in this process: its events, checkpoints and other requests need no socket.
//
// A client is made where the functions are, with whatever options production needs, and knows no engine then. So what its
// options would have said is put in their place until the engine is stopped. Both majors keep them in these fields.

/** Where the client is to send its requests. */
export interface Attachment {
  readonly url: string;
  readonly fetch: typeof fetch;
}

interface Client {
  readonly id: string;
  options: Record<string, unknown>;
}

/** Version 4 reads its options whenever it needs them. */
interface ClientV4 extends Client {
  _userProvidedFetch: unknown;
  _cachedFetch: unknown;
}

/** Version 3 reads them once, and again when its mode is set. */
interface ClientV3 extends Client {
  mode: { readonly env: unknown };
  fetch: unknown;
  inngestApi: { fetch: unknown };
}

const attached = new WeakSet<object>();

/** Attaches the client; returns what lets it go. Throws when another engine has it, and for what is no client. */
export function attachClient(client: object, attachment: Attachment): () => void {
  if (!isClient(client))
    throw new TypeError(`the client is not one of the SDK; pass what new Inngest({ id: "my-app" }) returned`);
  if (attached.has(client))
    throw new Error(
      `the client "${client.id}" belongs to another test engine already; stop that one first (\`await using\` does it by itself), or share one engine`,
    );
  const restore = isVersion4(client) ? attachVersion4(client, attachment) : attachVersion3(client, attachment);
  attached.add(client);
  return () => {
    restore();
    attached.delete(client);
  };
}

function isClient(value: object): value is ClientV3 | ClientV4 {
  return "id" in value && "options" in value && "createFunction" in value && "send" in value;
}

/** Tells the majors apart by the fields that are used here. */
export function isVersion4(client: object): client is ClientV4 {
  return "_userProvidedFetch" in client;
}

const testKey = "test";

function attachVersion4(client: ClientV4, { url, fetch }: Attachment): () => void {
  const { options, _userProvidedFetch: before } = client;
  client.options = { ...options, baseUrl: url, isDev: true, eventKey: testKey };
  client._userProvidedFetch = fetch;
  client._cachedFetch = undefined;
  return () => {
    client.options = options;
    client._userProvidedFetch = before;
    client._cachedFetch = undefined;
  };
}

function attachVersion3(client: ClientV3, { url, fetch }: Attachment): () => void {
  const { options, mode, fetch: before } = client;
  const Mode = mode.constructor as new (how: object) => ClientV3["mode"];
  client.options = { ...options, baseUrl: url, isDev: true, eventKey: testKey };
  // Its setter reads the options anew.
  client.mode = new Mode({ type: "dev", isExplicit: true, env: mode.env });
  client.fetch = fetch;
  client.inngestApi.fetch = fetch;
  return () => {
    client.options = options;
    client.mode = mode;
    client.fetch = before;
    client.inngestApi.fetch = before;
  };
}
