import { Input, Select } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Option, OptionList } from '@/model/definition';
import { addOptions } from '@/model/edits';
import { freshKey, keyFromName } from '@/model/keys';
import type { Path } from '@/model/path';
import { exactText, textIn, withText } from '@/model/text';
import { useText } from '@/ui/text';
import { useActions, useDefinition, useLanguages, useSlot } from '../../context';
import { useNewText, useOptionChoices, useReaderLanguage } from '../../controls/choices';
import { AddButton, IconButton, Problems } from '../../controls/Row';
import { ChoiceSlot } from '../../controls/slots';
import type { SettingsProps } from './registry';

/** Which list of options, and the options themselves. A list is shared by every field that names it. */
export function OptionsSettings({ at, form, field, columns }: SettingsProps) {
  const { t } = useTranslation(['designer', 'fields']);
  const def = useDefinition();
  const { apply } = useActions();
  const newText = useNewText();
  const choices = useOptionChoices();
  const text = useText();
  const fields = def.forms?.find((f) => f.key === form)?.fields ?? [];
  // A column may follow another column of its row, or a field of the form.
  const near = [...(columns ?? []), ...fields].filter((f, i, all) => f.key !== field.key && CHOOSERS.has(f.type) && all.findIndex((x) => x.key === f.key) === i);
  const by = near.find((f) => f.key === field.optionsBy);
  const index = def.options?.findIndex((o) => o.key === field.options) ?? -1;
  const create = () => {
    const made = addOptions(def, { name: field.name ?? newText(field.key), items: [] }, field.key);
    apply({ op: 'all', changes: [made.change, { op: 'set', at: [...at, 'options'], value: made.key }] });
  };
  return (
    <>
      <ChoiceSlot
        at={[...at, 'options']}
        label={t('fields:optionList')}
        unset={t('chooseOptions')}
        choices={choices}
        aside={<AddButton onClick={create}>{t('newOptions')}</AddButton>}
      />
      {field.type !== 'cascade' && (near.length > 0 || field.optionsBy) ? (
        <ChoiceSlot
          at={[...at, 'optionsBy']}
          label={t('fields:optionsBy')}
          hint={t('fields:optionsByHelp')}
          unset={t('fields:optionsBy.none')}
          choices={near.map((f) => ({ value: f.key, label: text(f.name, f.key) }))}
        />
      ) : null}
      {index >= 0 ? <OptionItems index={index} nested={field.type === 'cascade'} {...(by?.options ? { under: by.options } : {})} /> : null}
    </>
  );
}

const CHOOSERS: ReadonlySet<string> = new Set(['select', 'multiselect', 'cascade']);

interface ItemsProps {
  index: number;
  /** Options may hold options. */
  nested?: boolean;
  /** The list whose options decide which of these are offered. */
  under?: string;
}

/** The items of one list: names, order, and retiring what is no longer offered. */
export function OptionItems({ index, nested = false, under }: ItemsProps) {
  const { t } = useTranslation('designer');
  const slot = useSlot<OptionList>(['options', index]);
  const reader = useReaderLanguage();
  const list = slot.value;
  if (!list) return null;
  return (
    <div className="d-options" role="group" aria-label={t('optionsOf', { name: textIn(list.name, reader) || list.key })}>
      <Items at={['options', index, 'items']} items={list.items} all={list.items} nested={nested} under={under} settle={slot.settle} level={1} />
      <Problems list={slot.problems} />
    </div>
  );
}

/** Options may be nested this deep (definition.md). */
const MAX_LEVELS = 6;

function everyKey(items: readonly Option[]): string[] {
  return items.flatMap((o) => [o.key, ...everyKey(o.items ?? [])]);
}

interface LevelProps {
  at: Path;
  items: readonly Option[];
  /** The whole list: a key stands in it once. */
  all: readonly Option[];
  nested: boolean;
  under: string | undefined;
  settle: () => void;
  level: number;
}

function Items({ at, items, all, nested, under, settle, level }: LevelProps) {
  const { t } = useTranslation(['designer', 'fields']);
  const def = useDefinition();
  const languages = useLanguages();
  const reader = useReaderLanguage();
  const newText = useNewText();
  const { apply } = useActions();
  const fresh = (name: string): Option => ({ key: freshKey(keyFromName(name) ?? 'option', new Set(everyKey(all))), name: newText(name) });
  const host = useRef<HTMLUListElement>(null);
  const [added, setAdded] = useState(0);
  const add = (name: string) => {
    apply({ op: 'insert', at, index: items.length, value: fresh(name) });
    setAdded(added + 1);
  };
  // What was added is written over at once.
  useEffect(() => {
    if (added > 0) host.current?.querySelector<HTMLInputElement>(':scope > li:last-child input')?.select();
  }, [added]);
  const above = def.options?.find((o) => o.key === under)?.items ?? [];
  return (
    <>
      <ul ref={host}>
        {items.map((item, i) => (
          <li key={item.key} {...(item.items || under ? { style: { flexWrap: 'wrap' } } : {})}>
            <Input
              size="small"
              aria-label={t('optionName', { n: i + 1 })}
              value={exactText(item.name, reader)}
              placeholder={textIn(item.name, reader) || item.key}
              onBlur={settle}
              onChange={(e) =>
                apply({ op: 'set', at: [...at, i, 'name'], value: withText(item.name, reader, e.target.value, languages) ?? '' })
              }
              onPressEnter={() => add(t('newOption'))}
            />
            <IconButton
              icon="caretDown"
              label={t('moveDown')}
              disabled={i + 1 === items.length}
              onClick={() => apply({ op: 'move', at, from: i, to: i + 1 })}
            />
            {nested && level < MAX_LEVELS && !item.items ? (
              <IconButton
                icon="cascade"
                label={t('fields:addBelow')}
                onClick={() => apply({ op: 'set', at: [...at, i, 'items'], value: [fresh(t('newOption'))] })}
              />
            ) : null}
            <button
              type="button"
              className="link s"
              aria-pressed={item.retired ?? false}
              onClick={() => apply({ op: 'set', at: [...at, i, 'retired'], value: item.retired ? undefined : true })}
            >
              {item.retired ? t('retired') : t('retire')}
            </button>
            <IconButton
              icon="close"
              label={t('remove')}
              // The level goes with its last option.
              onClick={() => apply(level > 1 && items.length === 1 ? { op: 'set', at, value: undefined } : { op: 'remove', at, index: i })}
            />
            {under ? (
              <Select
                mode="multiple"
                size="small"
                style={{ width: '100%' }}
                aria-label={t('fields:offeredUnder')}
                placeholder={t('fields:offeredUnder')}
                value={item.under ?? []}
                options={above.map((o) => ({ value: o.key, label: textIn(o.name, reader) || o.key }))}
                onChange={(keys: string[]) => apply({ op: 'set', at: [...at, i, 'under'], value: keys.length === 0 ? undefined : keys })}
              />
            ) : null}
            {nested && item.items ? (
              <div style={{ flexBasis: '100%', paddingLeft: 16 }}>
                <Items at={[...at, i, 'items']} items={item.items} all={all} nested under={undefined} settle={settle} level={level + 1} />
              </div>
            ) : null}
          </li>
        ))}
      </ul>
      <AddButton onClick={() => add(t('newOption'))}>{t('addOption')}</AddButton>
    </>
  );
}
