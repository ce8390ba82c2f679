import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import type { Activity, CheckItem, Stage, Who } from '@/model/definition';
import { freshKey, keysOf } from '@/model/keys';
import { useActions, useNameOf, useSlot } from '../context';
import { useNewText, useRoleChoices } from '../controls/choices';
import { DurationSlot } from '../controls/DurationInput';
import { AddButton, IconButton, Part, Problems } from '../controls/Row';
import { CheckSlot, TextSlot } from '../controls/slots';
import { WhoSlot } from '../controls/Who';

/** What is ticked off before the stage can be left. */
export function ChecklistPart({ at, stage }: { at: (string | number)[]; stage: Stage }) {
  const { t } = useTranslation('designer');
  const newText = useNewText();
  const { apply } = useActions();
  const items = stage.checklist ?? [];
  const list = [...at, 'checklist'];
  const [opened, setOpened] = useState<string>();
  const slot = useSlot<CheckItem[]>(
    list,
    items.map((i) => i.key),
  );
  const add = () => {
    const key = freshKey('item', keysOf(items));
    apply({
      op: 'insert',
      at: list,
      index: items.length,
      value: { key, name: newText(t('newItem')), required: true } satisfies CheckItem,
    });
    setOpened(key);
  };
  return (
    <Part
      title={t('checklist')}
      question={t('q_complete')}
      {...(items.length > 0
        ? { note: t('checklistNote', { count: items.length, required: items.filter((i) => i.required).length }) }
        : {})}
      action={<AddButton onClick={add}>{t('add')}</AddButton>}
    >
      <ul className="d-lines">
        {items.map((item, i) => (
          <li key={item.key} className={opened === item.key ? 'open' : ''}>
            <ItemHead
              name={item.name}
              itemKey={item.key}
              open={opened === item.key}
              onToggle={() => setOpened(opened === item.key ? undefined : item.key)}
            >
              <span className="s">{item.required ? t('mustDo') : t('optional')}</span>
              <IconButton
                icon="caretDown"
                label={t('moveDown')}
                disabled={i + 1 === items.length}
                onClick={() => apply({ op: 'move', at: list, from: i, to: i + 1 })}
              />
              <IconButton
                icon="close"
                label={t('remove')}
                onClick={() => apply(items.length === 1 ? { op: 'set', at: list } : { op: 'remove', at: list, index: i })}
              />
            </ItemHead>
            {opened === item.key ? (
              <div className="d-inner">
                <TextSlot at={[...list, i, 'name']} label={t('name')} />
                <TextSlot at={[...list, i, 'group']} label={t('itemGroup')} placeholder="BANT" />
                <TextSlot at={[...list, i, 'help']} label={t('help')} />
                <CheckSlot at={[...list, i, 'required']} label={t('mustDoLong')} />
              </div>
            ) : null}
          </li>
        ))}
      </ul>
      <Problems list={slot.problems} />
    </Part>
  );
}

function ItemHead({
  name,
  itemKey,
  open,
  onToggle,
  children,
}: {
  name: Stage['name'];
  itemKey: string;
  open: boolean;
  onToggle: () => void;
  children: ReactNode;
}) {
  const nameOf = useNameOf();
  return (
    <div className="d-line">
      <button type="button" className="d-linehead" aria-expanded={open} onClick={onToggle}>
        <Icon name={open ? 'caretDown' : 'caretRight'} size={14} />
        <span className="el">{nameOf({ key: itemKey, name })}</span>
      </button>
      {children}
    </div>
  );
}

/** What other people do while the record is in the stage. */
export function ActivitiesPart({ at, stage, form }: { at: (string | number)[]; stage: Stage; form: string }) {
  const { t } = useTranslation('designer');
  const newText = useNewText();
  const roles = useRoleChoices();
  const { apply } = useActions();
  const items = stage.activities ?? [];
  const list = [...at, 'activities'];
  const [opened, setOpened] = useState<string>();
  const add = () => {
    const key = freshKey('activity', keysOf(items));
    const who: Who = roles[0] ? { role: roles[0].value } : { managerOf: 'owner', level: 1 };
    apply({
      op: 'insert',
      at: list,
      index: items.length,
      value: { key, name: newText(t('newActivity')), who: [who], due: 'P3BD', required: true } satisfies Activity,
    });
    setOpened(key);
  };
  return (
    <Part title={t('activities')} action={<AddButton onClick={add}>{t('add')}</AddButton>}>
      <ul className="d-lines">
        {items.map((a, i) => (
          <li key={a.key} className={opened === a.key ? 'open' : ''}>
            <ItemHead
              name={a.name}
              itemKey={a.key}
              open={opened === a.key}
              onToggle={() => setOpened(opened === a.key ? undefined : a.key)}
            >
              <IconButton
                icon="close"
                label={t('remove')}
                onClick={() => apply(items.length === 1 ? { op: 'set', at: list } : { op: 'remove', at: list, index: i })}
              />
            </ItemHead>
            {opened === a.key ? (
              <div className="d-inner">
                <TextSlot at={[...list, i, 'name']} label={t('name')} />
                <WhoSlot at={[...list, i, 'who']} label={t('activityWho')} form={form} />
                <DurationSlot at={[...list, i, 'due']} label={t('activityDue')} />
                <CheckSlot at={[...list, i, 'required']} label={t('mustDoLong')} />
              </div>
            ) : null}
          </li>
        ))}
      </ul>
    </Part>
  );
}
