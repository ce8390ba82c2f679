import { Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import type { Path } from '@/model/path';
import { useSlot } from '../context';
import { FormulaSlot } from '../controls/FormulaSlot';
import { IconButton, Row } from '../controls/Row';

/** What is sent along: a name and a formula each. */
export function BodyRows({ at, form }: { at: Path; form: string }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<Record<string, string>>(at);
  const entries = Object.entries(slot.value ?? {});
  const put = (next: [string, string][]) => slot.set(next.length === 0 ? undefined : Object.fromEntries(next));
  return (
    <Row label={t('httpBody')}>
      {() => (
        <div className="d-conditions">
          {entries.map(([key], i) => (
            // Names are typed here, so they cannot be the keys of the rows.
            // oxlint-disable-next-line react/no-array-index-key
            <div key={i} className="d-assign">
              <div className="d-two">
                <Row label={t('httpName')}>
                  {(id) => (
                    <Input
                      id={id}
                      className="d-mono"
                      value={key}
                      onChange={(e) => {
                        const name = e.target.value;
                        if (name !== '' && !entries.some(([k]) => k === name))
                          put(entries.with(i, [name, entries[i]?.[1] ?? '']));
                      }}
                    />
                  )}
                </Row>
                <FormulaSlot at={[...at, key]} form={form} label={t('formula')} />
              </div>
              <IconButton icon="close" label={t('remove')} onClick={() => put(entries.toSpliced(i, 1))} />
            </div>
          ))}
          <button type="button" className="link d-add" onClick={() => put([...entries, [`value${entries.length + 1}`, '']])}>
            <Icon name="plus" size={14} />
            {t('add')}
          </button>
        </div>
      )}
    </Row>
  );
}
