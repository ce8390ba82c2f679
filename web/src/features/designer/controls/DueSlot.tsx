import { Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Due, DueStep } from '@/model/definition';
import { DUE_WAYS, dueWay, rungsMoved, type DueWay } from '@/model/due';
import type { Path } from '@/model/path';
import { useActions, useSlot } from '../context';
import { useFieldChoices } from './choices';
import { DurationInput } from './DurationInput';
import { FormulaSlot } from './FormulaSlot';
import { Row } from './Row';

/** The deadline of a stage: some time after it was entered, a time of day, or a date of the record. Its rungs keep their moments when it is said otherwise. */
export function DueSlot({ at, form }: { at: Path; form: string }) {
  const { t } = useTranslation('designer');
  const { apply } = useActions();
  const due = [...at, 'due'];
  const slot = useSlot<Due>(due, ['at', 'date']);
  const ladder = useSlot<DueStep[]>([...at, 'ladder']);
  const time = useSlot<string>([...due, 'at']);
  const date = useSlot<string>([...due, 'date']);
  const dates = [...useFieldChoices(form, ['date', 'datetime']), { value: 'createdAt', label: t('name_createdAt') }];
  const way = dueWay(slot.value);
  // Asked for as a formula it stays one, though it may be a date's name alone.
  const [own, setOwn] = useState(false);
  const formula = own || !dates.some((d) => d.value === date.value);
  const first: Record<DueWay, Due> = { for: 'P3BD', at: { at: '18:00' }, date: { date: dates[0]?.value ?? 'createdAt' } };
  const turn = (to: DueWay) =>
    apply({
      op: 'all',
      changes: [
        { op: 'set', at: due, value: first[to] },
        { op: 'set', at: [...at, 'ladder'], value: rungsMoved(ladder.value, slot.value, first[to]) },
      ],
    });
  return (
    <>
      <Row label={t('due')} path={slot.path} problems={[...slot.problems, ...(way === 'at' ? time.problems : way === 'date' && !formula ? date.problems : [])]} {...(way === 'for' ? {} : { hint: t(`dueHint_${way}`) })}>
        {(id) => (
          <div className="d-two d-due">
            <Select
              aria-label={t('dueWay')}
              value={way}
              options={DUE_WAYS.map((w) => ({ value: w, label: t(`dueWay_${w}`) }))}
              onChange={turn}
            />
            {way === 'for' ? (
              <DurationInput id={id} label={t('due')} value={slot.value as string | undefined} onChange={slot.type} onBlur={slot.settle} />
            ) : null}
            {way === 'at' ? (
              // Emptied it stays as it was: a deadline without its time would be none.
              <Input
                id={id}
                type="time"
                aria-label={t('timeOfDay')}
                value={time.value ?? ''}
                onBlur={time.settle}
                onChange={(e) => e.target.value && time.type(e.target.value)}
              />
            ) : null}
            {way === 'date' ? (
              <Select
                id={id}
                aria-label={t('dueDate')}
                value={formula ? '' : date.value}
                options={[...dates, { value: '', label: t('dueFormula') }]}
                onChange={(v: string) => {
                  setOwn(v === '');
                  if (v !== '') date.set(v);
                }}
                showSearch={dates.length > 8 ? { optionFilterProp: 'label' } : false}
              />
            ) : null}
          </div>
        )}
      </Row>
      {way === 'date' && formula ? <FormulaSlot at={[...due, 'date']} form={form} label={t('dueFormulaLabel')} placeholder="addWorkdays(dueDate, -3)" /> : null}
    </>
  );
}
