import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import type { Rule } from '@/model/definition';
import { freshKey, keysOf } from '@/model/keys';
import { useActions, useNameOf, useSlot } from '../context';
import { useNewText } from '../controls/choices';
import { FormulaSlot } from '../controls/FormulaSlot';
import { AddButton, IconButton, Part, Problems } from '../controls/Row';
import { NumberOrFormulaSlot, TextSlot } from '../controls/slots';

/** A scorecard: points for what holds, and the bands the sum falls into. */
export function Scorecard({
  at,
  rule,
  form,
  hits,
}: {
  at: (string | number)[];
  rule: Rule;
  form: string;
  /** The items that the test bench found to count. */
  hits: ReadonlySet<number>;
}) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const newText = useNewText();
  const { apply } = useActions();
  const items = rule.items ?? [];
  const bands = rule.bands ?? [];
  const bandsSlot = useSlot<Rule['bands']>(
    [...at, 'bands'],
    bands.map((b) => b.key),
  );
  return (
    <>
      <Part
        title={t('scoreItems')}
        action={
          <AddButton
            onClick={() =>
              apply({
                op: 'insert',
                at: [...at, 'items'],
                index: items.length,
                value: { key: freshKey('item', keysOf(items)), name: newText(t('newItem')), points: 10, if: '' },
              })
            }
          >
            {t('add')}
          </AddButton>
        }
      >
        <NumberOrFormulaSlot at={[...at, 'max']} label={t('scoreMax')} />
        {items.map((item, i) => (
          <div key={item.key} className={`d-condition ${hits.has(i) ? 'hit' : ''}`} role="group" aria-label={nameOf(item)}>
            {hits.has(i) ? (
              <p className="ok s row">
                <Icon name="check" size={14} /> {t('itemCounts', { points: String(item.points) })}
              </p>
            ) : null}
            <div className="d-two">
              <TextSlot at={[...at, 'items', i, 'name']} label={t('name')} />
              <NumberOrFormulaSlot at={[...at, 'items', i, 'points']} label={t('points')} />
            </div>
            <FormulaSlot
              at={[...at, 'items', i, 'if']}
              form={form}
              label={t('pointsIf')}
              placeholder={t('conditionPlaceholder')}
            />
            <IconButton
              icon="trash"
              label={t('remove')}
              onClick={() => apply({ op: 'remove', at: [...at, 'items'], index: i })}
            />
          </div>
        ))}
      </Part>
      <Part
        title={t('bands')}
        action={
          <AddButton
            onClick={() =>
              apply({
                op: 'insert',
                at: [...at, 'bands'],
                index: bands.length,
                value: { key: freshKey('band', keysOf(bands)), name: newText(t('newBand')), from: 0 },
              })
            }
          >
            {t('add')}
          </AddButton>
        }
      >
        {bands.map((band, i) => (
          <div key={band.key} className="d-assign" role="group" aria-label={nameOf(band)}>
            <div className="d-two">
              <TextSlot at={[...at, 'bands', i, 'name']} label={t('name')} />
              <NumberOrFormulaSlot at={[...at, 'bands', i, 'from']} label={t('bandFrom')} />
            </div>
            <IconButton
              icon="trash"
              label={t('remove')}
              onClick={() => apply({ op: 'remove', at: [...at, 'bands'], index: i })}
            />
          </div>
        ))}
        <Problems list={bandsSlot.problems} />
      </Part>
    </>
  );
}
