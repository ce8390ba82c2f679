import { Dropdown, type MenuProps } from 'antd';
import { useState, type ReactElement } from 'react';

/** The component library's menu, opened at once: it is loaded when somebody asks for it (see LazyMenu). */
export default function Menu({ menu, end, children }: { menu: MenuProps; end?: boolean; children: ReactElement }) {
  const [open, setOpen] = useState(true);
  return (
    <Dropdown autoFocus open={open} onOpenChange={setOpen} trigger={['click']} menu={menu} {...(end ? { placement: 'bottomRight' as const } : {})}>
      {children}
    </Dropdown>
  );
}
