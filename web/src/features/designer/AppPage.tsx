import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, type Lang, type Role } from '@/model/definition';
import { freshKey, keysOf } from '@/model/keys';
import { useActions, useDefinition, useNameOf, useSlot } from './context';
import { useNewText } from './controls/choices';
import { KeySlot } from './controls/KeySlot';
import { AddButton, IconButton, Part, Problems, Row } from './controls/Row';
import { ChoiceSlot, TextSlot } from './controls/slots';
import { UpgradeNotice } from './upgrade/UpgradeNotice';
import { Uses } from './Uses';

const CURRENCIES = ['CNY', 'TWD', 'HKD', 'USD', 'EUR', 'JPY', 'GBP', 'SGD', 'AUD', 'KRW'];
const ZONES = [
  'Asia/Shanghai',
  'Asia/Taipei',
  'Asia/Hong_Kong',
  'Asia/Singapore',
  'Asia/Tokyo',
  'Europe/London',
  'Europe/Berlin',
  'America/New_York',
  'America/Los_Angeles',
  'UTC',
];
const LANGUAGE_NAMES: Record<Lang, string> = { 'zh-CN': '简体中文', 'zh-TW': '繁體中文', en: 'English' };

/** The app as a whole: name, languages, money, time, and its roles. */
export function AppPage() {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const languages = useSlot<Lang[]>(['languages']);
  return (
    <div className="d-scroll">
      <div className="card d-apppage">
        <h2 className="hide">{t('appSettings')}</h2>
        <UpgradeNotice />
        <Part title={t('appSettings')} note={def.key}>
          <TextSlot at={['name']} label={t('appName')} />
          <TextSlot at={['help']} label={t('appHelp')} rows={2} />
          <Row label={t('appLanguages')} hint={t('appLanguagesHint')} path={languages.path} problems={languages.problems}>
            {(id) => (
              <Select
                id={id}
                mode="multiple"
                className="d-wide"
                aria-label={t('appLanguages')}
                value={languages.value ?? []}
                options={LANGUAGES.map((l) => ({ value: l, label: LANGUAGE_NAMES[l] }))}
                onChange={(v) => languages.set(v.length === 0 ? undefined : LANGUAGES.filter((l) => v.includes(l)))}
              />
            )}
          </Row>
          <div className="d-two">
            <ChoiceSlot
              at={['currency']}
              label={t('appCurrencyLabel')}
              choices={CURRENCIES.map((c) => ({ value: c, label: c }))}
              unset={t('companyDefault')}
            />
            <ChoiceSlot
              at={['timezone']}
              label={t('timezone')}
              choices={ZONES.map((z) => ({ value: z, label: z }))}
              unset={t('companyDefault')}
            />
          </div>
        </Part>
        <Roles />
        <Uses />
      </div>
    </div>
  );
}

function Roles() {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const newText = useNewText();
  const { apply } = useActions();
  const slot = useSlot<Role[]>(['roles']);
  const list = slot.value ?? [];
  return (
    <Part
      title={t('roles')}
      note={t('rolesHint')}
      action={
        <AddButton
          onClick={() =>
            apply({
              op: 'insert',
              at: ['roles'],
              index: list.length,
              value: { key: freshKey('role', keysOf(list)), name: newText(t('newRole')) },
            })
          }
        >
          {t('add')}
        </AddButton>
      }
    >
      {list.map((r, i) => (
        <div key={r.key} className="d-condition" role="group" aria-label={nameOf(r)}>
          <div className="d-two">
            <TextSlot at={['roles', i, 'name']} label={t('name')} />
            <KeySlot path={`/roles/${r.key}`} value={r.key} label={t('roleKey')} follow={false} />
          </div>
          <IconButton
            icon="trash"
            label={t('removeRole', { name: nameOf(r) })}
            onClick={() => apply({ op: 'remove', at: ['roles'], index: i })}
          />
        </div>
      ))}
      <Problems list={list.length === 0 ? slot.problems : []} />
    </Part>
  );
}
