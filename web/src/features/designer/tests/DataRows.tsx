import { Select } from 'antd';
import { useId, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { FieldEnvContext, type FormNow } from '@/fields/kind';
import { kindOf } from '@/fields/registry';
import type { Field } from '@/model/definition';
import type { Path } from '@/model/path';
import { usePhone } from '@/ui/useMedia';
import { useDefinition, useNameOf, usePlaceInDesigner, useSlot } from '../context';
import { IconButton, Problems } from '../controls/Row';
import { tellValue } from './words';
import { inScenario, sayable } from './steps';
import { useScene } from './scene';

/** Values by field, each with the input of its type. What is left out is not said; a value that is taken away is said to be empty. */
export function DataRows({ at, fields, label, computed = false }: { at: Path; fields: readonly Field[] | undefined; label: string; computed?: boolean }) {
  const { t } = useTranslation(['scenarios', 'designer']);
  const def = useDefinition();
  const { app } = usePlaceInDesigner();
  const nameOf = useNameOf();
  const phone = usePhone();
  const id = useId();
  const { lists, teller } = useScene();
  const slot = useSlot<Record<string, unknown>>(at);
  const data = slot.value ?? {};
  const can = sayable(fields, computed);
  const more = can.filter((f) => !Object.hasOwn(data, f.key));
  const env = useMemo(() => ({ app, definition: { ...def, options: [...(def.options ?? []), ...lists] }, readOnly: false, phone }), [app, def, lists, phone]);
  const now: FormNow = { states: {}, problems: new Map(), warnings: new Map(), data };
  const put = (next: Record<string, unknown>) => slot.type(Object.keys(next).length === 0 ? undefined : next);
  return (
    <FieldEnvContext value={env}>
      <div className="d-testdata" role="group" aria-label={label} data-path={slot.path}>
        {Object.entries(data).map(([key, value]) => {
          const field = fields?.find((f) => f.key === key);
          const known = can.find((f) => f.key === key);
          const shown = known ? inScenario(known) : undefined;
          const { Input } = kindOf(shown?.type ?? 'text');
          return (
            <div key={key} className={`d-testvalue ${shown?.type === 'table' ? 'wide' : ''}`}>
              <label htmlFor={`${id}${key}`}>{nameOf(field ?? { key })}</label>
              {shown ? (
                <Input id={`${id}${key}`} field={shown} value={value} path={key} now={now} onChange={(v) => put({ ...data, [key]: v ?? null })} onLeave={slot.settle} />
              ) : (
                <span className="s">{tellValue(def, field, value, teller)}</span>
              )}
              <IconButton icon="close" label={t('designer:removeNamed', { name: nameOf(field ?? { key }) })} onClick={() => { const { [key]: _gone, ...rest } = data; put(rest); slot.settle(); }} />
            </div>
          );
        })}
        {more.length > 0 ? (
          <Select
            className="d-testmore"
            size="small"
            aria-label={t('addValue')}
            placeholder={t('addValue')}
            value={null}
            options={more.map((f) => ({ value: f.key, label: nameOf(f) }))}
            showSearch={{ optionFilterProp: 'label' }}
            onChange={(key: string | null) => {
              if (key === null) return;
              put({ ...data, [key]: null });
              slot.settle();
            }}
          />
        ) : null}
        <Problems list={slot.problems} />
      </div>
    </FieldEnvContext>
  );
}
