import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, operationKey } from '@/api/client';
import { queryClient, recordQuery } from '@/api/queries';
import { Icon } from '@/ui/Icon';
import { useErrorText } from '@/ui/States';
import { recordPath } from './actions';

/** A phone number shown in part. Who may looks it up whole, which the record's history says; it is shown here and kept nowhere. */
export function MaskedPhone({ recordId, field, name }: { recordId: string; field: string; name: string }) {
  const { t } = useTranslation('record');
  const errorText = useErrorText();
  const record = useQuery(recordQuery(recordId)).data;
  const [whole, setWhole] = useState('');
  const [problem, setProblem] = useState('');
  const [asking, setAsking] = useState(false);
  const part = record?.masked?.[field];
  if (part === undefined) {
    return (
      <div className="still">
        <Icon name="lock" size={14} />
        <span className="dim">{t('masked')}</span>
      </div>
    );
  }
  const reveal = async () => {
    setAsking(true);
    setProblem('');
    try {
      setWhole((await api.post<{ value: string }>(`${recordPath(recordId)}/reveal`, { field }, { key: operationKey() })).value);
      void queryClient.invalidateQueries({ queryKey: ['events', recordId] });
      void queryClient.invalidateQueries({ queryKey: ['record', recordId] });
    } catch (error) {
      setProblem(errorText(error));
    }
    setAsking(false);
  };
  return (
    <div className="still" aria-live="polite">
      {whole ? <a href={`tel:${whole.replaceAll(/[^\d+]/g, '')}`}>{whole}</a> : <span>{part}</span>}
      {record?.can.reveal && !whole ? (
        <button type="button" className="link" disabled={asking} title={t('revealHint')} aria-label={t('revealOf', { name })} onClick={() => void reveal()}>
          {t('reveal')}
        </button>
      ) : null}
      {problem ? <span className="bad s">{problem}</span> : null}
    </div>
  );
}
