// What the doctor says: findings, each a sentence and what helps.

/** One finding. */
export interface Finding {
  /** What it is, for scripts. */
  readonly code: string;
  /** What is wrong, in one sentence. */
  readonly says: string;
  /** What helps: a command, or a setting and where it belongs. */
  readonly fix: string;
}

/** What came of looking. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** What was looked at and how it is, when nothing is found. */
  readonly well: string;
}

/** Writes it for people. */
export function diagnosisText({ findings, well }: Diagnosis): string {
  if (findings.length === 0) return `${well}\n`;
  return findings.map(({ code, says, fix }) => `${code}: ${sentence(says)}\n  ${fix}\n`).join("\n");
}

function sentence(text: string): string {
  const first = /^https?:/.test(text) ? text.charAt(0) : text.charAt(0).toUpperCase();
  return `${first}${text.slice(1)}${/[.?!]$/.test(text) ? "" : "."}`;
}
