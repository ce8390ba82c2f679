import { useQuery } from '@tanstack/react-query';
import { Button, Dropdown, Modal, Progress, Select } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, url } from '@/api/client';
import type { ImportFile, ImportProblem, ImportState, ImportTrial } from '@/api/types';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';

const SYSTEM: ReadonlySet<string> = new Set(['stage', 'owner', 'since', 'createdAt', 'closedAt']);

/** Brings records in from a file: choose it, say what its columns mean, try, run, and take it back if need be. */
export function ImportButton({ app, form, onDone }: { app: string; form: string; onDone: () => void }) {
  const { t } = useTranslation('list');
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon={<Icon name="upload" />} onClick={() => setOpen(true)}>
        {t('import')}
      </Button>
      {open ? (
        <ImportDialog
          app={app}
          form={form}
          onClose={() => {
            setOpen(false);
            onDone();
          }}
        />
      ) : null}
    </>
  );
}

function ImportDialog({ app, form, onClose }: { app: string; form: string; onClose: () => void }) {
  const { t } = useTranslation(['list', 'common']);
  const [file, setFile] = useState<ImportFile>();
  const [started, setStarted] = useState<ImportState>();
  return (
    <Modal open title={t('importTitle')} footer={null} onCancel={onClose} width={760} maskClosable={false}>
      {started ? <ImportRun first={started} /> : file ? <ImportPlan file={file} onStarted={setStarted} /> : <ImportChoice app={app} form={form} onFile={setFile} onPast={setStarted} />}
    </Modal>
  );
}

