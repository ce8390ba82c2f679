import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery } from '@/api/queries';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import { incidentsQuery, takeInHand } from './incidents';

/** Retry and give up, for work that failed for good; what a webhook brought can be changed before it is tried again. */
export function HandButtons({ job, payload }: { job: string; payload?: unknown }) {
  const { t } = useTranslation('record');
  const errorText = useErrorText();
  const [busy, setBusy] = useState<'retry' | 'discard'>();
  const [text, setText] = useState<string>();
  const take = async (how: 'retry' | 'discard', changed?: unknown) => {
    setBusy(how);
    try {
      await takeInHand(job, how, changed);
      setText(undefined);
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <span className="hands">
      <Button size="small" loading={busy === 'retry'} onClick={() => void take('retry')}>
        {t('runAgain')}
      </Button>
      {payload === undefined ? null : (
        <Button size="small" onClick={() => setText(JSON.stringify(payload, null, 2))}>
          {t('editAndRun')}
        </Button>
      )}
      <Modal
        open={text !== undefined}
        title={t('editAndRun')}
        okText={t('runAgain')}
        okButtonProps={{ disabled: parsed(text) === undefined }}
        confirmLoading={busy === 'retry'}
        onOk={() => void take('retry', parsed(text))}
        onCancel={() => setText(undefined)}
      >
        <Input.TextArea aria-label={t('runInput')} rows={12} spellCheck={false} value={text ?? ''} onChange={(e) => setText(e.target.value)} />
        {parsed(text) === undefined ? <p className="s">{t('runInputBad')}</p> : <p className="s">{t('runInputKept')}</p>}
      </Modal>
      <Button size="small" type="text" loading={busy === 'discard'} onClick={() => void take('discard')}>
        {t('giveUp')}
      </Button>
    </span>
  );
}

/** A JSON object that was typed; undefined while it is none. */
function parsed(text: string | undefined): unknown {
  try {
    const v: unknown = JSON.parse(text ?? '');
    return typeof v === 'object' && v !== null && !Array.isArray(v) ? v : undefined;
  } catch {
    return undefined;
  }
}

/** What failed for good on a record: an admin sees it there and takes it in hand. */
export function IncidentsCard({ record }: { record: string }) {
  const { t } = useTranslation('record');
  const { data: me } = useSuspenseQuery(meQuery());
  const { data } = useQuery({ ...incidentsQuery(record), enabled: me.can.operate });
  if (!data?.length) return null;
  return (
    <section className="card" aria-label={t('incidents')}>
      <header>
        <h2>{t('incidents')}</h2>
      </header>
      <ul className="incidents">
        {data.map((i) => (
          <li key={i.id}>
            <p>
              <b>{i.automation}</b> {i.error}
            </p>
            <HandButtons job={i.id} />
          </li>
        ))}
      </ul>
    </section>
  );
}
