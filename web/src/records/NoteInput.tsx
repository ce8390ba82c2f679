import { Mentions } from 'antd';
import { useTranslation } from 'react-i18next';
import { findBy, usePeople } from '@/api/people';

interface Props {
  value: string;
  onChange: (text: string) => void;
  /** Somebody was chosen from the list, so that of two of one name it is known which. */
  onCalled: (id: string, name: string) => void;
}

/** Where a note is written: after @ the people who work here are offered. */
export default function NoteInput({ value, onChange, onCalled }: Props) {
  const { t } = useTranslation('record');
  const { users } = usePeople();
  const people = users.filter((u) => u.active && u.name);
  // An option's key is not kept as it was given, so whose it is stands beside it.
  const idOf = (option: object) => ('id' in option ? String(option.id) : '');
  const twice = (name: string) => people.filter((u) => u.name === name).length > 1;
  const options = people.map((u) => ({ key: u.id, id: u.id, value: u.name, label: twice(u.name) ? `${u.name} (${u.id})` : u.name, find: findBy(u) }));
  return (
    <Mentions
      value={value}
      onChange={onChange}
      onSelect={(option) => onCalled(idOf(option), option.value ?? '')}
      options={options}
      filterOption={(typed, option) => 'find' in option && String(option.find).includes(typed.toLowerCase())}
      notFoundContent={t('nobodyCalled')}
      placeholder={t('noteHint')}
      aria-label={t('writeNote')}
      autoSize={{ minRows: 1, maxRows: 8 }}
      maxLength={10_000}
    />
  );
}
