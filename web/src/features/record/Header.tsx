import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Space } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, operationKey } from '@/api/client';
import { usePeople } from '@/api/people';
import { meQuery, queryClient } from '@/api/queries';
import type { RecordFull, Text, TransitionInfo } from '@/api/types';
import { readRef } from '@/fields/ref';
import { putRecord, recordPath, refreshAround } from '@/records/actions';
import { chainOf, fieldOf, stageOf, type Model } from '@/records/model';
import { Avatar } from '@/ui/Avatar';
import { isMoney, percentOf } from '@/ui/format';
import { Icon } from '@/ui/Icon';
import { LazyMenu } from '@/ui/LazyMenu';
import { useFormat } from '@/ui/locale';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { Collaborators } from './Collaborators';
import { ClaimButton } from './Pool';
import type { SaveState } from './useSave';

// Dialogs come when they are asked for.
const DeleteDialog = lazy(() => import('./DeleteDialog').then((m) => ({ default: m.DeleteDialog })));
const EraseDialog = lazy(() => import('./Erase').then((m) => ({ default: m.EraseDialog })));
const StandingDialog = lazy(() => import('./Standing').then((m) => ({ default: m.StandingDialog })));
const TrackingDialog = lazy(() => import('./TrackingDialog').then((m) => ({ default: m.TrackingDialog })));
const ReleaseDialog = lazy(() => import('./ReleaseDialog').then((m) => ({ default: m.ReleaseDialog })));

interface Props {
  model: Model;
  record: RecordFull;
  status: SaveState;
  message: string;
  onMove: (transition: TransitionInfo) => void;
  onSave: () => void;
}

/** The way on that most people want: forward, allowed, ready ones first. */
export function mainTransition(record: RecordFull): TransitionInfo | undefined {
  const ways = (record.transitions ?? []).filter((w) => w.allowed && !w.back && w.end !== 'lost' && w.end !== 'cancelled');
  return ways.find((w) => w.ready) ?? ways[0];
}

/** Title, amount, state, people, and what can be done. */
export function Header({ model, record, status, message, onMove, onSave }: Props) {
  const { t } = useTranslation('record');
  const text = useText();
  const format = useFormat();
  const process = model.process(record.process);
  const form = model.form(record.form);
  const value = process?.value ? record.data[process.value] : undefined;
  const stage = stageOf(process, record.stage);
  const closing = process?.closing ? record.data[process.closing] : undefined;
  const account = form?.fields.map((f) => (f.type === 'reference' ? readRef(record.data[f.key]) : undefined)).find(Boolean);
  const [figure, unit] = isMoney(value) ? format.short(value, 2) : ['', ''];
  const chance = record.open ? stage?.probability : undefined;
  return (
    <div className="band-head">
      <div className="titles">
        <h1 className="el">{record.title || record.number || record.id}</h1>
        {figure ? (
          <span className="amount">
            {figure}
            <small>{unit}</small>
          </span>
        ) : null}
        {record.round?.state === 'running' ? (
          <span className="tag acc">
            <Icon name="stamp" size={14} />
            {t('round.running')}
          </span>
        ) : null}
        {record.pool ? <span className="tag warn">{text(record.pool.name, record.pool.key)}</span> : null}
        {record.goesBack ? <span className="tag warn">{t('goesBack', { date: format.date(record.goesBack) })}</span> : null}
        {stage?.end ? <span className={`tag ${stage.end === 'won' || stage.end === 'done' ? 'ok' : 'bad'}`}>{text(stage.name, stage.key)}</span> : null}
      </div>
      <div className="meta s">
        {account ? (
          <Link to="/r/$id" params={{ id: account.id }}>
            {account.title}
          </Link>
        ) : null}
        {record.number ? <span>{record.number}</span> : null}
        <Owner record={record} />
        <Collaborators record={record} />
        {typeof closing === 'string' && closing ? <span>
            {text(fieldOf(form, process?.closing ?? '')?.name) || t('closing')} {closing}
          </span> : null}
        {isMoney(value) && chance !== undefined && chance > 0 ? (
          <span>
            {t('expected')} <b>{format.short(percentOf(value.amount, chance), 2).join('')}</b> = {figure} × {chance}%
          </span>
        ) : null}
        <SaveNote status={status} message={message} onSave={onSave} />
      </div>
      <div className="acts">
        <ClaimButton record={record} />
        <Transitions record={record} model={model} onMove={onMove} />
        <MoreMenu record={record} model={model} />
      </div>
    </div>
  );
}

