import { useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Input, Select } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, operationKey } from '@/api/client';
import { queryClient, savedViewsPath, savedViewsQuery } from '@/api/queries';
import type { SavedView } from '@/api/types';
import type { View } from '@/model/definition';
import { Icon } from '@/ui/Icon';
import { Pop } from '@/ui/Pop';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { lookOf, sameLook, searchOf, type ListSearch } from './looks';

interface Props {
  app: string;
  form: string;
  /** The views that the app is made with. */
  views: readonly View[];
  search: ListSearch;
  /** The address asks for what the release has no more: a field was renamed or taken away since it was made. */
  stale?: boolean;
  /** Whether there is room to offer keeping what is shown; what was changed since it was kept is always offered. */
  keep?: boolean;
  onChange: (search: ListSearch) => void;
}

/** Which view of the list is shown: those of the app, one's own and the shared ones; and what is shown now, kept under a name. */
export function SavedViews({ app, form, views, search, stale = false, keep = true, onChange }: Props) {
  const { t } = useTranslation('list');
  const text = useText();
  const { data: saved = [] } = useQuery(savedViewsQuery(app, form));
  const [open, setOpen] = useState(false);
  const chosen = saved.find((v) => v.id === search.saved);
  const option = (v: SavedView) => ({ value: `saved ${v.id}`, label: v.mine ? v.name : t('viewOf', { name: v.name, owner: v.owner?.name ?? '' }) });
  const group = (label: string, list: SavedView[]) => (list.length > 0 ? [{ label, title: label, options: list.map(option) }] : []);
  const options = [
    { value: '', label: t('allRecords') },
    ...views.map((v) => ({ value: `view ${v.key}`, label: text(v.name, v.key) })),
    ...group(t('viewsMine'), saved.filter((v) => v.mine && !v.shared)),
    ...group(t('viewsShared'), saved.filter((v) => v.shared)),
  ];
  const value = chosen ? `saved ${chosen.id}` : search.view ? `view ${search.view}` : '';
  const choose = (next: string) => {
    const [kind, key] = next.split(' ');
    const view = kind === 'saved' ? saved.find((v) => v.id === key) : undefined;
    if (view) onChange({ ...searchOf(view.look), saved: view.id });
    // From a kept view one goes to what the app is made with; from there what is filtered by stays.
    else onChange({ ...(chosen ? {} : search), view: kind === 'view' ? key : undefined, sort: undefined, columns: undefined, saved: undefined });
  };
  const changed = chosen !== undefined && !sameLook(lookOf(search), chosen.look);
  // An address from before the release is put into today's words, as the view is: nothing is filtered by less without a word.
  const now = stale && changed ? chosen : undefined;
  useEffect(() => {
    if (now) onChange({ ...searchOf(now.look), saved: now.id });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for a view that is found stale
  }, [now]);
  return (
    <>
      {options.length > 1 ? <Select className="which-view" aria-label={t('view')} style={{ minWidth: 140 }} value={value} options={options} popupMatchSelectWidth={false} onChange={choose} /> : null}
      {keep || changed || open ? (
        <Pop
          placement="bottomLeft"
          arrow={false}
          open={open}
          onOpenChange={setOpen}
          content={<Keep key={chosen?.id ?? ''} app={app} form={form} search={search} chosen={chosen} onKept={(id) => onChange({ ...search, saved: id })} onClose={() => setOpen(false)} />}
        >
          <button type="button" className={`chip quiet${changed ? ' on' : ''}`}>
            <Icon name="star" size={14} />
            {t(changed ? 'viewChanged' : 'viewKeep')}
          </button>
        </Pop>
      ) : null}
    </>
  );
}

