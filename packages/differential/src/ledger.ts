// What the app itself has seen: how often it was called for a run, and how often each step's code was executed.

/** The ledger of one side. */
export interface Ledger {
  /** Notes a call of the function. */
  call(run: string): void;
  /** Notes that code is executed; returns how often it was before. */
  execute(run: string, code: string): number;
  /** Times that a fault of the program has been thrown already; counts this one unless it has come so often. */
  isToThrow(run: string, code: string, times: number): boolean;
  calls(run: string): number;
  /** What was executed, in this order. */
  executions(run: string): readonly string[];
}

/** Opens an empty one. */
export function openLedger(): Ledger {
  const calls = new Map<string, number>();
  const executions = new Map<string, string[]>();
  const executionsOf = (run: string): string[] => {
    const known = executions.get(run) ?? [];
    executions.set(run, known);
    return known;
  };
  const count = (run: string, code: string): number => executionsOf(run).filter((one) => one === code).length;
  const execute = (run: string, code: string): number => {
    const before = count(run, code);
    executionsOf(run).push(code);
    return before;
  };
  return {
    execute,
    call: (run) => void calls.set(run, (calls.get(run) ?? 0) + 1),
    isToThrow: (run, code, times) => count(run, code) < times && execute(run, code) < times,
    calls: (run) => calls.get(run) ?? 0,
    executions: (run) => executionsOf(run),
  };
}
