import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { MergeInfo, Page, RecordFull } from '@/api/types';
import { recordPath, refreshAround } from '@/records/actions';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { settled } from './merges';
import './merge.css';

/** The records that were merged into this one: their histories, and the way back while there is one. */
export function Merged({ record }: { record: RecordFull }) {
  const { t } = useTranslation('record');
  const text = useText();
  const format = useFormat();
  const errorText = useErrorText();
  const [busy, setBusy] = useState('');
  const { data } = useQuery({
    queryKey: ['record', record.id, 'merges', record.rev],
    queryFn: ({ signal }) => api.get<Page<MergeInfo>>(`${recordPath(record.id)}/merges`, { signal }),
    enabled: Boolean(record.takenUp),
  });
  if (!record.takenUp || !data?.items.length) return null;
  const undo = async (merge: MergeInfo) => {
    setBusy(merge.id);
    try {
      const after = await settled(await api.post<MergeInfo>(`/merges/${merge.id}/undo`, {}));
      await queryClient.invalidateQueries({ queryKey: ['record'] });
      refreshAround(record);
      toast(after.state === 'undone' ? t('merge.undone') : text(after.message), after.state === 'undone' ? {} : { kind: 'bad' });
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy('');
    }
  };
  return (
    <ul className="merged-list" aria-label={t('merge.takenUp')}>
      {data.items.map((m) => (
        <li key={m.id} className="notice">
          <Icon name="check" />
          <span className="sp">
            {t('merge.into', { title: m.record?.title || m.record?.number || m.loser, date: format.date(m.at), name: m.by?.name ?? '' })}{' '}
            <Link to="/r/$id/history" params={{ id: m.loser }}>
              {t('merge.history')}
            </Link>
          </span>
          {m.undoUntil && record.can.edit && record.can.merge ? (
            <button type="button" className="link" disabled={busy === m.id} onClick={() => void undo(m)}>
              {t('merge.undo', { date: format.date(m.undoUntil) })}
            </button>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
