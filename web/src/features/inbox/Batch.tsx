import { Button, Input } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, operationKey } from '@/api/client';
import { queryClient } from '@/api/queries';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';

interface Batched {
  id: string;
  ok: boolean;
  error: { code: string; message: string } | null;
}

/** Decides many tasks alike. Each is an operation of its own: what was refused is said by name, the rest is done. */
export function Batch({ ids, onDone }: { ids: string[]; onDone: () => void }) {
  const { t } = useTranslation('inbox');
  const errorText = useErrorText();
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
      await Promise.all(['tasks', 'me', 'home', 'task'].map((k) => queryClient.invalidateQueries({ queryKey: [k] })));
      if (refused.length === 0) onDone();
      else setFailed([t('batchRefused', { count: refused.length }), ...new Set(refused.map((x) => x.error?.message ?? ''))]);
    } catch (caught) {
      setFailed([errorText(caught)]);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="batch" role="group" aria-label={t('batch')}>
      {failed.length > 0 ? (
        <p className="notice bad" role="alert">
          {failed.join(' ')}
        </p>
      ) : null}
      <b>{t('chosenN', { count: ids.length })}</b>
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
