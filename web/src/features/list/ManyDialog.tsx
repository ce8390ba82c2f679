import { Link } from '@tanstack/react-router';
import { Button, Modal } from 'antd';
import { useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api, operationKey } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { RecordItem } from '@/api/types';
import { useErrorText } from '@/ui/States';
import { reasonOf, type Outcome } from './bulk';

interface Props {
  /** What is about to be done, and in a word. */
  title: string;
  name: string;
  danger?: boolean;
  records: readonly RecordItem[];
  /** Where it goes, and what is sent; undefined while something is missing. */
  request: { path: string; body: Record<string, unknown> } | undefined;
  /** What is said when it is done: of all, and of each. */
  outcome: (counts: { done: number; refused: number }) => string;
  done: string;
  /** How all that was done is taken back. */
  undo?: (ids: readonly string[]) => { path: string; body: Record<string, unknown> };
  /** What is asked first. */
  children?: ReactNode;
  /** Called with the records that were refused. */
  onRefused: (ids: readonly string[]) => void;
  onClose: () => void;
}

/** Asks, does it to many records, and says of each what became of it. */
export function ManyDialog({ title, name, danger = false, records, request, outcome: words, done: word, undo, children, onRefused, onClose }: Props) {
  const { t } = useTranslation(['list', 'common']);
  const errorText = useErrorText();
  // Sent again after an answer was lost, it is the same operation; with something else in it, it is another.
  const last = useRef({ sent: '', key: '' });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>();
  const [back, setBack] = useState(false);

  const send = async (asked: { path: string; body: Record<string, unknown> }): Promise<Outcome[] | undefined> => {
    const sent = JSON.stringify(asked);
    if (last.current.sent !== sent) last.current = { sent, key: operationKey() };
    setBusy(true);
    setError('');
    try {
      const answer = await api.post<{ items: Outcome[] }>(asked.path, asked.body, { key: last.current.key });
      await Promise.all(['records', 'record', 'board', 'bin', 'home', 'me', 'tasks'].map((k) => queryClient.invalidateQueries({ queryKey: [k] })));
      return answer.items;
    } catch (caught) {
      setError(errorText(caught));
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  const go = async () => {
    const items = request && (await send(request));
    if (!items) return;
    setOutcomes(new Map(items.map((x) => [x.id, x])));
    onRefused(items.filter((x) => !x.ok).map((x) => x.id));
  };
  const done = outcomes ? [...outcomes.values()].filter((x) => x.ok).map((x) => x.id) : [];
  const takeBack = async () => {
    const items = undo && (await send(undo(done)));
    if (!items) return;
    const wrong = items.find((x) => !x.ok);
    if (wrong) setError(reasonOf(wrong));
    else setBack(true);
  };
  return (
    <Modal
      open
      title={outcomes ? name : title}
      closable={!busy}
      mask={{ closable: false }}
      onCancel={onClose}
      footer={
        outcomes ? (
          <>
            {undo && done.length > 0 && !back ? (
              <Button loading={busy} onClick={() => void takeBack()}>
                {t('common:undo')}
              </Button>
            ) : null}
            <Button type="primary" onClick={onClose}>
              {t('common:close')}
            </Button>
          </>
        ) : (
          <>
            <Button onClick={onClose} disabled={busy}>
              {t('common:cancel')}
            </Button>
            <Button type="primary" danger={danger} loading={busy} disabled={!request} onClick={() => void go()}>
              {name}
            </Button>
          </>
        )
      }
    >
      {outcomes ? <p role="status">{back ? t('bulkUndone', { count: done.length }) : words({ done: done.length, refused: outcomes.size - done.length })}</p> : (children ?? <p role="status">{t('bulkEach')}</p>)}
      {error ? (
        <p className="notice bad" role="alert">
          {error}
        </p>
      ) : null}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it is reached by keyboard */}
      <ul className="bulk-list" tabIndex={0} aria-label={t('bulkRecords')}>
        {records.map((r) => {
          const outcome = outcomes?.get(r.id);
          return (
            <li key={r.id}>
              {outcomes ? (
                <Link to="/r/$id" params={{ id: r.id }} className="el">
                  {r.title || r.number || r.id}
                </Link>
              ) : (
                <span className="el">{r.title || r.number || r.id}</span>
              )}
              {outcome ? <span className={outcome.ok ? 's' : 's bad'}>{!outcome.ok ? reasonOf(outcome) : back ? t('bulkBack') : word}</span> : null}
            </li>
          );
        })}
      </ul>
    </Modal>
  );
}
