// Opens the dialog that sends events, from anywhere on the page. The dialog itself is
// loaded when it is first needed.
import type { JsonValue } from "@stepwright/protocol";
import { createContext, lazy, Suspense, useCallback, useContext, useState, type ReactNode } from "react";
import { whenReachable } from "../api/load-page.ts";

/** What the dialog begins with. */
export type SendStart =
  | { readonly kind: "event"; readonly name?: string; readonly data?: JsonValue }
  | { readonly kind: "invoke"; readonly slug: string; readonly name: string };

const SendDialog = lazy(async () => ({ default: (await whenReachable(() => import("./send-dialog.tsx"))).SendDialog }));
const OpenSend = createContext<(start: SendStart) => void>(() => undefined);

/** Lets everything inside open the dialog. */
export function SendEventProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [start, setStart] = useState<SendStart | null>(null);
  const close = useCallback(() => setStart(null), []);
  return (
    <OpenSend value={setStart}>
      {children}
      {start === null ? null : (
        <Suspense>
          <SendDialog start={start} onClose={close} />
        </Suspense>
      )}
    </OpenSend>
  );
}

/** Gives the function that opens the dialog. */
export function useOpenSend(): (start: SendStart) => void {
  return useContext(OpenSend);
}
