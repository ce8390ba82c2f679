import { useTranslation } from 'react-i18next';
import type { Condition, Field } from '@/model/definition';
import { freshKey } from '@/model/keys';
import type { Path } from '@/model/path';
import { useSlot } from '../context';
import { useNewText } from './choices';
import { FormulaSlot } from './FormulaSlot';
import { AddButton, IconButton, Problems } from './Row';
import { TextSlot } from './slots';

interface Props {
  at: Path;
  title: string;
  form: string;
  columns?: readonly Field[] | undefined;
  question?: string;
  /** Each has a key of its own (checks), which the list makes. */
  keyed?: boolean;
}

/** Conditions that must be true, each with what is said to the person when it is not. */
export function Conditions({ at, title, form, columns, question, keyed }: Props) {
  const { t } = useTranslation('designer');
  const newText = useNewText();
  const slot = useSlot<Condition[]>(at);
  const list = slot.value ?? [];
  const add = () => {
    const condition = { if: '', message: newText(t('newMessage')) };
    slot.set([
      ...list,
      keyed
        ? {
            key: freshKey(
              'check',
              list.map((c) => c.key ?? ''),
            ),
            ...condition,
          }
        : condition,
    ]);
  };
  return (
    <div className="d-conditions" role="group" aria-label={title}>
      <div className="d-sub">
        <b>{title}</b>
        {question ? <span className="d-q">{question}</span> : null}
        <AddButton onClick={add}>{t('add')}</AddButton>
      </div>
      {list.map((c, i) => (
        // A condition without a key is known by its place.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={c.key ?? i} className="d-condition">
          <FormulaSlot
            at={[...at, i, 'if']}
            form={form}
            columns={columns}
            label={t('mustBeTrue')}
            placeholder={t('conditionPlaceholder')}
          />
          <TextSlot at={[...at, i, 'message']} label={t('elseSay')} />
          <IconButton
            icon="trash"
            label={t('remove')}
            onClick={() => slot.set(list.length === 1 ? undefined : list.toSpliced(i, 1))}
          />
        </div>
      ))}
      {list.length === 0 ? <Problems list={slot.problems} /> : null}
    </div>
  );
}
