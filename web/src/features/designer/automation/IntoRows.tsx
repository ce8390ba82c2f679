import { Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Path } from '@/model/path';
import { useSlot } from '../context';
import { useFieldChoices } from '../controls/choices';
import { IconButton, Problems, Row } from '../controls/Row';

/** Which parts of an answer go into which fields. */
export function IntoRows({ at, form }: { at: Path; form: string }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<Record<string, string>>(at);
  const fields = useFieldChoices(form);
  const entries = Object.entries(slot.value ?? {});
  const put = (next: [string, string][]) => slot.set(next.length === 0 ? undefined : Object.fromEntries(next));
  return (
    <Row label={t('httpInto')} hint={t('httpIntoHint')}>
      {() => (
        <div className="d-conditions">
          {entries.map(([key, from], i) => (
            <div key={key} className="d-assign">
              <div className="d-two">
                <span>{fields.find((f) => f.value === key)?.label ?? key}</span>
                <Input
                  className="d-mono"
                  aria-label={t('shapeFrom')}
                  placeholder="data.price"
                  value={from}
                  onBlur={slot.settle}
                  onChange={(e) => slot.type(Object.fromEntries(entries.with(i, [key, e.target.value])))}
                />
              </div>
              <IconButton icon="close" label={t('remove')} onClick={() => put(entries.toSpliced(i, 1))} />
            </div>
          ))}
          <Select
            className="d-wide"
            aria-label={`${t('httpInto')}: ${t('addSet')}`}
            value={null}
            placeholder={t('addSet')}
            options={fields.filter((f) => slot.value?.[f.value] === undefined)}
            showSearch={{ optionFilterProp: 'label' }}
            onChange={(key: string | null) => {
              if (key) put([...entries, [key, '']]);
            }}
          />
          <Problems list={slot.problems} />
        </div>
      )}
    </Row>
  );
}
