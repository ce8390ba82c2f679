import { Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import type { FieldType } from '@/model/definition';
import { freshKey, keysOf } from '@/model/keys';
import { keyPath } from '@/model/path';
import { useActions, useDefinition, useNameOf, useSelection } from '../../context';
import { useNewText } from '../../controls/choices';
import { IconButton } from '../../controls/Row';
import { Conditions } from '../../controls/Conditions';
import { NumberOrFormulaSlot } from '../../controls/slots';
import { COLUMN_TYPES, iconOf, newField, useTypeName } from '../types';
import type { SettingsProps } from './registry';

/** The columns of a table, how many rows it may have, and what each row must meet. */
export function TableSettings({ at, field, form }: SettingsProps) {
  const { t } = useTranslation(['designer', 'fields']);
  const def = useDefinition();
  const nameOf = useNameOf();
  const newText = useNewText();
  const typeName = useTypeName();
  const { apply, edit } = useActions();
  const { select } = useSelection();
  const columns = field.fields ?? [];
  const path = keyPath(def, at);
  return (
    <>
      <div className="d-sub">
        <b>{t('tableColumns')}</b>
        <Dropdown
          trigger={['click']}
          menu={{
            items: COLUMN_TYPES.map((type) => ({
              key: type,
              label: typeName(type),
              icon: <Icon name={iconOf(type)} size={14} />,
            })),
            onClick: ({ key }) => {
              const column = newField(key as FieldType, newText(typeName(key as FieldType)));
              const fresh = freshKey(column.key, keysOf(columns));
              edit({
                change: { op: 'insert', at: [...at, 'fields'], index: columns.length, value: { ...column, key: fresh } },
                select: `${path}/fields/${fresh}`,
              });
            },
          }}
        >
          <button type="button" className="link d-add">
            <Icon name="plus" size={14} />
            {t('addColumn')}
          </button>
        </Dropdown>
      </div>
      <ul className="d-lines">
        {columns.map((c, i) => (
          <li key={c.key}>
            <Icon name={iconOf(c.type, c.calc !== undefined)} size={14} />
            <button type="button" className="link sp el" onClick={() => select(`${path}/fields/${c.key}`)}>
              {nameOf(c)}
            </button>
            <IconButton
              icon="caretDown"
              label={t('moveDown')}
              disabled={i + 1 === columns.length}
              onClick={() => apply({ op: 'move', at: [...at, 'fields'], from: i, to: i + 1 })}
            />
          </li>
        ))}
      </ul>
      <div className="d-two">
        <NumberOrFormulaSlot at={[...at, 'min']} label={t('fields:minRows')} />
        <NumberOrFormulaSlot at={[...at, 'max']} label={t('fields:maxRows')} />
      </div>
      <Conditions at={[...at, 'checks']} form={form} columns={columns} title={t('rowChecks')} keyed />
    </>
  );
}
