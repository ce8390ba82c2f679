import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import type { Activity, CheckGroup, CheckItem, Field, FieldType, Stage, Who } from '@/model/definition';
import { freshKey, keysOf } from '@/model/keys';
import { isUnder, keyPath, splitKeyPath, type Path } from '@/model/path';
import { useActions, useDraft, useNameOf, useSelection, useSlot } from '../context';
import { useNewText, useRoleChoices } from '../controls/choices';
import { DurationSlot } from '../controls/DurationInput';
import { LadderPart } from '../controls/Ladder';
import { AddButton, IconButton, Part, Problems } from '../controls/Row';
import { CheckSlot, ChoiceSlot, TextSlot } from '../controls/slots';
import { WhoSlot } from '../controls/Who';
import { FormulaSlot } from '../controls/FormulaSlot';
import { useTypeName } from '../form/types';

/** What is ticked off before the stage can be left. */
export function ChecklistPart({ at, stage, form }: { at: (string | number)[]; stage: Stage; form: string }) {
  const { t } = useTranslation('designer');
  const newText = useNewText();
  const { apply } = useActions();
  const nameOf = useNameOf();
  const items = stage.checklist ?? [];
  const list = [...at, 'checklist'];
  const [opened, setOpened] = useOpened(list);
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
                {stage.groups?.length ? (
                  <ChoiceSlot at={[...list, i, 'group']} label={t('itemGroup')} choices={stage.groups.map((g) => ({ value: g.key, label: nameOf(g) }))} unset={t('noGroup')} />
                ) : (
                  <TextSlot at={[...list, i, 'group']} label={t('itemGroup')} placeholder="BANT" />
                )}
                <TextSlot at={[...list, i, 'help']} label={t('help')} />
                <CheckSlot at={[...list, i, 'required']} label={t('mustDoLong')} />
              </div>
            ) : null}
          </li>
        ))}
      </ul>
      <Problems list={slot.problems} />
      <GroupsPart at={at} stage={stage} form={form} />
    </Part>
  );
}

/** Sub-stages of the checklist, with people and time of their own. */
function GroupsPart({ at, stage, form }: { at: (string | number)[]; stage: Stage; form: string }) {
  const { t } = useTranslation('designer');
  const newText = useNewText();
  const { apply } = useActions();
  const items = stage.groups ?? [];
  const list = [...at, 'groups'];
  const [opened, setOpened] = useOpened(list);
  const add = () => {
    const key = freshKey('group', [...keysOf(items), ...keysOf(stage.activities)]);
    apply({ op: 'insert', at: list, index: items.length, value: { key, name: newText(t('newGroup')) } satisfies CheckGroup });
    setOpened(key);
  };
  return (
    <>
      <div className="d-line">
        <span className="s sp">{t('groups')}</span>
        <AddButton onClick={add}>{t('add')}</AddButton>
      </div>
      <ul className="d-lines">
        {items.map((g, i) => (
          <li key={g.key} className={opened === g.key ? 'open' : ''}>
            <ItemHead name={g.name} itemKey={g.key} open={opened === g.key} onToggle={() => setOpened(opened === g.key ? undefined : g.key)}>
              <IconButton icon="caretDown" label={t('moveDown')} disabled={i + 1 === items.length} onClick={() => apply({ op: 'move', at: list, from: i, to: i + 1 })} />
              <IconButton icon="close" label={t('remove')} onClick={() => apply(items.length === 1 ? { op: 'set', at: list } : { op: 'remove', at: list, index: i })} />
            </ItemHead>
            {opened === g.key ? (
              <div className="d-inner">
                <TextSlot at={[...list, i, 'name']} label={t('name')} />
                <TextSlot at={[...list, i, 'help']} label={t('help')} />
                <WhoSlot at={[...list, i, 'owner']} label={t('groupOwner')} form={form} />
                <DurationSlot at={[...list, i, 'due']} label={t('activityDue')} />
                <LadderPart at={[...list, i]} form={form} />
                <CheckSlot at={[...list, i, 'ordered']} label={t('groupOrdered')} />
                <CheckSlot at={[...list, i, 'required']} label={t('mustDoLong')} />
              </div>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Which item of a list is open: the one that was chosen, or the one that the selected place lies in. */
function useOpened(list: Path): [string | undefined, (key: string | undefined) => void] {
  const { at } = useSelection();
  const path = useDraft((s) => keyPath(s.history.now, list));
  const there = at !== path && isUnder(at, path) ? splitKeyPath(at.slice(path.length))[0] : undefined;
  const [opened, setOpened] = useState(there);
  const [seen, setSeen] = useState(at);
  if (seen !== at) {
    setSeen(at);
    if (there !== undefined) setOpened(there);
  }
  return [opened, setOpened];
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
  const [opened, setOpened] = useOpened(list);
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
                <TextSlot at={[...list, i, 'help']} label={t('help')} />
                <ChoiceSlot at={[...list, i, 'mode']} label={t('activityMode')} choices={[{ value: 'each', label: t('activityEach') }]} unset={t('activityAny')} unsetAs="any" />
                {Array.isArray(a.onEmpty) ? null : (
                  <ChoiceSlot at={[...list, i, 'onEmpty']} label={t('onEmpty')} choices={(['climb', 'pass', 'block'] as const).map((w) => ({ value: w, label: t(`activityEmpty.${w}`) }))} unset={t('activityEmpty.admin')} unsetAs="admin" />
                )}
                <DurationSlot at={[...list, i, 'due']} label={t('activityDue')} />
                <LadderPart at={[...list, i]} form={form} />
                <CheckSlot at={[...list, i, 'required']} label={t('mustDoLong')} />
                <ResultPart at={[...list, i]} activity={a} form={form} />
              </div>
            ) : null}
          </li>
        ))}
      </ul>
    </Part>
  );
}

const RESULT_TYPES: readonly FieldType[] = ['number', 'text', 'longtext', 'bool', 'date', 'rating', 'percent', 'money'];

/** What each says when he has done it, and when that counts. */
function ResultPart({ at, activity, form }: { at: (string | number)[]; activity: Activity; form: string }) {
  const { t } = useTranslation('designer');
  const typeName = useTypeName();
  const newText = useNewText();
  const { apply } = useActions();
  const fields = activity.fields ?? [];
  const list = [...at, 'fields'];
  const add = () => apply({ op: 'insert', at: list, index: fields.length, value: { key: freshKey('result', keysOf(fields)), name: newText(t('newResult')), type: 'number', required: true } satisfies Field });
  return (
    <>
      <div className="d-line">
        <span className="s sp">{t('activityResult')}</span>
        <AddButton onClick={add}>{t('add')}</AddButton>
      </div>
      {fields.map((f, i) => (
        <div className="d-inner" key={f.key}>
          <div className="d-line">
            <code className="sp">{f.key}</code>
            <IconButton icon="close" label={t('remove')} onClick={() => apply(fields.length === 1 ? { op: 'set', at: list } : { op: 'remove', at: list, index: i })} />
          </div>
          <TextSlot at={[...list, i, 'name']} label={t('name')} />
          <ChoiceSlot at={[...list, i, 'type']} label={t('activityResultType')} choices={RESULT_TYPES.map((type) => ({ value: type, label: typeName(type) }))} />
          <CheckSlot at={[...list, i, 'required']} label={t('resultRequired')} />
        </div>
      ))}
      {fields.length > 0 ? <FormulaSlot at={[...at, 'passIf']} label={t('passIf')} form={form} columns={fields} hint={t('passIfHint')} placeholder={`${fields[0]?.key ?? 'score'} >= 80`} /> : null}
    </>
  );
}
