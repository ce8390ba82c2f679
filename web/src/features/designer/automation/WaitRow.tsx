import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Action } from '@/model/definition';
import type { Path } from '@/model/path';
import { useSlot } from '../context';
import { DurationSlot } from '../controls/DurationInput';
import { FormulaSlot } from '../controls/FormulaSlot';
import { Row } from '../controls/Row';
import { WordSlot } from '../controls/slots';

const WAYS = ['for', 'at', 'date'] as const;
type Way = (typeof WAYS)[number];

const FIRST: Record<Way, NonNullable<Action['wait']>> = { for: 'P3D', at: { at: '09:00' }, date: { date: '' } };

/** How long a run waits: for a time, until the clock shows it, or until a date of the record. */
export function WaitRow({ at, form }: { at: Path; form: string }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<Action['wait']>(at, ['at', 'date']);
  const way: Way = typeof slot.value === 'object' ? ('at' in slot.value ? 'at' : 'date') : 'for';
  return (
    <>
      <Row label={t('waitWay')} {...(way === 'for' ? {} : { problems: slot.problems })}>
        {(id) => (
          <Select
            id={id}
            aria-label={t('waitWay')}
            value={way}
            options={WAYS.map((w) => ({ value: w, label: t(`wait_${w}`) }))}
            onChange={(w) => slot.set(FIRST[w])}
          />
        )}
      </Row>
      {way === 'for' ? <DurationSlot at={at} label={t('do_wait')} /> : null}
      {way === 'at' ? <WordSlot at={[...at, 'at']} label={t('timeOfDay')} placeholder="09:00" /> : null}
      {way === 'date' ? <FormulaSlot at={[...at, 'date']} form={form} label={t('wait_date')} placeholder="dueDate" /> : null}
    </>
  );
}
