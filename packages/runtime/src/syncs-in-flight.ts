// Which registration answers which sync: apps register over a request of their own, while ours to them is open.
import type { AppId } from "@stepwright/protocol";

/** A registration that came in while a sync was under way. */
export interface SeenRegistration {
  /** Who registered; null when several syncs may have caused it. */
  readonly appId: AppId | null;
  /** It was refused, and why is on the app's record. */
  readonly isRefused: boolean;
}

/** A sync under way. */
export interface SyncInFlight {
  readonly appId: AppId;
  readonly url: string;
  /** Null while none has come: the app may have gone to another server. */
  registration: SeenRegistration | null;
}

/** The syncs under way. */
export interface SyncsInFlight {
  begin(sync: { readonly appId: AppId; readonly url: string }): SyncInFlight;
  end(sync: SyncInFlight): void;
  /** Notes a registration with the sync that caused it. */
  registered(registration: { readonly appId: AppId; readonly url: string; readonly isRefused: boolean }): void;
}

/** Makes the list. */
export function createSyncsInFlight(): SyncsInFlight {
  const syncs = new Set<SyncInFlight>();
  return {
    begin(sync) {
      const inFlight: SyncInFlight = { ...sync, registration: null };
      syncs.add(inFlight);
      return inFlight;
    },
    end(sync) {
      syncs.delete(sync);
    },
    registered({ appId, url, isRefused }) {
      const named = [...syncs].filter((sync) => sync.appId === appId || sync.url === url);
      if (named.length > 0) {
        for (const sync of named) sync.registration = { appId, isRefused };
        return;
      }
      // An app behind a proxy registers an address that is not the one it was asked at. It answers one of those that are open.
      const open = [...syncs].filter((sync) => sync.registration === null);
      for (const sync of open) sync.registration = { appId: open.length === 1 ? appId : null, isRefused };
    },
  };
}
