import { Input } from 'antd';
import { lazy, Suspense, type ComponentProps } from 'react';

const DayPicker = lazy(() => import('./DayPicker'));

/** A calendar to pick from. Until its code is there, the day stands in its place as it will look. */
export function LazyDay(props: ComponentProps<typeof DayPicker>) {
  const { value, disabled, placeholder, 'aria-label': label, 'aria-describedby': describedBy } = props;
  const waiting = (
    <Input
      {...(props.id ? { id: props.id } : {})}
      value={value?.replace('T', ' ') ?? ''} placeholder={typeof placeholder === 'string' ? placeholder : ''} disabled={Boolean(disabled)} readOnly aria-label={label} aria-describedby={describedBy}
    />
  );
  return (
    <Suspense fallback={waiting}>
      <DayPicker {...props} />
    </Suspense>
  );
}
