import { Input, InputNumber, Select, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import { Row } from './Row';
import { formatDuration, parseDuration, UNITS } from '@/model/duration';
import type { Path } from '@/model/path';
import { useSlot } from '../context';

interface Props {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  onBlur?: () => void;
  label: string;
  id?: string;
}

/** A number and a unit: 3 working days. A composed duration is shown as it is written. */
export function DurationInput({ value, onChange, onBlur, label, id }: Props) {
  const { t } = useTranslation('designer');
  const d = value === undefined ? undefined : parseDuration(value);
  if (value !== undefined && d === undefined)
    return <Input id={id} aria-label={label} value={value} onBlur={onBlur} onChange={(e) => onChange(e.target.value)} />;
  return (
    <Space.Compact block>
      <InputNumber
        id={id}
        aria-label={label}
        className="d-timen"
        min={1}
        max={100000}
        precision={0}
        placeholder={t('noLimit')}
        value={d?.n ?? null}
        onBlur={onBlur}
        onChange={(n) => onChange(n === null ? undefined : formatDuration(n, d?.unit ?? 'D'))}
      />
      <Select
        aria-label={`${label} ${t('unit')}`}
        className="d-timeunit"
        value={d?.unit ?? 'D'}
        options={UNITS.filter((u) => u !== 'W').map((u) => ({ value: u, label: t(`unit_${u}`) }))}
        onChange={(unit) => onChange(formatDuration(d?.n ?? 1, unit))}
      />
    </Space.Compact>
  );
}

export function DurationSlot({ at, label, question, hint }: { at: Path; label: string; question?: string; hint?: string }) {
  const slot = useSlot<string>(at);
  return (
    <Row label={label} {...(question ? { question } : {})} {...(hint ? { hint } : {})} path={slot.path} problems={slot.problems}>
      {(id) => <DurationInput id={id} label={label} value={slot.value} onChange={slot.type} onBlur={slot.settle} />}
    </Row>
  );
}
