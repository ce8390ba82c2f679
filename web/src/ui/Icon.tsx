import { icons, type IconName } from './icons';

export type { IconName };

interface Props {
  name: IconName;
  /** Side in pixels; 16 in text, 14 in small text, 22 in phone tabs. */
  size?: number;
  /** Only for an icon that stands without words. */
  label?: string;
  className?: string;
}

/** An outline icon in the colour of the text around it. Without a label it is decoration. */
export function Icon({ name, size = 16, label, className }: Props) {
  const [grid, path] = icons[name];
  return (
    <svg
      className={className ? `i ${className}` : 'i'}
      width={size}
      height={size}
      viewBox={`0 0 ${grid} ${grid}`}
      fill="none"
      stroke="currentColor"
      strokeWidth={grid === 24 ? 1.75 : 1.3}
      strokeLinecap="round"
      strokeLinejoin="round"
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
    >
      <path d={path} />
    </svg>
  );
}