function ImportChoice({ app, form, onFile, onPast }: { app: string; form: string; onFile: (file: ImportFile) => void; onPast: (past: ImportState) => void }) {
  const { t } = useTranslation('list');
  const format = useFormat();
  const errorText = useErrorText();
  const past = useQuery({
    queryKey: ['imports', app, form],
    queryFn: ({ signal }) => api.get<{ items: ImportState[] }>(`/apps/${app}/forms/${form}/imports`, { signal }),
    staleTime: 0,
  });
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const bring = async (content: File) => {
    setBusy(true);
    try {
      onFile(await api.upload<ImportFile>(`/apps/${app}/forms/${form}/import`, content, { query: { name: content.name } }));
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
      setBusy(false);
    }
  };
  return (
    <div className="import-choice">
      <p>{t('importHint')}</p>
      <input ref={input} type="file" accept=".csv,.txt,.xlsx" hidden aria-label={t('importFile')} onChange={(e) => e.target.files?.[0] && void bring(e.target.files[0])} />
      <Button type="primary" loading={busy} onClick={() => input.current?.click()}>
        {t('importFile')}
      </Button>
      {past.data?.items.length ? (
        <section className="import-past" aria-label={t('importPast')}>
          <h3 className="s">{t('importPast')}</h3>
          <ul>
            {past.data.items.slice(0, 10).map((one) => (
              <li key={one.id}>
                <button type="button" className="link el" onClick={() => onPast(one)}>
                  {one.name || t('importFile')}
                </button>
                <span className="s">{format.moment(one.at)}</span>
                <span className="s sp">
                  {one.state === 'undone' ? t('importUndone', { undone: one.undone }) : one.state === 'done' ? t('importDone', { created: one.created, updated: one.updated, failed: one.failed }) : t('importGoing', { done: one.done, rows: one.rows })}
                </span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </div>
  );
}

function ImportPlan({ file, onStarted }: { file: ImportFile; onStarted: (state: ImportState) => void }) {
  const { t } = useTranslation('list');
  const errorText = useErrorText();
  const text = useText();
  const [mapping, setMapping] = useState<Record<string, string>>(() =>
    Object.fromEntries(file.columns.flatMap((c, i) => (c.suggest ? [[String(i), c.suggest]] : []))),
  );
  const [key, setKey] = useState(file.key ?? '');
  const [trial, setTrial] = useState<ImportTrial>();
  const [busy, setBusy] = useState(false);
  const nameOf = (target: string) => text(file.targets.find((x) => x.key === target)?.name, target);
  const ask = async (act: () => Promise<void>) => {
    setBusy(true);
    try {
      await act();
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    }
    setBusy(false);
  };
  const chosen = Object.values(mapping).filter(Boolean);
  return (
    <>
      <div className="import-scroll">
        <table className="import-table">
          <thead>
            <tr>
              <th>{t('importColumn')}</th>
              <th>{t('importSample')}</th>
              <th>{t('importTo')}</th>
            </tr>
          </thead>
          <tbody>
            {file.columns.map((c, i) => (
              <tr key={i}>
                <td>{c.title}</td>
                <td className="dim el">{c.samples.filter(Boolean).join(' · ')}</td>
                <td>
                  <Select
                    aria-label={`${t('importTo')}: ${c.title}`}
                    style={{ width: '100%' }}
                    value={mapping[i] ?? ''}
                    options={[
                      { value: '', label: t('importSkip') },
                      ...file.targets
                        .filter((x) => x.key === mapping[i] || !chosen.includes(x.key))
                        .map((x) => ({ value: x.key, label: text(x.name, x.key) + (x.required ? ' *' : '') })),
                    ]}
                    onChange={(v: string) => {
                      setMapping({ ...mapping, [i]: v });
                      setTrial(undefined);
                    }}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <label className="import-key">
        <span>{t('importKey')}</span>
        <Select
          aria-label={t('importKey')}
          style={{ minWidth: 180 }}
          value={key}
          options={[{ value: '', label: t('importKeyNone') }, ...chosen.filter((k) => !SYSTEM.has(k)).map((k) => ({ value: k, label: nameOf(k) }))]}
          onChange={(v: string) => {
            setKey(v);
            setTrial(undefined);
          }}
        />
      </label>
      {trial ? <p role="status">{t('importTried', { rows: trial.rows, good: trial.good })}</p> : null}
      {trial ? <Problems list={trial.problems} /> : null}
      <div className="import-foot">
        <Button loading={busy} disabled={chosen.length === 0} onClick={() => void ask(async () => setTrial(await api.post<ImportTrial>(`/imports/${file.id}/check`, { mapping, key })))}>
          {t('importTry')}
        </Button>
        <Button
          type="primary"
          loading={busy}
          disabled={trial === undefined || trial.good === 0}
          onClick={() => void ask(async () => onStarted(await api.post<ImportState>(`/imports/${file.id}/run`, { mapping, key })))}
        >
          {t('importRun', { count: file.rows })}
        </Button>
      </div>
    </>
  );
}

function ImportRun({ first }: { first: ImportState }) {
  const { t } = useTranslation('list');
  const errorText = useErrorText();
  const [undoing, setUndoing] = useState(false);
  const { data = first, refetch } = useQuery({
    queryKey: ['import', first.id],
    queryFn: ({ signal }) => api.get<ImportState>(`/imports/${first.id}`, { signal }),
    refetchInterval: (q) => (q.state.data?.state === 'done' || q.state.data?.state === 'undone' ? false : 700),
  });
  const undo = async () => {
    setUndoing(true);
    try {
      await api.post(`/imports/${first.id}/undo`);
      await refetch();
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    }
    setUndoing(false);
  };
  const ended = data.state === 'done' || data.state === 'undone';
  return (
    <>
      <Progress percent={Math.floor((100 * data.done) / Math.max(1, data.rows))} status={ended ? 'success' : 'active'} aria-label={t('importProgress')} />
      <p role="status">
        {data.state === 'undone' ? t('importUndone', { undone: data.undone }) : t('importDone', { created: data.created, updated: data.updated, failed: data.failed })}
      </p>
      <Problems list={data.problems} />
      {ended && (data.failed > 0 || data.created > 0) ? (
        <div className="import-foot">
          {data.failed > 0 ? <WrongRows id={first.id} /> : null}
          {data.state === 'done' && data.created > 0 ? <Button loading={undoing} onClick={() => void undo()}>{t('importUndo')}</Button> : null}
        </div>
      ) : null}
    </>
  );
}

/** The rows that did not come in, with the reasons, as a file to mend and import again. */
function WrongRows({ id }: { id: string }) {
  const { t } = useTranslation('list');
  return (
    <Dropdown menu={{ items: (['xlsx', 'csv'] as const).map((format) => ({ key: format, label: <a href={url(`/imports/${id}/wrong`, { format })} download>{t(format === 'xlsx' ? 'exportXlsx' : 'exportCsv')}</a> })) }} trigger={['click']}>
      <Button icon={<Icon name="download" />}>{t('importWrong')}</Button>
    </Dropdown>
  );
}

function Problems({ list }: { list: readonly ImportProblem[] }) {
  const { t } = useTranslation('list');
  const text = useText();
  if (list.length === 0) return null;
  return (
    <ul className="import-problems">
      {list.slice(0, 100).map((p, i) => (
        <li key={i}>
          <b>{t('importRow', { row: p.row })}</b> {p.column ? `${p.column}: ` : ''}
          {text(p.message)}
        </li>
      ))}
    </ul>
  );
}
