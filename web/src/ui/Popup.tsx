import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import './popup.css';

interface Props {
  /** What the button shows, and its name. */
  face: ReactNode;
  label: string;
  /** A menu takes arrow keys; a panel is a small page. */
  kind: 'menu' | 'panel';
  children: (close: () => void) => ReactNode;
}

/** A button with something under it, for the top bar: light, because it is there at first paint. */
export function Popup({ face, label, kind, children }: Props) {
  const [open, setOpen] = useState(false);
  const host = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  useEffect(() => {
    if (!open) return undefined;
    host.current?.querySelector<HTMLElement>(kind === 'menu' ? '[role^="menuitem"]' : '.popup')?.focus();
    const away = (event: Event) => {
      if (!host.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', away);
    document.addEventListener('focusin', away);
    return () => {
      document.removeEventListener('pointerdown', away);
      document.removeEventListener('focusin', away);
    };
  }, [open, kind]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
      return;
    }
    if (kind !== 'menu') return;
    const items = [...(host.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    items[(to + items.length) % items.length]?.focus();
  };
  return (
    // The keys belong to the menu; the wrapper only listens for them.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className="popup-host" ref={host} onKeyDown={onKeyDown}>
      <button type="button" className="ib" ref={button} aria-label={label} aria-haspopup={kind === 'menu' ? 'menu' : 'dialog'} aria-expanded={open} onClick={() => setOpen(!open)}>
        {face}
      </button>
      {open ? (
        <div className="popup" role={kind === 'menu' ? 'menu' : 'dialog'} aria-label={label} tabIndex={-1}>
          {children(close)}
        </div>
      ) : null}
    </div>
  );
}

/** One choice of a menu; `chosen` makes it one of several of which one is in force. */
export function MenuItem({ children, chosen, lang, onChoose }: { children: ReactNode; chosen?: boolean; lang?: string; onChoose: () => void }) {
  return (
    <button type="button" className="menu-item" role={chosen === undefined ? 'menuitem' : 'menuitemradio'} aria-checked={chosen} tabIndex={-1} lang={lang} onClick={onChoose}>
      {children}
    </button>
  );
}
