import { Input } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Option, OptionList } from '@/model/definition';
import { addOptions } from '@/model/edits';
import { freshKey, keyFromName, keysOf } from '@/model/keys';
import { exactText, textIn, withText } from '@/model/text';
import { useActions, useDefinition, useLanguages, useSlot } from '../../context';
import { useNewText, useOptionChoices, useReaderLanguage } from '../../controls/choices';
import { AddButton, IconButton, Problems } from '../../controls/Row';
import { ChoiceSlot } from '../../controls/slots';
import type { SettingsProps } from './registry';

/** Which list of options, and the options themselves. A list is shared by every field that names it. */
export function OptionsSettings({ at, field }: SettingsProps) {
  const { t } = useTranslation(['designer', 'fields']);
  const def = useDefinition();
  const { apply } = useActions();
  const newText = useNewText();
  const choices = useOptionChoices();
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
      {index >= 0 ? <OptionItems index={index} /> : null}
    </>
  );
}

/** The items of one list: names, order, and retiring what is no longer offered. */
export function OptionItems({ index }: { index: number }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<OptionList>(['options', index]);
  const languages = useLanguages();
  const reader = useReaderLanguage();
  const newText = useNewText();
  const { apply } = useActions();
  const list = slot.value;
  if (!list) return null;
  const at = ['options', index, 'items'];
  const add = (name: string) => {
    const key = freshKey(keyFromName(name) ?? 'option', keysOf(list.items));
    apply({ op: 'insert', at, index: list.items.length, value: { key, name: newText(name) } satisfies Option });
  };
  return (
    <div className="d-options" role="group" aria-label={t('optionsOf', { name: textIn(list.name, reader) || list.key })}>
      <ul>
        {list.items.map((item, i) => (
          <li key={item.key}>
            <Input
              size="small"
              aria-label={t('optionName', { n: i + 1 })}
              value={exactText(item.name, reader)}
              placeholder={textIn(item.name, reader) || item.key}
              onBlur={slot.settle}
              onChange={(e) =>
                apply({ op: 'set', at: [...at, i, 'name'], value: withText(item.name, reader, e.target.value, languages) ?? '' })
              }
              onPressEnter={() => add(t('newOption'))}
            />
            <IconButton
              icon="caretDown"
              label={t('moveDown')}
              disabled={i + 1 === list.items.length}
              onClick={() => apply({ op: 'move', at, from: i, to: i + 1 })}
            />
            <button
              type="button"
              className="link s"
              aria-pressed={item.retired ?? false}
              onClick={() => apply({ op: 'set', at: [...at, i, 'retired'], value: item.retired ? undefined : true })}
            >
              {item.retired ? t('retired') : t('retire')}
            </button>
            <IconButton icon="close" label={t('remove')} onClick={() => apply({ op: 'remove', at, index: i })} />
          </li>
        ))}
      </ul>
      <AddButton onClick={() => add(t('newOption'))}>{t('addOption')}</AddButton>
      <Problems list={slot.problems} />
    </div>
  );
}
