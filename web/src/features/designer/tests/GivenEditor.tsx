import { Dropdown, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { kindOf } from '@/fields/registry';
import { Icon } from '@/ui/Icon';
import type { Test } from '@/model/definition';
import { freshKey } from '@/model/keys';
import { formOfTest } from '@/model/scenarios';
import { useActions, useDefinition, useNameOf, useSlot } from '../context';
import { useFormChoices } from '../controls/choices';
import { IconButton, Row } from '../controls/Row';
import { ChoiceSlot } from '../controls/slots';
import { DataRows } from './DataRows';
import { useScene } from './scene';
import { givenName } from './steps';

/** What a scenario begins with: who, when, the record it is about, and the other records it needs. */
export function GivenEditor() {
  const { t } = useTranslation(['scenarios', 'designer']);
  const def = useDefinition();
  const nameOf = useNameOf();
  const forms = useFormChoices();
  const { test, index, people, teller } = useScene();
  const at = ['tests', index];
  const when = useSlot<string>([...at, 'at']);
  const records = useSlot<NonNullable<NonNullable<Test['given']>['records']>>([...at, 'given', 'records']);
  const { set } = useActions();
  const form = formOfTest(def, test);
  const process = def.processes?.find((p) => p.form === form?.key);
  const { Input } = kindOf('datetime');
  const put = (next: typeof records.value) => records.set(next && Object.keys(next).length > 0 ? next : undefined);
  return (
    <div className="d-stepedit">
      <div className="d-two">
        <ChoiceSlot at={[...at, 'as']} label={t('givenWho')} choices={people} unset={teller.person('rep.li')} unsetAs="rep.li" />
        <Row label={t('givenWhen')} path={when.path} problems={when.problems}>
          {(id) => <Input id={id} field={{ key: 'at', type: 'datetime' }} value={when.value ?? null} path="at" onChange={(v) => when.set(typeof v === 'string' ? v : undefined)} />}
        </Row>
        {test.given?.form !== undefined || form === undefined ? (
          <Row label={t('givenWhat')}>
            {(id) => (
              <Select
                id={id}
                className="d-wide"
                value={test.given?.form ?? null}
                options={forms}
                // Another form has other fields and stages.
                onChange={(next: string) => set([...at, 'given'], { form: next, ...(test.given?.records ? { records: test.given.records } : {}) })}
              />
            )}
          </Row>
        ) : null}
        {process && test.given?.form !== undefined ? (
          <ChoiceSlot at={[...at, 'given', 'stage']} label={t('givenIn')} unset={t('givenAsNew')} choices={process.stages.map((s) => ({ value: s.key, label: nameOf(s) }))} />
        ) : null}
        {test.given?.form !== undefined ? <ChoiceSlot at={[...at, 'given', 'owner']} label={t('givenOwner')} unset={t('givenOwnerDefault')} choices={people} /> : null}
      </div>
      {test.given?.form !== undefined ? (
        <div className="d-row">
          <div className="d-label">{t('givenData')}</div>
          <DataRows at={[...at, 'given', 'data']} fields={form?.fields} label={t('givenData')} />
        </div>
      ) : null}
      <div className="d-row">
        <div className="d-label">{t('givenRecords')}</div>
        <div className="d-testdata">
          {Object.entries(records.value ?? {}).map(([key, record]) => {
            const of = def.forms?.find((f) => f.key === record.form);
            const name = t('recordOf', { form: nameOf(of ?? { key: record.form }), name: givenName(def, test, key) });
            return (
              <div key={key} className="d-testexpect wide">
                <div className="d-row">
                  <div className="d-label">{name}</div>
                  <DataRows at={[...at, 'given', 'records', key, 'data']} fields={of?.fields} label={name} />
                </div>
                <IconButton icon="close" label={t('designer:removeNamed', { name })} onClick={() => { const { [key]: _gone, ...rest } = records.value ?? {}; put(rest); }} />
              </div>
            );
          })}
          <Dropdown
            trigger={['click']}
            menu={{
              items: forms.map((f) => ({ key: f.value, label: f.label })),
              onClick: ({ key }) => {
                const first = def.forms?.find((f) => f.key === key)?.fields.find((f) => f.type === 'text' && f.calc === undefined);
                put({ ...records.value, [freshKey(key, Object.keys(records.value ?? {}))]: { form: key, ...(first ? { data: { [first.key]: null } } : {}) } });
              },
            }}
          >
            <button type="button" className="link d-add">
              <Icon name="plus" size={14} />
              {t('addGivenRecord')}
            </button>
          </Dropdown>
        </div>
      </div>
    </div>
  );
}
