import { createElement, type KeyboardEvent, type ReactNode } from 'react';
import { paint, type Drawing, type Shape } from './flowDrawing';
import './flow-drawing.css';


const COLOURED = new Set(['fill', 'stroke']);
const camel = (name: string) => name.replaceAll(/-(\w)/g, (_all, c: string) => c.toUpperCase());

interface Props {
  drawing: Drawing;
  label: string;
  /** Things can be chosen, by mouse and by keyboard. */
  onSelect?: (path: string) => void;
  selected?: string | undefined;
}

/** A drawing on the screen, in the colours of the theme and at its own size; what is wider scrolls. */
export function FlowDrawing({ drawing, label, onSelect, selected }: Props) {
  const { x, y, width, height } = drawing;
  return (
    // It scrolls, so it is reached by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="flow-drawing" role="region" aria-label={label} tabIndex={0}>
      <svg width={width} height={height} viewBox={`${x} ${y} ${width} ${height}`} {...(onSelect ? { role: 'group', 'aria-label': label } : { role: 'img', 'aria-label': label })}>
        {drawing.shapes.map((s, i) => drawn(s, i, onSelect, selected))}
      </svg>
    </div>
  );
}

function drawn(shape: Shape, key: number, onSelect: Props['onSelect'], selected: string | undefined): ReactNode {
  const props: Record<string, unknown> = { key };
  for (const [name, value] of Object.entries(shape.attrs)) props[camel(name)] = COLOURED.has(name) ? paint(String(value)) : value;
  const { is } = shape;
  if (is && onSelect) {
    Object.assign(props, {
      role: 'button',
      tabIndex: 0,
      'aria-label': is.name,
      'aria-pressed': selected === is.path,
      onClick: () => onSelect(is.path),
      onKeyDown: (event: KeyboardEvent) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        onSelect(is.path);
      },
    });
  }
  return createElement(shape.tag, props, shape.text, shape.children?.map((c, i) => drawn(c, i, undefined, undefined)));
}
