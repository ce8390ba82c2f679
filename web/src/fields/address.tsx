import { useQuery } from '@tanstack/react-query';
import { AutoComplete, Input, Select } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { noSettings, type CellProps, type FieldKind, type InputProps } from './kind';
import { Levels } from './Levels';
import './fields.css';

const PARTS = ['country', 'province', 'city', 'district', 'detail'] as const;
type Part = (typeof PARTS)[number];
export type Address = { [P in Part]?: string | undefined };

/** The countries named in the list; any other is typed as its two letters by import or the interface. */
const COUNTRIES = ['CN', 'HK', 'MO', 'TW', 'SG', 'JP', 'KR', 'MY', 'TH', 'VN', 'ID', 'PH', 'IN', 'AE', 'AU', 'NZ', 'US', 'CA', 'MX', 'BR', 'GB', 'IE', 'FR', 'DE', 'IT', 'ES', 'NL', 'CH', 'RU', 'ZA'];

export function readAddress(value: unknown): Address {
  if (typeof value !== 'object' || value === null) return {};
  const out: Address = {};
  for (const part of PARTS) {
    const text = (value as Record<string, unknown>)[part];
    if (typeof text === 'string' && text !== '') out[part] = text;
  }
  return out;
}

/** An address as it is sent; a country alone says nothing and is null. */
export function writeAddress(address: Address): Address | null {
  const out = readAddress(address);
  return PARTS.some((p) => p !== 'country' && out[p]) ? { country: 'CN', ...out } : null;
}

/** Some 45 KB that only an open address field needs. */
const divisionsQuery = { queryKey: ['divisions'], queryFn: () => import('./divisions').then((m) => m.load()), staleTime: Number.POSITIVE_INFINITY };

function AddressInput(props: InputProps) {
  const { id, value, onChange, onLeave, disabled, invalid, describedBy, label } = props;
  const { t, i18n } = useTranslation('fields');
  const group = useRef<HTMLDivElement>(null);
  const address = readAddress(value);
  // A country alone is no address, so it is kept here until there is more. Whoever reads Taiwan's characters most likely starts there.
  const [picked, setPicked] = useState<string>();
  const country = address.country ?? picked ?? (i18n.language === 'zh-TW' ? 'TW' : 'CN');
  const { data } = useQuery(divisionsQuery);
  const put = (patch: Address) => onChange(writeAddress({ ...address, country, ...patch }));
  const leave = () => {
    requestAnimationFrame(() => {
      if (!group.current?.contains(document.activeElement)) onLeave?.();
    });
  };
  const names = new Intl.DisplayNames([i18n.language], { type: 'region' });
  const same = { disabled, describedBy, invalid };
  return (
    <div className="address" ref={group} role="group" aria-label={label} aria-describedby={describedBy}>
      <Select
        id={id}
        aria-label={t('country')}
        value={country}
        options={(COUNTRIES.includes(country) ? COUNTRIES : [...COUNTRIES, country]).map((c) => ({ value: c, label: names.of(c) ?? c }))}
        showSearch={{ optionFilterProp: 'label' }}
        disabled={disabled ?? false}
        onBlur={leave}
        // What stands under one country's names means nothing in another.
        onChange={(next: string) => {
          setPicked(next);
          if (next !== country) onChange(writeAddress({ country: next, ...(address.detail ? { detail: address.detail } : {}) }));
        }}
      />
      {country === 'CN' ? (
        <Divisions {...same} address={address} put={put} onLeave={leave} divisions={data?.mainland} />
      ) : (
        <div className="levels">
          {(country === 'HK' || country === 'MO' || country === 'SG' ? (['district'] as const) : country === 'TW' ? (['city', 'district'] as const) : (['province', 'city'] as const)).map((part) => (
            <AutoComplete
              key={part}
              aria-label={t(part)}
              placeholder={t(part)}
              value={address[part] ?? ''}
              options={suggestions(data?.elsewhere[country], part, address).map((v) => ({ value: v }))}
              showSearch={{ filterOption: (typed, option) => (option?.value ?? '').includes(typed) }}
              disabled={disabled ?? false}
              onChange={(v: string) => put({ [part]: v.slice(0, 200) })}
              onBlur={leave}
              {...(invalid ? { status: 'error' as const } : {})}
            />
          ))}
        </div>
      )}
      <Input.TextArea
        aria-label={t('detail')}
        placeholder={t('detail')}
        autoComplete="street-address"
        value={address.detail ?? ''}
        maxLength={200}
        autoSize={{ minRows: 1, maxRows: 4 }}
        disabled={disabled}
        onChange={(e) => put({ detail: e.target.value.replace(/\n/g, ' ') })}
        onBlur={leave}
        {...(invalid ? { status: 'error' as const } : {})}
      />
    </div>
  );
}

function suggestions(known: Record<string, string[]> | undefined, part: Part, address: Address): string[] {
  if (!known) return [];
  if (part === 'city') return Object.keys(known);
  return part === 'district' ? (known[address.city ?? ''] ?? []) : [];
}

/** Province, city, district by their official names, each within the one above. */
function Divisions({ address, put, divisions, disabled, invalid, describedBy, onLeave }: {
  address: Address; put: (patch: Address) => void; divisions: Map<string, Map<string, string[]>> | undefined;
  disabled: boolean | undefined; invalid: boolean | undefined; describedBy: string | undefined; onLeave: () => void;
}) {
  const { t } = useTranslation('fields');
  const cities = divisions?.get(address.province ?? '');
  const options = (names: Iterable<string> | undefined, now: string | undefined) => {
    const list = [...(names ?? [])];
    return (now && !list.includes(now) ? [...list, now] : list).map((v) => ({ value: v, label: v }));
  };
  const level = (part: 'province' | 'city' | 'district', names: Iterable<string> | undefined, clear: Address) => ({
    label: t(part), placeholder: t(part), value: address[part], options: options(names, address[part]),
    onChange: (v: string | undefined) => put({ ...clear, [part]: v }),
  });
  return (
    <Levels
      disabled={disabled}
      invalid={invalid}
      describedBy={describedBy}
      onLeave={onLeave}
      levels={[
        level('province', divisions?.keys(), { city: undefined, district: undefined }),
        level('city', cities?.keys(), { district: undefined }),
        level('district', cities?.get(address.city ?? ''), {}),
      ]}
    />
  );
}

/** One line as an envelope has it; the name of a city that only repeats its province is left out. */
export function addressLine(address: Address): string {
  const { country, province, city, district, detail } = address;
  const chinese = country === undefined || ['CN', 'HK', 'MO', 'TW'].includes(country);
  if (!chinese) return [detail, district, city, province, country].filter(Boolean).join(', ');
  return [province, city === '市辖区' || city === '县' ? undefined : city, district, detail].filter(Boolean).join('');
}

function AddressCell({ value }: CellProps) {
  return <>{addressLine(readAddress(value))}</>;
}

export const address: FieldKind = {
  type: 'address', icon: 'map', Input: AddressInput, Cell: AddressCell, Settings: noSettings, wide: true, noFormula: true, filters: [],
};
