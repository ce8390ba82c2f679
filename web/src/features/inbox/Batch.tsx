import { Button, Input } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, operationKey } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { Task } from '@/api/types';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';

interface Batched {
  id: string;
  ok: boolean;
  error: { code: string; message: string } | null;
}

/** How many tasks may be decided at once. */
export const mostTogether = 100;

interface Props {
  /** The tasks in sight; those that may be decided with others can be chosen. */
  tasks: readonly Task[];
  chosen: ReadonlySet<string>;
  onChosen: (chosen: ReadonlySet<string>) => void;
  onDone: () => void;
}

/** Decides many tasks alike. Each is an operation of its own: what was refused is said by name and stays chosen, the rest is done. */
export function Batch({ tasks, chosen, onChosen, onDone }: Props) {
  const { t } = useTranslation('inbox');
  const text = useText();
  const errorText = useErrorText();
  const ids = [...chosen];
  const able = tasks.filter((x) => x.batch).slice(0, mostTogether);
  const all = able.length > 0 && able.every((x) => chosen.has(x.id));
  const title = (id: string) => {
    const task = tasks.find((x) => x.id === id);
    return task ? (task.record?.title ?? text(task.name)) : '';
  };
  const [comment, setComment] = useState('');
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string[]>([]);
  const key = useRef({ of: '', key: '' });
  const decide = async (decision: 'approve' | 'reject') => {
    if (decision === 'reject' && comment.trim() === '') {
      setFailed([t('commentNeeded')]);
      return;
    }
    setBusy(true);
    setFailed([]);
    // The same choice sent again, after an answer was lost, is the same operation.
    const of = JSON.stringify([decision, comment, ids]);
    if (key.current.of !== of) key.current = { of, key: operationKey() };
    try {
      const answer = await api.post<{ items: Batched[] }>('/tasks/batch', { ids, decision, comment: comment.trim() }, { key: key.current.key });
      const items = answer?.items ?? [];
      const refused = items.filter((x) => !x.ok);
      toast(t('batchDone', { count: items.length - refused.length }));
      if (refused.length === 0) onDone();
      else {
        setFailed([t('batchRefused', { count: refused.length }), ...refused.map((x) => t('batchOne', { title: title(x.id), why: x.error?.message ?? '' }))]);
        onChosen(new Set(refused.map((x) => x.id)));
      }
      await Promise.all(['tasks', 'me', 'home', 'task', 'guide'].map((k) => queryClient.invalidateQueries({ queryKey: [k] })));
    } catch (caught) {
      setFailed([errorText(caught)]);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="batch" role="group" aria-label={t('batch')}>
      {failed.length > 0 ? (
        <div className="notice bad batch-failed" role="alert">
          {failed.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </div>
      ) : null}
      <div className="row">
        <b className="sp" aria-live="polite">
          {t('chosenN', { count: ids.length })}
        </b>
        <Button type="link" size="small" disabled={able.length === 0} onClick={() => onChosen(new Set(all ? [] : able.map((x) => x.id)))}>
          {t(all ? 'chooseNone' : 'chooseAll')}
        </Button>
      </div>
      <Input.TextArea value={comment} onChange={(e) => setComment(e.target.value)} placeholder={t('commentHint')} aria-label={t('comment')} autoSize={{ minRows: 1, maxRows: 3 }} maxLength={2000} />
      <div className="row">
        <Button type="primary" loading={busy} disabled={ids.length === 0} onClick={() => void decide('approve')}>
          {t('approve')}
        </Button>
        <Button danger disabled={busy || ids.length === 0} onClick={() => void decide('reject')}>
          {t('reject')}
        </Button>
      </div>
    </div>
  );
}
