import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Path } from '@/model/path';
import { useSlot } from '../context';
import { Row } from '../controls/Row';

/** One of a few words or numbers; unset, the first when not told otherwise, is what it is when nothing is said. */
export function PickSlot<T extends string | number>({ at, label, ways, unset }: { at: Path; label: string; ways: readonly { value: T; label: string }[]; unset?: T }) {
  const slot = useSlot<T>(at);
  const first = unset ?? (ways[0]?.value as T);
  return (
    <Row label={label} path={slot.path} problems={slot.problems}>
      {() => <Segmented block aria-label={label} value={slot.value ?? first} options={[...ways]} onChange={(v) => slot.set(v === first ? undefined : v)} />}
    </Row>
  );
}

export function AlignSlot({ at }: { at: Path }) {
  const { t } = useTranslation('designer');
  const column = at.includes('cells');
  const ways = [
    ...(column ? [{ value: '', label: t('alignAuto') }] : []),
    { value: 'left', label: t('alignLeft') },
    { value: 'center', label: t('alignCenter') },
    { value: 'right', label: t('alignRight') },
  ];
  return <PickSlot at={at} label={t('blockAlign')} ways={ways} />;
}
