import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { Button, Progress } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { duplicatesPath, duplicatesQuery, type DuplicateGroup, type DuplicateRecord, type DuplicateScan } from '@/api/duplicates';
import { usePeople } from '@/api/people';
import { queryClient } from '@/api/queries';
import { FieldEnvContext } from '@/fields/kind';
import type { Form } from '@/model/definition';
import { useEnv } from '@/records/FormFields';
import { fieldOf, listColumns, titleField, useModel, type Model } from '@/records/model';
import { Value } from '@/records/Value';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { PageHead } from '@/ui/PageHead';
import { Empty, ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { Apart } from './Apart';
import './duplicates.css';

/** Records of a form that are likely one and the same, group by group: to be merged, or told apart for good. */
export function DuplicatesPage() {
  const { app, form } = useParams({ from: '/signedIn/shell/a/$app/duplicates/$form' });
  const { model, error, refetch } = useModel(app);
  const { t } = useTranslation('duplicates');
  const text = useText();
  const { tab } = useSearch({ from: '/signedIn/shell/a/$app/duplicates/$form' });
  const found = model?.form(form);
  if (error) return <ErrorBox error={error} onRetry={refetch} />;
  if (model && !found) return <ErrorBox error={new Error()} />;
  return (
    <>
      <PageHead title={t('title', { name: text(model?.processOf(form)?.name) || text(found?.name, form) })} />
      <div className="bar">
        <Link className="chip" to="/a/$app/list/$form" params={{ app, form }}>
          {t('back')}
        </Link>
        <nav className="seg" aria-label={t('tabs')}>
          <Link to="/a/$app/duplicates/$form" params={{ app, form }} replace activeOptions={{ exact: true }}>
            {t('likelyTab')}
          </Link>
          <Link to="/a/$app/duplicates/$form" params={{ app, form }} search={{ tab: 'apart' }} replace activeOptions={{ exact: true }}>
            {t('apartTab')}
          </Link>
        </nav>
        <span className="sp" />
        {tab === 'apart' ? null : <Look app={app} form={form} />}
      </div>
      {tab === 'apart' ? (
        <div className="body dup" style={{ paddingTop: 0 }}>
          <Apart app={app} form={form} />
        </div>
      ) : model && found ? <Body key={`${app}.${form}`} model={model} form={found} /> : <Skeleton rows={8} />}
    </>
  );
}

/** Looks through all records now. */
function Look({ app, form }: { app: string; form: string }) {
  const { t } = useTranslation('duplicates');
  const errorText = useErrorText();
  const { data, refetch } = useInfiniteQuery(duplicatesQuery(app, form));
  const [busy, setBusy] = useState(false);
  const scan = data?.pages[0]?.scan;
  const look = async () => {
    setBusy(true);
    try {
      await api.post<DuplicateScan>(duplicatesPath(app, form), {});
      await refetch();
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button icon={<Icon name="refresh" />} loading={busy} disabled={!scan || scan.state === 'running'} onClick={() => void look()}>
      {t('look')}
    </Button>
  );
}

function Body({ model, form }: { model: Model; form: Form }) {
  const { t } = useTranslation(['duplicates', 'common']);
  const query = useInfiniteQuery(duplicatesQuery(model.app, form.key));
  const env = useEnv(model.app, model.definition, true);
  const scan = query.data?.pages[0]?.scan;
  const groups = query.data?.pages.flatMap((p) => p.items) ?? [];
  return (
      <div className="body dup" style={{ paddingTop: 0 }}>
        <p className="s">{t('intro')}</p>
        {scan ? <Scan scan={scan} /> : null}
        {query.isPending ? (
          <div className="card">
            <Skeleton rows={6} />
          </div>
        ) : null}
        {query.isError ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : null}
        {query.isSuccess && groups.length === 0 && !query.hasNextPage && scan?.state !== 'running' ? (
          <Empty title={scan?.state === 'done' ? t('empty') : t('never')} text={scan?.state === 'done' ? t('emptyText') : t('neverText')} />
        ) : null}
        <FieldEnvContext.Provider value={env}>
          {groups.map((g) => (
            <Group key={`${g.id}.${g.records.map((r) => r.id).join()}`} model={model} form={form} group={g} />
          ))}
        </FieldEnvContext.Provider>
        {query.hasNextPage ? (
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('common:loadMore')}
          </Button>
        ) : null}
      </div>
  );
}

function Scan({ scan }: { scan: DuplicateScan }) {
  const { t } = useTranslation('duplicates');
  const format = useFormat();
  if (scan.state === 'running') {
    return (
      <div className="dup-scan" role="status">
        <span className="s">{t('seen', { seen: scan.seen, total: scan.total })}</span>
        <Progress percent={Math.floor((100 * scan.seen) / Math.max(1, scan.total))} size="small" aria-label={t('looking')} />
      </div>
    );
  }
  if (scan.state === 'failed') {
    return (
      <p className="notice bad" role="alert">
        <Icon name="alert" />
        {t('failed')}
      </p>
    );
  }
  if (!scan.doneAt) return null;
  const facts = { when: format.full(scan.doneAt), total: scan.total, name: scan.by?.name };
  return <p className="s">{scan.by ? t('doneBy', facts) : t('done', facts)}</p>;
}

function Group({ model, form, group }: { model: Model; form: Form; group: DuplicateGroup }) {
  const { t } = useTranslation('duplicates');
  const text = useText();
  const format = useFormat();
  const errorText = useErrorText();
  const { nameOf } = usePeople();
  // Who was there first stays, unless somebody chooses another.
  const [stays, setStays] = useState(group.records[0]!.id);
  const [busy, setBusy] = useState(false);
  const process = model.processOf(form.key);
  const compared = [...new Set(group.reasons.flatMap((r) => r.on))];
  const named = titleField(form);
  const heads = compared.map((id) => id.split('.')[0]!);
  const facts = [...new Set([...heads, ...listColumns(form, process)])].filter((key) => key !== named && fieldOf(form, key) && fieldOf(form, key)!.type !== 'table').slice(0, 5);
  const names = (on: string[]) => on.map((id) => text(fieldOf(form, id.split('.')[0]!)?.name, id)).join(t('and'));
  const told = async (one: string | undefined, back: boolean) => {
    setBusy(true);
    try {
      await api.post(`${duplicatesPath(model.app, form.key)}/apart`, { records: group.records.map((r) => r.id), ...(one ? { one } : {}), back });
      await queryClient.invalidateQueries({ queryKey: ['duplicates', model.app, form.key] });
      if (!back) toast(t('apart'), { undo: () => void told(one, true) });
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  const name = (r: DuplicateRecord) => r.title || r.number || r.id;
  const editable = group.records.every((r) => r.can.edit);
  const keeper = group.records.find((r) => r.id === stays)!;
  return (
    <section className="card dup-group" aria-label={t('group', { title: name(group.records[0]!) })}>
      <header>
        <h2>{t('same', { names: group.reasons.map((r) => names(r.on)).join(t('also')) })}</h2>
        <span className="sp" />
        {editable ? (
          <Button size="small" disabled={busy} onClick={() => void told(undefined, false)}>
            {t('none', { count: group.records.length })}
          </Button>
        ) : null}
      </header>
      <ul>
        {group.records.map((r) => (
          <li key={r.id}>
            <label className="dup-stay">
              <input type="radio" name={`stays.${group.id}`} checked={r.id === stays} onChange={() => setStays(r.id)} aria-label={t('stayOf', { title: name(r) })} />
              <span className="s">{t('stay')}</span>
            </label>
            <span className="dup-what">
              <Link to="/r/$id" params={{ id: r.id }} className="el">
                {name(r)}
              </Link>
              <span className="s dup-facts">
                {r.number && r.number !== name(r) ? <span>{r.number}</span> : null}
                {facts.map((key) =>
                  r.data[key] === undefined || r.data[key] === null || r.data[key] === '' ? null : (
                    <span key={key} className={heads.includes(key) ? 'dup-same' : undefined}>
                      {text(fieldOf(form, key)?.name, key)} <Value form={form} field={key} value={r.data[key]} />
                    </span>
                  ),
                )}
                {r.owner ? <span>{nameOf(r.owner)}</span> : null}
                <span>{t('created', { date: format.date(r.createdAt) })}</span>
              </span>
            </span>
            {r.id === stays ? null : (
              <span className="row dup-ways">
                {editable && group.records.length > 2 ? (
                  <Button size="small" disabled={busy} aria-label={t('notOf', { title: name(r) })} onClick={() => void told(r.id, false)}>
                    {t('not')}
                  </Button>
                ) : null}
                {r.can.merge && keeper.can.edit ? (
                  <Link className="chip" to="/r/$id/merge" params={{ id: stays }} search={{ with: r.id }} aria-label={t('mergeOf', { title: name(r) })}>
                    <Icon name="swap" size={14} />
                    {t('merge')}
                  </Link>
                ) : null}
              </span>
            )}
          </li>
        ))}
      </ul>
      {group.more ? <p className="s dup-more">{t('more')}</p> : null}
    </section>
  );
}
