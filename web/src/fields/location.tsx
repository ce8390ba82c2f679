import { Button, Input } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { toast } from '@/ui/toast';
import { DecimalInput } from './DecimalInput';
import { noSettings, useFieldEnv, type CellProps, type FieldKind, type InputProps } from './kind';
import './fields.css';

interface Place {
  lat?: string;
  lng?: string;
  label?: string;
}

function readPlace(value: unknown): Place {
  if (typeof value !== 'object' || value === null) return {};
  const { lat, lng, label } = value as Record<string, unknown>;
  const degree = (v: unknown) => (typeof v === 'number' ? String(v) : typeof v === 'string' ? v : '');
  return { lat: degree(lat), lng: degree(lng), label: typeof label === 'string' ? label : '' };
}

/** A place as it is sent: empty members are left out, an empty place is null. */
export function writePlace({ lat, lng, label }: Place): Place | null {
  if (!lat && !lng && !label) return null;
  return { ...(lat ? { lat } : {}), ...(lng ? { lng } : {}), ...(label ? { label } : {}) };
}

/** Where one stands, or degrees typed in, and what the place is called. */
function LocationInput({ id, value, onChange, onLeave, disabled, invalid, describedBy, label }: InputProps) {
  const { t } = useTranslation('fields');
  const group = useRef<HTMLDivElement>(null);
  const [busy, setBusy] = useState(false);
  const place = readPlace(value);
  const put = (patch: Place) => onChange(writePlace({ ...place, ...patch }));
  const find = () => {
    setBusy(true);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setBusy(false);
        // Six decimals are a tenth of a metre; more are noise and refused.
        put({ lat: coords.latitude.toFixed(6), lng: coords.longitude.toFixed(6) });
        onLeave?.();
      },
      () => {
        setBusy(false);
        toast(t('noPosition'));
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  };
  const leave = () => {
    // While the focus moves between the parts, the place is still being written.
    requestAnimationFrame(() => {
      if (!group.current?.contains(document.activeElement)) onLeave?.();
    });
  };
  const parts = { disabled, invalid, describedBy, onLeave: leave };
  return (
    <div className="place" ref={group} role="group" aria-label={label}>
      <div className="two-parts">
        <DecimalInput {...parts} id={id} value={place.lat ?? ''} label={t('latitude')} onChange={(lat) => put({ lat })} suffix={<span className="s">{t('latitude')}</span>} />
        <DecimalInput {...parts} id={`${id}-lng`} value={place.lng ?? ''} label={t('longitude')} onChange={(lng) => put({ lng })} suffix={<span className="s">{t('longitude')}</span>} />
      </div>
      <Input
        value={place.label ?? ''}
        maxLength={200}
        disabled={disabled}
        aria-label={t('placeName')}
        placeholder={t('placeName')}
        onChange={(e) => put({ label: e.target.value })}
        onBlur={leave}
      />
      {disabled || !('geolocation' in navigator) ? null : (
        <Button loading={busy} onClick={find} icon={<Icon name="location" size={14} />}>
          {t('whereIAm')}
        </Button>
      )}
    </div>
  );
}

/** The name of the place; on a phone it opens the map the person uses. */
function LocationCell({ value }: CellProps) {
  const { phone } = useFieldEnv();
  const { lat, lng, label } = readPlace(value);
  if (!lat || !lng) return null;
  const degrees = `${lat}, ${lng}`;
  if (!phone) return <span title={degrees}>{label || degrees}</span>;
  return (
    <a href={`geo:${lat},${lng}?q=${encodeURIComponent(`${lat},${lng}${label ? `(${label})` : ''}`)}`} onClick={(e) => e.stopPropagation()}>
      {label || degrees}
    </a>
  );
}

export const location: FieldKind = {
  type: 'location', icon: 'pin', Input: LocationInput, Cell: LocationCell, Settings: noSettings, links: true, noFormula: true, filters: [],
};
