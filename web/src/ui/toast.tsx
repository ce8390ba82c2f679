import { useEffect, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from './Icon';
import './toast.css';

export interface Toast {
  id: number;
  text: string;
  kind: 'ok' | 'bad';
  /** Offered for as long as the toast stands. */
  undo?: () => void;
  action?: { text: string; run: () => void };
}

/** How long a toast stands, in milliseconds. Errors stay longer, to be read. */
const stay = { ok: 5000, bad: 9000 };

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const l of listeners) l();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Says what has happened, bottom left; with undo when it can be taken back. */
export function toast(text: string, options: Partial<Omit<Toast, 'id' | 'text'>> = {}): void {
  lastId += 1;
  set([...toasts.slice(-1), { id: lastId, text, kind: 'ok', ...options }]);
}

function close(id: number): void {
  set(toasts.filter((t) => t.id !== id));
}

/** The place where toasts stand; once in the app. */
export function Toasts() {
  const list = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {list.map((t) => (
        <ToastItem key={t.id} toast={t} />
      ))}
    </div>
  );
}

function ToastItem({ toast: item }: { toast: Toast }) {
  const { t } = useTranslation();
  useEffect(() => {
    const timer = setTimeout(() => close(item.id), stay[item.kind]);
    return () => clearTimeout(timer);
  }, [item]);
  const run = (action: () => void) => {
    close(item.id);
    action();
  };
  return (
    <div className={`toast ${item.kind}`}>
      <Icon name={item.kind === 'ok' ? 'check' : 'alert'} className={item.kind} />
      <span className="sp">{item.text}</span>
      {item.undo ? (
        <button type="button" className="link" onClick={() => run(item.undo!)}>
          {t('undo')}
        </button>
      ) : null}
      {item.action ? (
        <button type="button" className="link" onClick={() => run(item.action!.run)}>
          {item.action.text}
        </button>
      ) : null}
      <button type="button" className="ib" onClick={() => close(item.id)} aria-label={t('close')}>
        <Icon name="close" size={14} />
      </button>
    </div>
  );
}
