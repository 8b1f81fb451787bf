// How often something was, in words.

/** `once`, or `3 times`. */
export function countText(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** Names with how often each of them is there, the most frequent first: `shop-welcome 2x, shop-digest 1x`. */
export function tallyText(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([name, count]) => `${name} ${count}x`)
    .join(", ");
}
