import type { MenuProps } from 'antd';
import { cloneElement, lazy, Suspense, useState, type ReactElement, type Ref } from 'react';

const load = () => import('./menu');
const Menu = lazy(load);

interface Trigger {
  onClick?: () => void;
  onPointerEnter?: () => void;
  onFocus?: () => void;
  'aria-haspopup'?: 'menu';
  ref?: Ref<HTMLElement>;
}

/**
 * A button with a menu. The menu's code comes when the pointer or the focus comes near, and the menu opens with the first press: a page of a
 * record has three of them, and shows before any is loaded.
 */
export function LazyMenu({ menu, end = false, children }: { menu: MenuProps; end?: boolean; children: ReactElement<Trigger> }) {
  const [asked, setAsked] = useState(false);
  const near = () => void load();
  const plain = cloneElement(children, { onClick: () => setAsked(true), onPointerEnter: near, onFocus: near, 'aria-haspopup': 'menu' });
  if (!asked) return plain;
  return (
    <Suspense fallback={plain}>
      <Menu menu={menu} end={end}>
        {children}
      </Menu>
    </Suspense>
  );
}
