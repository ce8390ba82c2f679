import { Link } from '@tanstack/react-router';
import { Button, Modal } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, operationKey } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { ListButton, RecordItem } from '@/api/types';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';

/** How many records are chosen at most; the server takes no more at once. */
export const mostChosen = 100;

interface Outcome {
  id: string;
  ok: boolean;
  error: { code: string; message: string } | null;
}

interface Props {
  app: string;
  buttons: readonly ListButton[];
  /** The records chosen, in the order of the list. */
  chosen: readonly RecordItem[];
  onChosen: (ids: readonly string[]) => void;
  onDone: () => void;
}

/** Presses a button of an automation on the records chosen. Each is an operation of its own: the rest is done where one is refused. */
export function BulkButtons({ app, buttons, chosen, onChosen, onDone }: Props) {
  const { t } = useTranslation('list');
  const text = useText();
  const [asked, setAsked] = useState<ListButton>();
  return (
    <div className="bulk" role="group" aria-label={t('bulk')}>
      <b aria-live="polite">{t('bulkChosen', { count: chosen.length })}</b>
      <div className="row">
        {buttons.map((b) => (
          <Button key={b.key} disabled={chosen.length === 0} onClick={() => setAsked(b)}>
            {text(b.name, b.key)}
          </Button>
        ))}
      </div>
      <span className="sp" />
      <Button type="text" onClick={onDone}>
        {t('bulkEnd')}
      </Button>
      {asked ? <Pressing app={app} button={asked} records={chosen} onRefused={onChosen} onClose={() => setAsked(undefined)} /> : null}
    </div>
  );
}

interface PressingProps {
  app: string;
  button: ListButton;
  records: readonly RecordItem[];
  /** Called with the records that the button was refused on. */
  onRefused: (ids: readonly string[]) => void;
  onClose: () => void;
}

/** Asks, presses, and says of each record what became of it. */
function Pressing({ app, button, records: asked, onRefused, onClose }: PressingProps) {
  const { t } = useTranslation(['list', 'common']);
  const text = useText();
  const errorText = useErrorText();
  // What was asked about stands still, whatever the list does behind it. Sent again after an answer was lost, it is the same operation.
  const [records] = useState(asked);
  const key = useRef(operationKey());
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>();
  const name = text(button.name, button.key);
  const press = async () => {
    setBusy(true);
    setError('');
    try {
      const answer = await api.post<{ items: Outcome[] }>(`/apps/${app}/buttons/${button.key}`, { ids: records.map((r) => r.id) }, { key: key.current });
      const items = answer?.items ?? [];
      setOutcomes(new Map(items.map((x) => [x.id, x])));
      onRefused(items.filter((x) => !x.ok).map((x) => x.id));
      await Promise.all(['records', 'record', 'home', 'me'].map((k) => queryClient.invalidateQueries({ queryKey: [k] })));
    } catch (caught) {
      setError(errorText(caught));
    } finally {
      setBusy(false);
    }
  };
  const refused = outcomes ? [...outcomes.values()].filter((x) => !x.ok).length : 0;
  return (
    <Modal
      open
      title={outcomes ? name : t('bulkAsk', { name, count: records.length })}
      okText={outcomes ? t('common:close') : name}
      cancelText={t('common:cancel')}
      confirmLoading={busy}
      closable={!busy}
      maskClosable={false}
      {...(outcomes ? { cancelButtonProps: { style: { display: 'none' } } } : {})}
      onOk={() => (outcomes ? onClose() : void press())}
      onCancel={onClose}
    >
      <p role="status">{outcomes ? t('bulkOutcome', { done: outcomes.size - refused, refused }) : t('bulkEach')}</p>
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
              {outcome ? <span className={outcome.ok ? 's' : 's bad'}>{outcome.ok ? t('bulkDone') : outcome.error?.message}</span> : null}
            </li>
          );
        })}
      </ul>
    </Modal>
  );
}
