import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, operationKey } from '@/api/client';
import { personOption, usePeople } from '@/api/people';
import { queryClient } from '@/api/queries';
import type { RecordFull } from '@/api/types';
import { putRecord, recordPath } from '@/records/actions';
import { Avatar } from '@/ui/Avatar';
import { Icon } from '@/ui/Icon';
import { Pop } from '@/ui/Pop';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';

/** Who works on the record besides its owner; who may, asks others and takes them off. */
export function Collaborators({ record }: { record: RecordFull }) {
  const { t } = useTranslation('record');
  const { users } = usePeople();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const people = record.collaborators ?? [];
  if (people.length === 0 && !record.can.collaborate) return null;
  const faces = (
    <span className="row" style={{ gap: 4, display: 'inline-flex' }}>
      {people.slice(0, 4).map((p) => (
        <Avatar key={p.id} name={p.name} />
      ))}
      {people.length === 0 ? t('addCollaborator') : people.length === 1 ? people[0]!.name : t('collaborators', { count: people.length })}
    </span>
  );
  if (!record.can.collaborate) return <span title={people.map((p) => p.name).join(', ')}>{faces}</span>;
  const change = async (next: string[]) => {
    setBusy(true);
    try {
      const have = people.map((p) => p.id);
      const more = next.filter((id) => !have.includes(id));
      if (more.length > 0) putRecord(await api.post<RecordFull>(`${recordPath(record.id)}/collaborators`, { users: more }, { key: operationKey() }));
      for (const id of have.filter((h) => !next.includes(h))) {
        await api.delete(`${recordPath(record.id)}/collaborators/${encodeURIComponent(id)}`, { key: operationKey() });
        await queryClient.invalidateQueries({ queryKey: ['record', record.id] });
      }
      void queryClient.invalidateQueries({ queryKey: ['events', record.id] });
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Pop
      placement="bottomLeft"
      arrow={false}
      content={
        <div style={{ width: 260 }}>
          <label htmlFor="collaborators">{t('collaboratorsLabel')}</label>
          <Select
            id="collaborators"
            mode="multiple"
            style={{ width: '100%' }}
            loading={busy}
            disabled={busy}
            value={people.map((p) => p.id)}
            optionFilterProp="find"
            options={users.filter((u) => (u.active && u.id !== record.owner) || people.some((p) => p.id === u.id)).map(personOption)}
            onChange={(next: string[]) => void change(next)}
          />
          <p className="s">{t('collaboratorsHelp')}</p>
        </div>
      }
    >
      <button type="button" className="owner">
        {faces}
        <Icon name="down" size={12} />
      </button>
    </Pop>
  );
}
