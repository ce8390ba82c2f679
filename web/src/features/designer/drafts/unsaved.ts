import type { Definition } from '@/model/definition';
import type { Unsaved } from '../draft';

/** Keeps what is not saved yet in this browser, for each person and app; where the browser has no room for it, it goes without. */
export function unsavedOf(app: string, user: string, storage: Storage): Unsaved {
  const key = `pipewright.unsaved.${user}.${app}`;
  return {
    read: () => {
      try {
        const raw = storage.getItem(key);
        return raw === null ? undefined : (JSON.parse(raw) as { rev: number; definition: Definition });
      } catch {
        return undefined;
      }
    },
    write: (what) => {
      try {
        if (what === undefined) storage.removeItem(key);
        else storage.setItem(key, JSON.stringify(what));
      } catch {
        // Full or forbidden: the draft is saved to the server all the same.
      }
    },
  };
}
