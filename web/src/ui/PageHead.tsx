import { useContext, useEffect, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { ShellContext } from './shellContext';

interface Props {
  title: string;
  /** Shown instead of the plain title: crumbs. */
  lead?: ReactNode;
  /** Beside the title: tabs, a fact. */
  children?: ReactNode;
}

/** Puts the page's title into the top bar and the browser's tab. */
export function PageHead({ title, lead, children }: Props) {
  const { head } = useContext(ShellContext);
  useEffect(() => {
    document.title = title ? `${title} · Pipewright` : 'Pipewright';
  }, [title]);
  // Where there is no room for all tabs, the one that is shown is in sight.
  useEffect(() => {
    head?.querySelector('.seg > [aria-pressed="true"], .seg > [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [head, children]);
  if (!head) return null;
  return createPortal(
    <>
      {lead ?? <h1 className="el">{title}</h1>}
      {children}
    </>,
    head,
  );
}