/** Says what a kept view cannot show any more; whoever keeps it may keep it without. */
export function ViewDropped({ app, form, search }: Pick<Props, 'app' | 'form' | 'search'>) {
  const { t } = useTranslation(['list', 'common']);
  const text = useText();
  const errorText = useErrorText();
  const { data: saved = [] } = useQuery(savedViewsQuery(app, form));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const view = saved.find((v) => v.id === search.saved);
  if (!view || view.dropped.length === 0) return null;
  const keep = async () => {
    setBusy(true);
    setError('');
    try {
      await api.put(`${savedViewsPath(app, form)}/${view.id}`, { name: view.name, shared: view.shared, look: view.look }, { ifMatch: view.rev });
    } catch (caught) {
      setError(errorText(caught));
    }
    await queryClient.invalidateQueries({ queryKey: savedViewsQuery(app, form).queryKey });
    setBusy(false);
  };
  const parts = [...new Set(view.dropped.map((d) => t(`viewDropped.${d.what}`, { name: d.name === 'stage' || d.name === 'owner' ? t(`common:${d.name}`) : text(d.name) })))];
  return (
    <div className="notice warn view-dropped" role="status">
      <Icon name="alert" />
      <span className="sp">{error || t('viewDropped', { parts: parts.join(t('viewDroppedAnd')) })}</span>
      {view.mine ? (
        <Button size="small" loading={busy} onClick={() => void keep()}>
          {t('viewDroppedKeep')}
        </Button>
      ) : null}
    </div>
  );
}

interface KeepProps {
  app: string;
  form: string;
  search: ListSearch;
  chosen: SavedView | undefined;
  onKept: (id: string | undefined) => void;
  onClose: () => void;
}

/** Keeps what the list shows under a name, or changes and deletes what is kept. */
function Keep({ app, form, search, chosen, onKept, onClose }: KeepProps) {
  const { t } = useTranslation(['list', 'common']);
  const errorText = useErrorText();
  const own = chosen?.can ? chosen : undefined;
  const [name, setName] = useState(own?.name ?? '');
  const [shared, setShared] = useState(own?.shared ?? false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  // Sent again after an answer was lost, it is kept once.
  const last = useRef({ sent: '', key: '' });
  const path = savedViewsPath(app, form);
  const run = async (work: () => Promise<string | undefined>) => {
    setBusy(true);
    setError('');
    try {
      const id = await work();
      await queryClient.invalidateQueries({ queryKey: savedViewsQuery(app, form).queryKey });
      onKept(id);
      onClose();
    } catch (caught) {
      setError(errorText(caught));
      void queryClient.invalidateQueries({ queryKey: savedViewsQuery(app, form).queryKey });
    } finally {
      setBusy(false);
    }
  };
  const body = { name: name.trim(), shared, look: lookOf(search) };
  const create = () =>
    run(async () => {
      const sent = JSON.stringify(body);
      if (last.current.sent !== sent) last.current = { sent, key: operationKey() };
      return (await api.post<SavedView>(path, body, { key: last.current.key })).id;
    });
  const update = (view: SavedView) => run(async () => (await api.put<SavedView>(`${path}/${view.id}`, body, { ifMatch: view.rev })).id);
  const remove = (view: SavedView) =>
    run(async () => {
      await api.delete(`${path}/${view.id}`);
      return undefined;
    });
  const nameless = body.name === '';
  return (
    <div className="keep-view" role="dialog" aria-label={t('viewKeep')}>
      <p className="s">{t('viewWhat')}</p>
      <Input value={name} maxLength={60} aria-label={t('viewName')} placeholder={t('viewName')} onChange={(e) => setName(e.target.value)} onPressEnter={() => (nameless ? undefined : void (own ? update(own) : create()))} />
      <Checkbox checked={shared} onChange={(e) => setShared(e.target.checked)}>
        {t('viewShare')}
      </Checkbox>
      {error ? (
        <p className="notice bad" role="alert">
          {error}
        </p>
      ) : null}
      <div className="row">
        {own ? (
          <>
            <Button type="primary" loading={busy} disabled={nameless} onClick={() => void update(own)}>
              {t('viewUpdate')}
            </Button>
            <Button disabled={busy || nameless || body.name === own.name} onClick={() => void create()}>
              {t('viewNew')}
            </Button>
            <span className="sp" />
            <Button type="text" danger disabled={busy} onClick={() => void remove(own)}>
              {t('common:delete')}
            </Button>
          </>
        ) : (
          <Button type="primary" loading={busy} disabled={nameless} onClick={() => void create()}>
            {t('common:save')}
          </Button>
        )}
      </div>
    </div>
  );
}
