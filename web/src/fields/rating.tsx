import { useTranslation } from 'react-i18next';
import type { CellProps, FieldKind, InputProps, SettingsProps } from './kind';
import { CountSetting } from './settings';
import './fields.css';

const STAR = 'm12 4 2.4 5.2 5.6.7-4.1 3.9 1 5.7-4.9-2.8-4.9 2.8 1-5.7L4 9.9l5.6-.7z';

function Star({ on }: { on: boolean }) {
  return (
    <svg className={on ? 'star on' : 'star'} width={20} height={20} viewBox="0 0 24 24" aria-hidden="true">
      <path d={STAR} />
    </svg>
  );
}

const mostOf = (max: unknown) => (typeof max === 'number' && max >= 2 && max <= 10 ? max : 5);

/** Stars are radio buttons, so arrows and screen readers work as everywhere; the star that stands, chosen again, is taken back. */
function RatingInput({ id, field, value, onChange, onLeave, disabled, invalid, describedBy, label }: InputProps) {
  const { t } = useTranslation('fields');
  const now = Number(value ?? 0);
  const most = mostOf(field.max);
  return (
    <div className="rating" role="radiogroup" aria-label={label} aria-invalid={invalid || undefined} aria-describedby={describedBy}>
      {Array.from({ length: most }, (_, i) => i + 1).map((n) => (
        <label key={n}>
          <input
            // The label of the field leads to the star that stands, else to the first.
            id={n === (now || 1) ? id : undefined}
            type="radio"
            name={id}
            checked={n === now}
            disabled={disabled}
            aria-label={t('stars', { n, most })}
            onChange={() => {
              onChange(String(n));
              onLeave?.();
            }}
            onClick={() => {
              if (n !== now || field.required) return;
              onChange(null);
              onLeave?.();
            }}
          />
          <Star on={n <= now} />
        </label>
      ))}
    </div>
  );
}

function RatingCell({ field, value }: CellProps) {
  const { t } = useTranslation('fields');
  const now = Number(value ?? 0);
  if (!now) return null;
  const most = mostOf(field.max);
  return (
    <span className="rating still-stars" role="img" aria-label={t('stars', { n: now, most })}>
      {Array.from({ length: most }, (_, i) => (
        <Star key={i} on={i < now} />
      ))}
    </span>
  );
}

function RatingSettings({ field, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  return (
    <CountSetting label={t('starsMost')} help={t('starsMostHelp')} max={10} value={typeof field.max === 'number' ? field.max : undefined} onChange={(max) => onChange({ max })} />
  );
}

export const rating: FieldKind = {
  type: 'rating', icon: 'star', Input: RatingInput, Cell: RatingCell, Settings: RatingSettings, filters: ['atLeast', 'atMost', 'empty', 'notEmpty'], decimal: true,
};