function SaveNote({ status, message, onSave }: { status: SaveState; message: string; onSave: () => void }) {
  const { t } = useTranslation(['record', 'common']);
  if (status === 'clean') return null;
  return (
    <span role="status" className={status === 'wrong' || status === 'failed' ? 'bad' : ''}>
      {message || t(`save.${status}`)}
      {status === 'dirty' || status === 'failed' ? (
        <button type="button" className="link" style={{ marginLeft: 6 }} onClick={onSave}>
          {t('common:save')}
        </button>
      ) : null}
    </span>
  );
}

/** The owner; who may, gives the record to someone else. */
function Owner({ record }: { record: RecordFull }) {
  const { t } = useTranslation('record');
  const { users, nameOf } = usePeople();
  const errorText = useErrorText();
  const name = nameOf(record.owner);
  const shown = (
    <span className="row" style={{ gap: 6, display: 'inline-flex' }}>
      <Avatar name={name || '?'} />
      {name || t('noOwner')}
    </span>
  );
  if (!record.can.assign) return shown;
  const assign = async (owner: string) => {
    const before = record.owner;
    try {
      putRecord(await api.post<RecordFull>(`${recordPath(record.id)}/assign`, { owner }, { key: operationKey() }));
      toast(t('assigned', { name: nameOf(owner) }), before ? { undo: () => void assign(before) } : {});
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    }
  };
  return (
    <LazyMenu
      menu={{
        style: { maxHeight: 320, overflowY: 'auto' },
        selectedKeys: record.owner ? [record.owner] : [],
        items: users.filter((u) => u.active).map((u) => ({ key: u.id, label: u.name, onClick: () => void assign(u.id) })),
      }}
    >
      <button type="button" className="owner" aria-label={t('assign', { name })}>
        {shown}
        <Icon name="down" size={12} />
      </button>
    </LazyMenu>
  );
}

/** The main way on as a button, the others in its menu with what they cost. */
export function Transitions({ record, model, onMove }: { record: RecordFull; model: Model; onMove: (transition: TransitionInfo) => void }) {
  const { t } = useTranslation('record');
  const text = useText();
  const process = model.process(record.process);
  const errorText = useErrorText();
  const main = record.round?.state === 'running' ? undefined : mainTransition(record);
  const name = (w: TransitionInfo) => text(w.name) || t('moveTo', { stage: text(stageOf(process, w.to)?.name, w.to) });
  const price = (w: TransitionInfo) => {
    if (!w.allowed) return t('priceRole');
    if (w.missing.length > 0) return t('priceMissing', { count: w.missing.length });
    if (w.ask.length > 0) return t('priceAsk');
    return chainOf(process, w) ? t('priceApproval') : '';
  };
  const others = (record.transitions ?? []).filter((w) => w !== main && (w.allowed || w.missing.length > 0));
  const menu = {
    items: others.map((w) => ({
      key: w.key,
      danger: w.end === 'lost' || w.end === 'cancelled',
      disabled: !w.allowed,
      label: (
        <span className="row" style={{ minWidth: 200 }}>
          <span className="sp">{name(w)}</span>
          <span className="s">{price(w)}</span>
        </span>
      ),
      onClick: () => onMove(w),
    })),
  };
  const act = async (what: 'withdraw' | 'urge') => {
    try {
      putRecord(await api.post<RecordFull>(`${recordPath(record.id)}/${what}`, {}, { key: operationKey() }));
      toast(t(what === 'withdraw' ? 'withdrawn' : 'urged'));
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    }
  };
  return (
    <>
      {(record.buttons ?? []).map((b) => (
        <PressButton key={b.key} record={record} button={b} />
      ))}
      {record.can.urge ? <Button onClick={() => void act('urge')}>{t('urge')}</Button> : null}
      {record.can.withdraw ? <Button onClick={() => void act('withdraw')}>{t('withdraw')}</Button> : null}
      {main ? (
        <Space.Compact>
          <Button type="primary" onClick={() => onMove(main)}>
            {name(main)}
          </Button>
          {others.length > 0 ? (
            <LazyMenu end menu={menu}>
              <Button type="primary" aria-label={t('otherWays')} icon={<Icon name="down" />} />
            </LazyMenu>
          ) : null}
        </Space.Compact>
      ) : others.length > 0 ? (
        <LazyMenu end menu={menu}>
          <Button icon={<Icon name="down" />} iconPlacement="end">
            {t('ways')}
          </Button>
        </LazyMenu>
      ) : null}
    </>
  );
}

