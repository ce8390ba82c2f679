import type { FormEvent, KeyboardEvent, ReactNode } from 'react';

const keepStill = (event: FormEvent) => event.preventDefault();

/**
 * A form that many inputs share. Enter belongs to the input it is pressed in: it takes the day of an open picker, the choice of a list, the
 * word an input method proposes. It never sends the form, for half a record would be created; its button does, and Ctrl+Enter or ⌘Enter from
 * anywhere. So its button must not be of type "submit": a browser presses such a button on Enter.
 */
export function KeyedForm({ className, onSend, children }: { className?: string; onSend: () => void; children: ReactNode }) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
    event.preventDefault();
    onSend();
  };
  return (
    // The keys belong to the inputs; the form only listens. A form with a single input is sent on Enter even without a button: not this one.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form className={className} noValidate onSubmit={keepStill} onKeyDown={onKeyDown}>
      {children}
    </form>
  );
}
