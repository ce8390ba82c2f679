import { Input, Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { CalendarDay, CalendarYear } from '@/api/types';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';

/** A change of a calendar that is about to be made: a year put in place, taken out (no body), or a week. */
export interface Change {
  team: string;
  year: number;
  version: number;
  body?: unknown;
  week?: number[] | null;
  moves?: CalendarYear['moves'];
}

/** Says what a change moves, and makes it. */
export function CalendarChange({ change, name, onClose }: { change: Change; name: string; onClose: () => void }) {
  const { t } = useTranslation(['people', 'common']);
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const { team, year, version, body, week, moves } = change;
  const save = async () => {
    setBusy(true);
    setError(undefined);
    const query = { team, version, year };
    try {
      if (week !== undefined) await api.put('/calendars/week', { week }, { query });
      else if (body) await api.put('/calendars/year', body, { query });
      else await api.delete('/calendars/year', { query });
      toast(t('common:saved'));
      onClose();
    } catch (caught) {
      setError(errorText(caught));
    } finally {
      setBusy(false);
      await queryClient.invalidateQueries({ queryKey: ['calendars'] });
    }
  };
  return (
    <Modal open title={t('calendarChange', { name, year })} okText={t('common:save')} cancelText={t('common:cancel')} confirmLoading={busy} onOk={() => void save()} onCancel={onClose}>
      <div className="people-form">
        <p>{moves && moves.records > 0 ? t(moves.more ? 'movesMore' : 'moves', { records: moves.records, timers: moves.timers }) : t(moves?.more ? 'movesUnknown' : 'movesNone')}</p>
        <p className="s">{t('movesHelp')}</p>
        {error ? (
          <p className="bad" role="alert">
            {error}
          </p>
        ) : null}
      </div>
    </Modal>
  );
}

/** One day: as the week says, off, or worked. The year becomes the team's own with it. */
export function DayDialog({ day, year, onClose, onChange }: { day: string; year: CalendarYear; onClose: () => void; onChange: (body: { year: number; days: CalendarDay[] }) => void }) {
  const { t } = useTranslation(['people', 'common']);
  const is = year.days.find((d) => d.date === day);
  const [kind, setKind] = useState<'week' | 'off' | 'work'>(is ? (is.isOffDay ? 'off' : 'work') : 'week');
  const [name, setName] = useState(is?.name ?? '');
  const days = year.days.filter((d) => d.date !== day);
  if (kind !== 'week') days.push({ name: name.trim(), date: day, isOffDay: kind === 'off' });
  return (
    <Modal open title={day} okText={t('seeMoves')} cancelText={t('common:cancel')} okButtonProps={{ disabled: days.length === 0 }} onOk={() => onChange({ year: year.year, days })} onCancel={onClose}>
      <div className="people-form">
        <Radio.Group
          value={kind}
          onChange={(e) => setKind(e.target.value as typeof kind)}
          options={[
            { value: 'week', label: t('dayAs.week') },
            { value: 'off', label: t('dayAs.off') },
            { value: 'work', label: t('dayAs.work') },
          ]}
        />
        {kind === 'week' ? null : <Input aria-label={t('dayName')} placeholder={t('dayName')} maxLength={40} value={name} onChange={(e) => setName(e.target.value)} />}
        {year.source === 'own' ? null : <p className="s">{t('becomesOwn')}</p>}
      </div>
    </Modal>
  );
}
