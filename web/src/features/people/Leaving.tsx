import { useQuery } from '@tanstack/react-query';
import { Checkbox, Modal, Progress, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { personOption, usePeople } from '@/api/people';
import { belongingsQuery, handoversQuery, queryClient } from '@/api/queries';
import type { Belongings, Handover, User } from '@/api/types';
import { useFormat } from '@/ui/locale';
import { ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { useClearable } from '@/ui/clearable';

const KINDS = ['records', 'approvals', 'activities', 'tasks', 'teams', 'absences', 'standIns'] as const;

/** What a person has, counted by kind. */
function Has({ has }: { has: Belongings }) {
  const { t } = useTranslation('people');
  const text = useText();
  const kinds = KINDS.filter((k) => has[k] > 0);
  return (
    <>
      {kinds.length === 0 ? <p className="dim">{t('has.nothing')}</p> : null}
      <ul className="has">
        {kinds.map((k) => (
          <li key={k}>
            <span className="sp">{t(`has.${k}`)}</span>
            <b>{has[k]}</b>
          </li>
        ))}
      </ul>
      {has.named.length > 0 ? <p className="notice warn">{t('namedIn', { apps: has.named.map((n) => text(n.name, n.app)).join(t('listSeparator')) })}</p> : null}
    </>
  );
}

/** Who takes over what somebody has who leaves; the preview says how much it is. */
export function LeaveDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation(['people', 'common']);
  const clearable = useClearable();
  const text = useText();
  const errorText = useErrorText();
  const { users } = usePeople();
  const has = useQuery(belongingsQuery(user.id));
  const [successor, setSuccessor] = useState<string>();
  const [apps, setApps] = useState<Record<string, string>>({});
  const [approvals, setApprovals] = useState<'manager' | 'successor'>('manager');
  const [closes, setCloses] = useState(user.active);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const people = users.filter((u) => u.active && u.id !== user.id).map(personOption);
  const search = { showSearch: { optionFilterProp: 'find' } } as const;
  const start = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await api.post<Handover>(`/users/${encodeURIComponent(user.id)}/leave`, { successor, apps, approvals, keepAccount: !closes });
      await Promise.all(['handovers', 'users', 'teams'].map((k) => queryClient.invalidateQueries({ queryKey: [k] })));
      toast(t('handoverBegun', { name: user.name }));
      onClose();
    } catch (caught) {
      setError(errorText(caught));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={t('leaveTitle', { name: user.name })} okText={t('leaveStart')} cancelText={t('common:cancel')} okButtonProps={{ disabled: !successor || !has.data, danger: closes }} confirmLoading={busy} onOk={() => void start()} onCancel={onClose}>
      <div className="people-form">
        {has.isPending ? <Skeleton rows={3} /> : null}
        {has.isError ? <ErrorBox error={has.error} onRetry={() => void has.refetch()} /> : null}
        {has.data ? <Has has={has.data} /> : null}
        <div className="setting">
          <label htmlFor="leave-successor">{t('successor')}</label>
          <Select id="leave-successor" value={successor ?? null} options={people} {...search} onChange={(v: string) => setSuccessor(v)} placeholder={t('common:choose')} />
        </div>
        {has.data && has.data.apps.length > 1
          ? has.data.apps.map((app) => (
              <div className="setting" key={app.key}>
                <label htmlFor={`leave-${app.key}`}>{t('successorIn', { app: text(app.name, app.key), n: app.records })}</label>
                <Select id={`leave-${app.key}`} allowClear={clearable()} value={apps[app.key] ?? null} options={people} {...search} placeholder={t('sameSuccessor')}
                  onChange={(v: string | null | undefined) => setApps(v ? { ...apps, [app.key]: v } : Object.fromEntries(Object.entries(apps).filter(([k]) => k !== app.key)))} />
              </div>
            ))
          : null}
        <div className="setting">
          <label htmlFor="leave-approvals">{t('approvalsGo')}</label>
          <Select id="leave-approvals" value={approvals} options={(['manager', 'successor'] as const).map((v) => ({ value: v, label: t(`approvalsGo.${v}`) }))} onChange={setApprovals} />
        </div>
        <Checkbox checked={closes} onChange={(e) => setCloses(e.target.checked)}>
          {t('closesAccount')}
        </Checkbox>
        <p className="s">{t('leaveHelp')}</p>
        {error ? (
          <p className="notice bad" role="alert">
            {error}
          </p>
        ) : null}
      </div>
    </Modal>
  );
}

/** Hand-overs, how far those are that run, and what there was. */
export function Handovers() {
  const { t } = useTranslation('people');
  const format = useFormat();
  const { data, isPending, isError, error, refetch } = useQuery(handoversQuery());
  return (
    <div className="body">
      <p className="s">{t('handoversHelp')}</p>
      {isPending ? (
        <div className="card">
          <Skeleton rows={4} />
        </div>
      ) : null}
      {isError ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      {data?.length === 0 ? <p className="dim">{t('noHandovers')}</p> : null}
      {data && data.length > 0 ? (
        <ul className="card handovers">
          {data.map((h) => (
            <li key={h.id}>
              <div className="row wrap">
                <b className="sp">{t('handoverOf', { from: h.user.name, to: h.successor.name })}</b>
                <span className={`tag${h.state === 'running' ? ' acc' : ''}`}>{t(`handover.${h.state}`)}</span>
              </div>
              <p className="s">{t('handoverBy', { name: h.by.name, when: format.moment(h.at) })}</p>
              {h.state === 'running' ? (
                <Progress percent={h.found.sum === 0 ? 100 : Math.max(0, Math.round((100 * (h.found.sum - h.left.sum)) / h.found.sum))} size="small" aria-label={t('handover.running')} />
              ) : null}
              <p className="s">{KINDS.filter((k) => h.found[k] > 0).map((k) => `${t(`has.${k}`)} ${h.found[k]}`).join(t('listSeparator')) || t('has.nothing')}</p>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