/** A button of an automation: what it does comes a moment later, as a live change. */
function PressButton({ record, button }: { record: RecordFull; button: NonNullable<RecordFull['buttons']>[number] }) {
  const { t } = useTranslation('record');
  const text = useText();
  const errorText = useErrorText();
  const [key, setKey] = useState(operationKey);
  const [busy, setBusy] = useState(false);
  const press = async () => {
    setBusy(true);
    try {
      putRecord(await api.post<RecordFull>(`${recordPath(record.id)}/buttons/${button.key}`, {}, { key }));
      setKey(operationKey());
      toast(t('pressed', { name: text(button.name) }));
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button disabled={!button.ready} loading={busy} onClick={() => void press()}>
      {text(button.name)}
    </Button>
  );
}

/** What is rarely done with a record. */
export function MoreMenu({ record, model }: { record: RecordFull; model: Model }) {
  const { t } = useTranslation(['record', 'common', 'history']);
  const [asking, setAsking] = useState(false);
  const [releasing, setReleasing] = useState(false);
  const [erasing, setErasing] = useState(false);
  const [standing, setStanding] = useState(false);
  const [tracking, setTracking] = useState<{ key: string; name: Text }>();
  const text = useText();
  const { data: me } = useQuery(meQuery());
  const pooled = (model.definition.pools ?? []).some((p) => p.form === record.form);
  const mayRelease = pooled && record.open && !record.pool && (record.can.assign || (record.can.edit && record.owner === me?.user.id));
  const navigate = useNavigate();
  const errorText = useErrorText();
  const remove = async () => {
    try {
      await api.delete(recordPath(record.id), { ifMatch: record.rev, key: operationKey() });
      refreshAround(record);
      queryClient.removeQueries({ queryKey: ['record', record.id] });
      await navigate({ to: '/a/$app/list/$form', params: { app: model.app, form: record.form } });
      toast(t('deleted', { title: record.title }), {
        undo: () =>
          void api
            .post<RecordFull>(`${recordPath(record.id)}/restore`, {}, { key: operationKey() })
            .then((back) => refreshAround(back))
            .catch((error: unknown) => toast(errorText(error), { kind: 'bad' })),
      });
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    }
  };
  return (
    <>
      <LazyMenu
        end
        menu={{
          items: [
            { key: 'history', label: t('history:open'), onClick: () => void navigate({ to: '/r/$id/history', params: { id: record.id } }) },
            ...(me?.can.operate ? [{ key: 'standing', label: t('standing'), onClick: () => setStanding(true) }] : []),
            ...(record.prints ?? []).map((p) => ({
              key: `print.${p.key}`,
              label: t('printOf', { name: text(p.name, p.key) }),
              onClick: () => void navigate({ to: '/print/$id/$key', params: { id: record.id, key: p.key } }),
            })),
            ...(record.tracking ?? []).map((p) => ({ key: `track.${p.key}`, label: t('trackingOf', { name: text(p.name, p.key) }), onClick: () => setTracking(p) })),
            ...(mayRelease ? [{ key: 'release', label: t('release'), onClick: () => setReleasing(true) }] : []),
            ...(record.can.edit && record.can.merge ? [{ key: 'merge', label: t('merge.open'), onClick: () => void navigate({ to: '/r/$id/merge', params: { id: record.id } }) }] : []),
            ...(record.can.delete ? [{ key: 'delete', danger: true, label: t('common:delete'), onClick: () => setAsking(true) }] : []),
            ...(record.can.erase ? [{ key: 'erase', danger: true, label: t('erase'), onClick: () => setErasing(true) }] : []),
          ],
        }}
      >
        <Button icon={<Icon name="more" />} aria-label={t('common:more')} />
      </LazyMenu>
      {asking || releasing || erasing || standing || tracking ? (
        <Suspense>
          {tracking ? <TrackingDialog record={record} page={tracking} onClose={() => setTracking(undefined)} /> : null}
          {asking ? <DeleteDialog title={record.title} onDelete={() => void remove()} onClose={() => setAsking(false)} /> : null}
          {releasing ? <ReleaseDialog record={record} onClose={() => setReleasing(false)} /> : null}
          {standing ? <StandingDialog record={record} onClose={() => setStanding(false)} /> : null}
          {erasing ? <EraseDialog record={record} onClose={() => setErasing(false)} /> : null}
        </Suspense>
      ) : null}
    </>
  );
}
