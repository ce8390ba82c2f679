import { Select } from 'antd';
import { personOption, usePeople } from '@/api/people';
import type { Person } from '@/api/types';

interface Props {
  label: string;
  value: string[];
  onChange: (people: string[]) => void;
  /** Whom one may choose; absent or empty: everybody who works here. */
  from?: readonly Person[] | null;
  /** Not these: the initiator, those who decide already. */
  not?: readonly string[];
  max?: number;
}

/** Choose people by name: for a transfer, a delegation, people added, or the next approvers. */
export function People({ label, value, onChange, from, not = [], max = 1 }: Props) {
  const { users } = usePeople();
  const all = (from && from.length > 0 ? from.map((p) => users.find((u) => u.id === p.id) ?? p) : users.filter((u) => u.active)).map(personOption);
  return (
    <Select
      mode="multiple"
      style={{ width: '100%' }}
      aria-label={label}
      placeholder={label}
      value={value}
      maxCount={Math.max(1, max)}
      options={all.filter((o) => !not.includes(o.value))}
      optionFilterProp="find"
      onChange={onChange}
    />
  );
}
