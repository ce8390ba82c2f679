import { DatePicker, type DatePickerProps } from 'antd';
import dayjs from 'dayjs';

type Props = Pick<DatePickerProps, 'id' | 'disabled' | 'placeholder' | 'status' | 'aria-label' | 'aria-describedby'> & {
  /** "2026-11-22", or "2026-11-22T14:20" with a time. */
  value: string | undefined;
  onChange: (value: string | null) => void;
  withTime?: boolean;
};

/** The component library's calendar, loaded behind the first paint of a form (see LazyDay). */
export default function DayPicker({ value, onChange, withTime = false, ...rest }: Props) {
  const day = value ? dayjs(value) : undefined;
  return (
    <DatePicker
      {...rest}
      style={{ width: '100%' }}
      {...(withTime ? { showTime: { format: 'HH:mm' }, format: 'YYYY-MM-DD HH:mm' } : {})}
      value={day?.isValid() ? day : null}
      onChange={(d) => onChange(d ? d.format(withTime ? 'YYYY-MM-DDTHH:mm' : 'YYYY-MM-DD') : null)}
    />
  );
}
