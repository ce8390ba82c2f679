import { Popover, type PopoverProps } from 'antd';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';

interface Props extends Omit<PopoverProps, 'content' | 'children' | 'trigger' | 'destroyOnHidden'> {
  content: ReactNode;
  children: ReactElement;
}

const controls = 'a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex="0"]';

/**
 * A popover that the keyboard comes into and out of again. It stands at the end of the page, where Tab would not find it: opened by keyboard, the
 * focus goes to its first control, and from its ends, or when it closes, back to what opened it.
 */
export function Pop({ content, open, onOpenChange, children, ...rest }: Props) {
  const [own, setOwn] = useState(false);
  const change = (next: boolean) => {
    if (open === undefined) setOwn(next);
    onOpenChange?.(next);
  };
  return (
    <Popover {...rest} trigger="click" destroyOnHidden open={open ?? own} onOpenChange={change} content={<Inside onClose={() => change(false)}>{content}</Inside>}>
      {children}
    </Popover>
  );
}

function Inside({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLElement>(undefined);
  const all = () => [...(box.current?.querySelectorAll<HTMLElement>(controls) ?? [])].filter((e) => e.tabIndex >= 0);
  useEffect(() => {
    const from = document.activeElement as HTMLElement | null;
    if (from && from !== document.body && !box.current?.contains(from)) opener.current = from;
    let frame = 0;
    // It is put in its place before it can have the focus.
    const enter = (tries: number) => {
      if (!box.current || box.current.contains(document.activeElement)) return;
      (all()[0] ?? box.current).focus({ preventScroll: true });
      if (tries > 0) frame = requestAnimationFrame(() => enter(tries - 1));
    };
    if (from?.matches(':focus-visible')) enter(10); // a thumb wants no keyboard to come up
    return () => {
      cancelAnimationFrame(frame);
      if (!document.activeElement || document.activeElement === document.body) opener.current?.focus({ preventScroll: true });
    };
  }, []);
  const leave = (event: KeyboardEvent) => {
    event.preventDefault();
    onClose();
    opener.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.nativeEvent.isComposing) return;
    if (event.key === 'Escape' && !document.querySelector('.ant-select-dropdown:not(.ant-select-dropdown-hidden), .ant-picker-dropdown:not(.ant-picker-dropdown-hidden)')) leave(event);
    if (event.key !== 'Tab') return;
    const list = all();
    if (list.length === 0 || document.activeElement === (event.shiftKey ? list[0] : list.at(-1))) leave(event);
  };
  return (
    // The keys belong to the controls within; the box only listens for those that lead out.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div ref={box} tabIndex={-1} style={{ outline: 'none' }} onKeyDown={onKeyDown}>
      {children}
    </div>
  );
}
