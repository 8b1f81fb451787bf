// Search parameters as people write them: `?status=failed,running&last=1h`.
// The router's own form is JSON in a string, which nobody can type.

/** Search parameters as they stand in the address: text by name. */
export type RawSearch = Readonly<Record<string, string>>;

/** Reads the part of an address after `?`. A name that comes twice counts once, the last time. */
export function parseSearch(search: string): RawSearch {
  return Object.fromEntries(new URLSearchParams(search));
}

/** Writes search parameters, with the leading `?` unless there are none. Absent and empty values are left out, lists are joined by commas. */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(search)) {
    const text = searchText(value);
    if (text !== "") pairs.push(`${encodeURIComponent(name)}=${readable(text)}`);
  }
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** Reads one parameter as text; undefined if it is absent or empty. */
export function textOf(raw: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const text = searchText(raw[name]);
  return text === "" ? undefined : text;
}

function searchText(value: unknown): string {
  if (Array.isArray(value))
    return value
      .map(searchText)
      .filter((text) => text !== "")
      .join(",");
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return "";
}

/** Encodes a value but leaves what a query may hold as it is, so that `user/created` stays readable. */
function readable(text: string): string {
  return encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("%2F", "/").replaceAll("%3A", ":");
}
