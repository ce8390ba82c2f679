import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { FieldEnvContext, type FormNow } from '@/fields/kind';
import { kindOf } from '@/fields/registry';
import type { Field } from '@/model/definition';
import { useEnv } from '@/records/FormFields';
import type { Model } from '@/records/model';
import { useText } from '@/ui/text';
import type { Editing } from './cells';

/** Types that are chosen in one go: the choice saves. */
const chosen: ReadonlySet<Field['type']> = new Set(['select', 'user', 'team', 'role', 'bool', 'date', 'reference', 'rating', 'cascade']);

/** What opens beside an input and belongs to it. */
const popups = '.ant-select-dropdown, .ant-picker-dropdown, .ant-cascader-dropdown, .ant-popover, .ant-modal-root';

interface Props {
  model: Model;
  editing: Editing;
  onSave: (value: unknown) => void;
  onLeave: () => void;
}

/** The input of a field in its cell. Enter saves and Esc leaves; going elsewhere saves too, so that nothing typed is lost. */
export function CellEditor({ model, editing, onSave, onLeave }: Props) {
  const { t } = useTranslation('list');
  const text = useText();
  const { field, record } = editing;
  const [value, setValue] = useState(editing.value);
  const place = useRef<HTMLDivElement>(null);
  const last = useRef(editing.value);
  const over = useRef(false);
  const env = useEnv(model.app, model.definition, false, record.id);
  const now = useMemo((): FormNow => ({ states: record.fields, problems: new Map(), warnings: new Map(), data: { ...record.data, [field.key]: value } }), [record, field, value]);
  const { Input } = kindOf(field.type);

  const end = (save: boolean) => {
    if (over.current) return;
    over.current = true;
    if (save) onSave(last.current);
    else onLeave();
  };

  // An input may come a moment later than its cell, when its code is loaded; whichever stands there at last has the focus.
  useEffect(() => {
    const box = place.current;
    if (!box) return undefined;
    let had = false;
    const focus = () => {
      // Who has gone on by Tab is not called back by what the closing of a list changes here.
      if (had && document.activeElement !== document.body) return;
      const input = box.querySelector<HTMLElement>('input:not([readonly]):not([type="hidden"]), textarea, [tabindex="0"], button');
      if (!input || box.contains(document.activeElement)) return;
      input.focus();
      had = true;
      if (input instanceof HTMLInputElement && input.type === 'text') input.select();
      const list = box.querySelector('.ant-select');
      if (list) list.dispatchEvent(new MouseEvent('mousedown', { bubbles: true, cancelable: true }));
    };
    focus();
    const seen = new MutationObserver(focus);
    seen.observe(box, { childList: true, subtree: true });
    return () => seen.disconnect();
  }, []);

  const onKeyDown = (e: KeyboardEvent) => {
    e.stopPropagation();
    if (e.nativeEvent.isComposing) return;
    if (e.key === 'Escape') {
      e.preventDefault();
      end(false);
    } else if (e.key === 'Enter') {
      // Enter takes the choice of an open list first; a choice saves by itself.
      if (place.current?.querySelector('[aria-expanded="true"]') && field.type !== 'bool') return;
      e.preventDefault();
      setTimeout(() => end(true));
    }
  };
  // An open list takes Tab for a choice, or for nothing while it is empty: here it goes on to the next cell.
  const onTab = (e: KeyboardEvent) => {
    if (e.key === 'Tab') e.stopPropagation();
  };
  const onBlur = () => {
    setTimeout(() => {
      const at = document.activeElement;
      if (!document.hasFocus() || place.current?.contains(at) || at?.closest(popups)) return;
      end(true);
    });
  };
  return (
    <FieldEnvContext.Provider value={env}>
      {/* The keys belong to the input; the cell only listens. */}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div className="cell-edit" ref={place} onKeyDown={onKeyDown} onKeyDownCapture={onTab} onBlur={onBlur}>
        <Input
          id={`cell-${record.id}-${field.key}`}
          field={field}
          path={field.key}
          value={value}
          now={now}
          label={t('cellEdit', { name: text(field.name, field.key) })}
          onChange={(next) => {
            setValue(next);
            last.current = next;
            if (chosen.has(field.type)) end(true);
          }}
        />
      </div>
    </FieldEnvContext.Provider>
  );
}
