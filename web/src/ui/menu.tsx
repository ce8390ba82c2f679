import { Dropdown, type MenuProps } from 'antd';
import { cloneElement, useRef, useState, type ReactElement, type Ref } from 'react';

/** The component library's menu, opened at once: it is loaded when somebody asks for it (see LazyMenu). Closed, it gives the focus back to its button. */
export default function Menu({ menu, end, children }: { menu: MenuProps; end?: boolean; children: ReactElement<{ ref?: Ref<HTMLElement> }> }) {
  const [open, setOpen] = useState(true);
  const button = useRef<HTMLElement>(null);
  const change = (next: boolean) => {
    setOpen(next);
    // A press elsewhere has taken the focus with it already.
    if (!next && (document.activeElement === document.body || document.activeElement?.closest('.ant-dropdown'))) button.current?.focus();
  };
  // Enter chooses when it goes down; what has the focus by then, such as a dialog's way out, is not pressed by the same key.
  const onClick: NonNullable<MenuProps['onClick']> = (info) => {
    info.domEvent.preventDefault();
    menu.onClick?.(info);
  };
  return (
    <Dropdown autoFocus open={open} onOpenChange={change} trigger={['click']} menu={{ ...menu, onClick }} {...(end ? { placement: 'bottomRight' as const } : {})}>
      {cloneElement(children, { ref: button })}
    </Dropdown>
  );
}
