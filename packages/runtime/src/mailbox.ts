// Mailboxes: turns with a run, one after another. What one turn has submitted may still be on its way to the disk when the
// next begins, so that ten answers of one run share a commit.

/** The turns with one run. */
export interface Mailbox {
  /** Works when everybody who came before has had a turn; what they submitted may not be settled yet. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Something was submitted; the returned function says that it is settled. */
  submitted(): () => void;
  readonly isSettled: boolean;
  /** Resolves when everything that was submitted is settled. Asked in one's turn, when nobody else can submit. */
  settled(): Promise<void>;
}

/** The mailboxes of the runs that somebody is at. */
export interface Mailboxes<Id> {
  /** Works at the mailbox of a run; it is there for as long as anybody does. */
  at<T>(id: Id, work: (mailbox: Mailbox) => Promise<T>): Promise<T>;
  readonly size: number;
}

/** Makes the mailboxes; `onEmpty` is called when nobody is at any. */
export function createMailboxes<Id>(onEmpty: () => void): Mailboxes<Id> {
  const open = new Map<Id, { readonly mailbox: Mailbox; visitors: number }>();
  return {
    async at(id, work) {
      const one = open.get(id) ?? { mailbox: createMailbox(), visitors: 0 };
      open.set(id, one);
      one.visitors += 1;
      try {
        return await work(one.mailbox);
      } finally {
        one.visitors -= 1;
        if (one.visitors === 0) open.delete(id);
        if (open.size === 0) onEmpty();
      }
    },
    get size() {
      return open.size;
    },
  };
}

function createMailbox(): Mailbox {
  const waiting: (() => void)[] = [];
  let isTaken = false;
  let unsettled = 0;
  let onSettled: (() => void) | null = null;

  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) isTaken = false;
    else next();
  };

  return {
    async inTurn(work) {
      if (isTaken) await new Promise<void>((resolve) => waiting.push(resolve));
      isTaken = true;
      try {
        return await work();
      } finally {
        leave();
      }
    },
    submitted() {
      unsettled += 1;
      return () => {
        unsettled -= 1;
        if (unsettled > 0) return;
        onSettled?.();
        onSettled = null;
      };
    },
    get isSettled() {
      return unsettled === 0;
    },
    settled: () =>
      unsettled === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            // One turn at a time, so one at most waits.
            onSettled = resolve;
          }),
  };
}
