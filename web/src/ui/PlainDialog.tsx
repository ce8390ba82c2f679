import { useEffect, useRef, useState, type ReactNode } from 'react';

/**
 * The browser's own dialog, which keeps the focus inside: what is loaded with every page has no need of the component library's, which costs
 * ten times as much.
 */
export function PlainDialog({ className, label, onClose, children }: { className: string; label: string; onClose: () => void; children: ReactNode }) {
  const host = useRef<HTMLDialogElement>(null);
  // Asked before anything here takes the focus.
  const [before] = useState(() => document.activeElement);
  useEffect(() => {
    if (host.current && !host.current.open) host.current.showModal();
    // It is taken off the page rather than closed, so the focus is given back by hand.
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, [before]);
  return (
    // A click on the dialog itself is one on what lies around its content; Escape closes a dialog by itself.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      className={className}
      ref={host}
      aria-label={label}
      onClose={onClose}
      onClick={(e) => {
        if (e.target === e.currentTarget) onClose();
      }}
    >
      {children}
    </dialog>
  );
}
