import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Button, DatePicker, Input, Modal, Select } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, operationKey } from '@/api/client';
import { personOption, usePeople } from '@/api/people';
import { absencesQuery, meQuery, queryClient, teamsQuery } from '@/api/queries';
import type { Absence, Team } from '@/api/types';
import { useClearable } from './clearable';
import { Avatar } from './Avatar';
import { Icon } from './Icon';
import { useFormat } from './locale';
import { ErrorBox, Skeleton, useErrorText } from './States';
import { useText } from './text';
import { toast } from './toast';
import { usePhone } from './useMedia';
import './absences.css';

/** Whether somebody manages a team, or one above it. */
export function manages(user: string, team: string, teams: readonly Team[]): boolean {
  const seen = new Set<string>();
  for (let at = teams.find((x) => x.key === team); at && !seen.has(at.key); ) {
    if (at.manager === user) return true;
    seen.add(at.key);
    const parent = at.parent;
    at = teams.find((x) => x.key === parent);
  }
  return false;
}

/** Times somebody is away, with who stands in: the reader's own, and those of the people they manage (everybody's for an admin). */
export function Absences() {
  const { t } = useTranslation(['people', 'common']);
  const { data, error, isPending, refetch } = useQuery(absencesQuery());
  const [adding, setAdding] = useState(false);
  return (
    <section className="card absences" aria-label={t('absences')}>
      <header>
        <h2>{t('absences')}</h2>
        <span className="sp" />
        <Button size="small" icon={<Icon name="plus" size={14} />} onClick={() => setAdding(true)}>
          {t('addAbsence')}
        </Button>
      </header>
      {isPending ? <Skeleton rows={2} /> : null}
      {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      {data && data.length === 0 ? <p className="s pad">{t('noAbsences')}</p> : null}
      <ul>
        {data?.map((a) => (
          <Row key={a.id} absence={a} />
        ))}
      </ul>
      {adding ? <AbsenceDialog onClose={() => setAdding(false)} /> : null}
    </section>
  );
}

function Row({ absence: a }: { absence: Absence }) {
  const { t } = useTranslation(['people', 'common']);
  const text = useText();
  const format = useFormat();
  const errorText = useErrorText();
  const { data: me } = useSuspenseQuery(meQuery());
  const [busy, setBusy] = useState(false);
  // The end is the first instant after it: the last day is the one of the instant before.
  const last = format.date(new Date(Date.parse(a.to) - 1).toISOString());
  const first = format.date(a.from);
  const now = Date.parse(a.from) <= Date.now();
  const app = me.apps.find((x) => x.key === a.app);
  const remove = async () => {
    setBusy(true);
    try {
      await api.delete(`/absences/${encodeURIComponent(a.id)}`);
      toast(t(now && a.substitute ? 'absenceOver' : 'absenceGone', { name: a.substitute?.name ?? '' }));
      await queryClient.invalidateQueries({ queryKey: ['absences'] });
    } catch (caught) {
      toast(errorText(caught), { kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  return (
    <li>
      <Avatar name={a.user.name} />
      <span className="sp who">
        <span className="el">
          <b>{a.user.name}</b> {first === last ? first : `${first} – ${last}`} {now ? <span className="tag warn">{t('awayNow')}</span> : null}
        </span>
        <span className="s">
          {[a.substitute ? t('substituteIs', { name: a.substitute.name }) : t('noSubstitute'), a.app ? text(app?.name, a.app) : '', a.note].filter(Boolean).join(' · ')}
        </span>
      </span>
      <Button size="small" loading={busy} aria-label={t('removeAbsence', { name: a.user.name, from: first })} onClick={() => void remove()}>
        {t('common:delete')}
      </Button>
    </li>
  );
}

function AbsenceDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['people', 'common']);
  const clearable = useClearable();
  const text = useText();
  const errorText = useErrorText();
  const phone = usePhone();
  const format = useFormat();
  const { data: me } = useSuspenseQuery(meQuery());
  const { data: teams } = useQuery(teamsQuery());
  const { users } = usePeople();
  const [key, setKey] = useState(operationKey);
  const [values, setValues] = useState({ user: me.user.id, from: format.today(), to: format.today(), app: '', substitute: '', note: '' });
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const set = (patch: Partial<typeof values>) => {
    setValues({ ...values, ...patch });
    setKey(operationKey()); // another absence than the one that may have been sent already
  };
  const active = users.filter((u) => u.active);
  const mine = active.filter((u) => u.id === me.user.id || me.can.operate || manages(me.user.id, u.team, teams ?? []));

  const save = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await api.post('/absences', values, { key });
      await queryClient.invalidateQueries({ queryKey: ['absences'] });
      toast(t('common:saved'));
      onClose();
    } catch (caught) {
      setError(errorText(caught));
      void queryClient.invalidateQueries({ queryKey: ['absences'] }); // it may be there although the answer was lost
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={t('addAbsence')} onCancel={onClose} onOk={() => void save()} okText={t('common:save')} cancelText={t('common:cancel')} confirmLoading={busy}>
      <div className="absence-form">
        {mine.length > 1 ? (
          <div className="setting">
            <label htmlFor="absence-user">{t('absentPerson')}</label>
            <Select id="absence-user" value={values.user} options={mine.map(personOption)} showSearch={{ optionFilterProp: 'find' }} onChange={(user: string) => set({ user })} />
          </div>
        ) : null}
        {phone ? (
          <>
            <div className="setting">
              <label htmlFor="absence-from">{t('absenceFrom')}</label>
              <Input id="absence-from" type="date" value={values.from} onChange={(e) => set({ from: e.target.value })} />
            </div>
            <div className="setting">
              <label htmlFor="absence-to">{t('absenceTo')}</label>
              <Input id="absence-to" type="date" value={values.to} onChange={(e) => set({ to: e.target.value })} />
            </div>
          </>
        ) : (
          <div className="setting">
            <label htmlFor="absence-days">{t('absenceDays')}</label>
            <DatePicker.RangePicker
              id={{ start: 'absence-days', end: 'absence-until' }}
              aria-label={t('absenceDays')}
              allowClear={false}
              value={[dayjs(values.from), dayjs(values.to)]}
              onChange={(days) => {
                if (days?.[0] && days[1]) set({ from: days[0].format('YYYY-MM-DD'), to: days[1].format('YYYY-MM-DD') });
              }}
            />
          </div>
        )}
        <div className="setting">
          <label htmlFor="absence-substitute">{t('substitute')}</label>
          <Select
            id="absence-substitute"
            value={values.substitute || null}
            allowClear={clearable()}
            options={active.filter((u) => u.id !== values.user).map(personOption)}
            showSearch={{ optionFilterProp: 'find' }}
            placeholder={t('noSubstitute')}
            onChange={(v: string | null | undefined) => set({ substitute: v ?? '' })}
          />
          <p className="s">{t('substituteHelp')}</p>
        </div>
        <div className="setting">
          <label htmlFor="absence-app">{t('absenceApp')}</label>
          <Select
            id="absence-app"
            value={values.app}
            options={[{ value: '', label: t('allApps') }, ...me.apps.filter((a) => a.release > 0).map((a) => ({ value: a.key, label: text(a.name, a.key) }))]}
            onChange={(app: string) => set({ app })}
          />
        </div>
        <div className="setting">
          <label htmlFor="absence-note">{t('absenceNote')}</label>
          <Input id="absence-note" value={values.note} maxLength={200} onChange={(e) => set({ note: e.target.value })} />
        </div>
        {error ? (
          <p className="notice bad" role="alert">
            {error}
          </p>
        ) : null}
      </div>
    </Modal>
  );
}
