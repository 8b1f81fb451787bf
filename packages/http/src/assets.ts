// The dashboard's files, wherever they come from: a folder, or the binary itself.

/** One file, with its precompressed forms if it has any. */
export interface Asset {
  readonly body: Buffer;
  readonly contentType: string;
  readonly encodings: { readonly br?: Buffer; readonly gzip?: Buffer };
}

/** Where the files are. */
export interface Assets {
  /** Reads a file by its path without a leading slash, such as `index.html`; null when there is none. */
  read(path: string): Asset | null;
}

/** No dashboard: every page says so in a sentence. */
export const noAssets: Assets = { read: () => null };

const types: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  js: "text/javascript; charset=utf-8",
  json: "application/json; charset=utf-8",
  map: "application/json; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  webmanifest: "application/manifest+json",
  woff2: "font/woff2",
};

/** Gives the content type of a file by its extension. */
export function contentTypeOf(path: string): string {
  return types[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream";
}
