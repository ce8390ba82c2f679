import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { personOption, usePeople } from '@/api/people';
import type { RecordFull, Text } from '@/api/types';
import { recordPath } from '@/records/actions';
import { Icon } from '@/ui/Icon';
import { ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import './standing.css';

interface Standing {
  acts: { act: string; allowed: boolean; because: string[] }[];
  hidden: Field[];
  readOnly: Field[];
}
interface Field {
  key: string;
  name: Text;
  by: 'role' | 'stage';
}

/** Why somebody may, or may not, see and do things here: for admins. */
export function StandingDialog({ record, onClose }: { record: Pick<RecordFull, 'id' | 'owner'> & { rev?: number }; onClose: () => void }) {
  const { t } = useTranslation(['record', 'common']);
  const { users } = usePeople();
  const [user, setUser] = useState(record.owner ?? users[0]?.id ?? '');
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery({
    queryKey: ['standing', record.id, record.rev, user],
    queryFn: ({ signal }) => api.get<Standing>(`${recordPath(record.id)}/standing`, { query: { user }, signal }),
    enabled: user !== '',
    placeholderData: keepPreviousData,
  });
  return (
    <Modal open title={t('standing')} onCancel={onClose} footer={null}>
      <div className="standing">
        <div className="setting">
          <label htmlFor="standing-user">{t('standingOf')}</label>
          <Select
            id="standing-user"
            value={user || null}
            showSearch={{ optionFilterProp: 'find' }}
            options={users.filter((u) => u.active).map(personOption)}
            onChange={setUser}
          />
        </div>
        {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
        {isPending && user ? <Skeleton rows={6} /> : null}
        {data ? (
          <div aria-busy={isPlaceholderData} aria-live="polite">
            <ul className="acts-list">
              {data.acts.map((a) => (
                <li key={a.act} className={a.allowed ? 'yes' : 'no'}>
                  <Icon name={a.allowed ? 'check' : 'close'} size={14} />
                  <span className="sp">
                    <b>{t(a.allowed ? 'may' : 'mayNot', { act: t(`act.${a.act}`) })}</b>
                    {a.because.map((text) => (
                      <span className="s" key={text}>
                        {text}
                      </span>
                    ))}
                  </span>
                </li>
              ))}
            </ul>
            <Fields title={t('hiddenFields')} none={t('nothingHidden')} fields={data.hidden} />
            {data.readOnly.length > 0 ? <Fields title={t('readOnlyFields')} none="" fields={data.readOnly} /> : null}
          </div>
        ) : null}
      </div>
    </Modal>
  );
}

function Fields({ title, none, fields }: { title: string; none: string; fields: Field[] }) {
  const { t } = useTranslation('record');
  const text = useText();
  return (
    <section className="standing-fields" aria-label={title}>
      <h3>{title}</h3>
      {fields.length === 0 ? <p className="s">{none}</p> : null}
      <p>
        {fields.map((f) => (
          <span className="tag" key={f.key}>
            {text(f.name, f.key)}
            {f.by === 'stage' ? ` · ${t('byStage')}` : ''}
          </span>
        ))}
      </p>
    </section>
  );
}
