import { queryOptions, useQuery } from '@tanstack/react-query';
import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { Page, Person, Text } from '@/api/types';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';

interface Ask {
  app: string;
  name: Text;
  by: Person;
  at: string;
  note: string;
  powers: { key: string; text: Text }[];
}

const askedQuery = () => queryOptions({ queryKey: ['asked'], queryFn: ({ signal }) => api.get<Page<Ask>>('/powers', { signal }).then((p) => p.items) });

/** What apps ask to be allowed, to be granted or refused; nothing where nothing waits. */
export function Asking() {
  const { t } = useTranslation('system');
  const { data } = useQuery(askedQuery());
  if (!data || data.length === 0) return null;
  return (
    <section className="card" aria-label={t('asking')}>
      <header>
        <h2>{t('asking')}</h2>
      </header>
      <ul className="sys-list">
        {data.map((ask) => (
          <One key={ask.app} ask={ask} />
        ))}
      </ul>
    </section>
  );
}

function One({ ask }: { ask: Ask }) {
  const { t } = useTranslation(['system', 'common']);
  const text = useText();
  const format = useFormat();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const [refusing, setRefusing] = useState(false);
  const [reason, setReason] = useState('');
  const name = text(ask.name, ask.app);
  const answer = async (grant: boolean) => {
    setBusy(true);
    try {
      await api.post(`/apps/${ask.app}/powers/answer`, { grant, keys: ask.powers.map((p) => p.key), reason: grant ? '' : reason.trim() });
      toast(t(grant ? 'asking.granted' : 'asking.refused', { name }));
      setRefusing(false);
    } catch (caught) {
      toast(errorText(caught), { kind: 'bad' });
    } finally {
      setBusy(false);
      await Promise.all(['asked', 'health'].map((k) => queryClient.invalidateQueries({ queryKey: [k] })));
    }
  };
  return (
    <li>
      <Icon name="alert" className="warn" />
      <div className="sys-what">
        <b className="el">{name}</b>
        <span className="s">{t('asking.by', { name: ask.by.name, at: format.moment(ask.at) })}</span>
        {ask.note ? <span>{ask.note}</span> : null}
        <ul className="sys-powers">
          {ask.powers.map((p) => (
            <li key={p.key}>{text(p.text, p.key)}</li>
          ))}
        </ul>
      </div>
      <span className="sys-acts">
        <Button size="small" type="primary" loading={busy && !refusing} aria-label={`${t('asking.grant')} ${name}`} onClick={() => void answer(true)}>
          {t('asking.grant')}
        </Button>
        <Button size="small" aria-label={`${t('asking.refuse')} ${name}`} onClick={() => setRefusing(true)}>
          {t('asking.refuse')}…
        </Button>
      </span>
      <Modal open={refusing} title={t('asking.refuseTitle', { name })} okText={t('asking.refuse')} cancelText={t('common:cancel')} confirmLoading={busy} onCancel={() => setRefusing(false)} onOk={() => void answer(false)}>
        <div className="setting">
          <label htmlFor="asking-reason">{t('asking.reason')}</label>
          <Input.TextArea id="asking-reason" rows={3} maxLength={2000} value={reason} onChange={(e) => setReason(e.target.value)} />
        </div>
      </Modal>
    </li>
  );
}
