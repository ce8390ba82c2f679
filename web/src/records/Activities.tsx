import { Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, isApiError, operationKey } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { Activity, Data, RecordFull } from '@/api/types';
import { FieldEnvContext } from '@/fields/kind';
import { kindOf } from '@/fields/registry';
import { putRecord, recordPath } from '@/records/actions';
import { useEnv } from '@/records/FormFields';
import type { Model } from '@/records/model';
import { People } from '@/records/People';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';

/** Tasks that an answer of this kind opens or closes are read anew. */
export function refreshTasks() {
  for (const key of ['tasks', 'task', 'me', 'home']) void queryClient.invalidateQueries({ queryKey: [key] });
}

/** What one says when one has done an activity; whether that counts is for the server to say. */
export function ResultDialog({ record, model, activity, onClose, onDone }: { record: RecordFull; model: Model; activity: Activity; onClose: () => void; onDone?: () => void }) {
  const { t } = useTranslation(['record', 'common']);
  const text = useText();
  const errorText = useErrorText();
  const env = useEnv(model.app, model.definition, false, record.id);
  const [data, setData] = useState<Data>({});
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<ReadonlyMap<string, string>>(new Map());
  const [error, setError] = useState<string>();
  const send = async () => {
    setBusy(true);
    setError(undefined);
    setProblems(new Map());
    try {
      const answer = await api.post<RecordFull>(`${recordPath(record.id)}/activities/${activity.key}`, { done: true, data }, { key: operationKey() });
      putRecord(answer);
      refreshTasks();
      const now = answer.activities?.find((a) => a.key === activity.key);
      if (now?.mine) {
        setError(t('resultShort'));
        return;
      }
      toast(t('activityDone', { name: text(activity.name, activity.key) }));
      onClose();
      onDone?.();
    } catch (caught) {
      if (isApiError(caught)) setProblems(new Map(caught.details.map((d) => [d.path.replace(/^\/data\//, ''), d.message])));
      setError(errorText(caught));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={text(activity.name, activity.key)} okText={t('activityFinish')} cancelText={t('common:cancel')} confirmLoading={busy} onOk={() => void send()} onCancel={onClose}>
      {text(activity.help) ? <p className="dim">{text(activity.help)}</p> : null}
      <FieldEnvContext.Provider value={env}>
        <div className="result-form">
          {(activity.fields ?? []).map((field) => {
            const kind = kindOf(field.type);
            const id = `result-${field.key}`;
            const problem = problems.get(field.key);
            return (
              <div key={field.key} className="setting">
                {kind.ownLabel ? null : (
                  <label htmlFor={id}>
                    {text(field.name, field.key)}
                    {field.required ? <span aria-hidden="true"> *</span> : null}
                  </label>
                )}
                <kind.Input id={id} field={field} path={field.key} value={data[field.key]} invalid={problem !== undefined} describedBy={problem ? `${id}-problem` : undefined}
                  onChange={(value) => setData((was) => ({ ...was, [field.key]: value }))} />
                {problem ? (
                  <p className="bad s" id={`${id}-problem`}>
                    {problem}
                  </p>
                ) : text(field.help) ? (
                  <p className="s">{text(field.help)}</p>
                ) : null}
              </div>
            );
          })}
        </div>
      </FieldEnvContext.Provider>
      {error ? (
        <p className="notice bad" role="alert">
          {error}
        </p>
      ) : null}
    </Modal>
  );
}

/** Gives what somebody was to do to somebody else. */
export function HandDialog({ record, what, me, waits, asked, onClose }: { record: RecordFull; what: { key: string; name: string }; me: string; waits: readonly { id: string; name: string }[]; asked: readonly string[]; onClose: () => void }) {
  const { t } = useTranslation(['record', 'common']);
  const errorText = useErrorText();
  const mine = waits.find((p) => p.id === me);
  const [from, setFrom] = useState<string[]>([(mine ?? waits[0])?.id ?? '']);
  const [to, setTo] = useState<string[]>([]);
  const [comment, setComment] = useState('');
  const [key] = useState(operationKey);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const send = async () => {
    setBusy(true);
    setError(undefined);
    try {
      putRecord(await api.post<RecordFull>(`${recordPath(record.id)}/activities/${what.key}/hand`, { from: from[0], to: to[0], comment: comment.trim() }, { key }));
      refreshTasks();
      onClose();
    } catch (caught) {
      setError(errorText(caught));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={t('handTitle', { name: what.name })} okText={t('hand')} cancelText={t('common:cancel')} confirmLoading={busy} okButtonProps={{ disabled: from.length === 0 || to.length === 0 }} onOk={() => void send()} onCancel={onClose}>
      <div className="result-form">
        {waits.length > 1 ? <People label={t('handFrom')} value={from} from={waits.map((p) => ({ id: p.id, name: p.name }))} onChange={setFrom} /> : null}
        <People label={t('handTo')} value={to} not={asked} onChange={setTo} />
        <Input.TextArea aria-label={t('handWhy')} placeholder={t('handWhy')} value={comment} maxLength={500} autoSize={{ minRows: 2, maxRows: 6 }} onChange={(e) => setComment(e.target.value)} />
      </div>
      {error ? (
        <p className="notice bad" role="alert">
          {error}
        </p>
      ) : null}
    </Modal>
  );
}
