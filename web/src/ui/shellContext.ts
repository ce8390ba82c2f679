import { createContext, useContext, useEffect } from 'react';

/** What pages may ask of the frame around them. */
export interface ShellSlots {
  /** Where a page puts its title and tabs: the left part of the top bar. */
  head: HTMLElement | null;
  /** Phones: hides the bottom tabs, because the page has its own bottom bar. */
  setBare: (bare: boolean) => void;
}

export const ShellContext = createContext<ShellSlots>({ head: null, setBare: () => {} });

/** Phones: this page has its own bottom bar, as long as it says so. */
export function useOwnBottomBar(own = true): void {
  const { setBare } = useContext(ShellContext);
  useEffect(() => {
    setBare(own);
    return () => setBare(false);
  }, [setBare, own]);
}
