import { Button } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordItem } from '@/api/types';
import type { Model } from '@/records/model';
import { useText } from '@/ui/text';
import { mostChosen, sharedFields } from './bulk';
import type { Task } from './BulkDialog';

// Dialogs, with the inputs of all types, come when they are asked for.
const BulkDialog = lazy(() => import('./BulkDialog').then((m) => ({ default: m.BulkDialog })));

interface Props {
  model: Model;
  formKey: string;
  /** The records chosen, in the order of the list. */
  chosen: readonly RecordItem[];
  onChosen: (ids: readonly string[]) => void;
  /** Chooses all that match, as many as may be chosen. */
  onAll: () => Promise<void>;
  onDone: () => void;
}

/** Whether there is anything that a person may do to several records of a form at once. */
export function mayBulk(model: Model, formKey: string): boolean {
  return model.buttons(formKey).length > 0 || model.mayWrite(formKey).length > 0 || model.mayAssign(formKey) || model.mayDelete(formKey) || model.processOf(formKey) !== undefined;
}

/** What can be done to the records chosen. Each is an operation of its own: the rest is done where one is refused. */
export function BulkBar({ model, formKey, chosen, onChosen, onAll, onDone }: Props) {
  const { t } = useTranslation(['list', 'common']);
  const text = useText();
  const [asked, setAsked] = useState<Task>();
  const [all, setAll] = useState(false);
  const none = chosen.length === 0;
  const chooseAll = async () => {
    setAll(true);
    await onAll();
    setAll(false);
  };
  return (
    <div className="bulk" role="group" aria-label={t('bulk')}>
      <b aria-live="polite">{t('bulkChosen', { count: chosen.length })}</b>
      <Button type="link" size="small" loading={all} onClick={() => void chooseAll()}>
        {t('bulkAllMatching', { count: mostChosen })}
      </Button>
      <div className="row">
        {none || sharedFields(model, formKey, chosen).length > 0 ? (
          <Button disabled={none} onClick={() => setAsked({ do: 'edit' })}>
            {t('bulkEdit')}
          </Button>
        ) : null}
        {model.processOf(formKey) ? (
          <Button disabled={none} onClick={() => setAsked({ do: 'move' })}>
            {t('bulkMove')}
          </Button>
        ) : null}
        {model.mayAssign(formKey) ? (
          <Button disabled={none} onClick={() => setAsked({ do: 'assign' })}>
            {t('bulkAssign')}
          </Button>
        ) : null}
        {model.buttons(formKey).map((b) => (
          <Button key={b.key} disabled={none} onClick={() => setAsked({ do: 'press', button: b })}>
            {text(b.name, b.key)}
          </Button>
        ))}
        {model.mayDelete(formKey) ? (
          <Button danger disabled={none} onClick={() => setAsked({ do: 'delete' })}>
            {t('common:delete')}
          </Button>
        ) : null}
      </div>
      <span className="sp" />
      <Button type="text" onClick={onDone}>
        {t('bulkEnd')}
      </Button>
      {asked ? (
        <Suspense>
          <BulkDialog model={model} formKey={formKey} task={asked} records={chosen} onRefused={onChosen} onClose={() => setAsked(undefined)} />
        </Suspense>
      ) : null}
    </div>
  );
}
