import { useEffect, type RefObject } from 'react';
import { isUnder } from '@/model/path';
import { useSelection } from './context';

/** Shows and focuses the control of the selected place, when the place is one member of what the panel is about. */
export function useReveal(ref: RefObject<HTMLElement | null>): void {
  const { at } = useSelection();
  useEffect(() => {
    const panel = ref.current;
    if (!panel || at === '') return;
    const rows = [...panel.querySelectorAll<HTMLElement>('[data-path]')].filter((row) => isUnder(at, row.dataset['path'] ?? ''));
    const best = rows.toSorted((a, b) => (b.dataset['path'] ?? '').length - (a.dataset['path'] ?? '').length)[0];
    if (!best) return;
    best.scrollIntoView({ block: 'center' });
    const control =
      best.querySelector<HTMLElement>('input, textarea, [contenteditable="true"]') ?? best.querySelector<HTMLElement>('button');
    control?.focus({ preventScroll: true });
  }, [ref, at]);
}
