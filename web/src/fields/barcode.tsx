import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { toast } from '@/ui/toast';
import { CodeCell } from './idcode';
import type { FieldKind, InputProps, SettingsProps } from './kind';
import { LineInput } from './LineInput';
import { ChoiceSetting } from './settings';

interface Detector {
  detect(image: ImageBitmap): Promise<{ rawValue: string }[]>;
}

/** The browser's own reader of codes, where it has one. */
function reader(): (new () => Detector) | undefined {
  return (globalThis as { BarcodeDetector?: new () => Detector }).BarcodeDetector;
}

const DIGITS: Record<string, number> = { ean13: 13, ean8: 8, upca: 12 };

/** A hand scanner types into the field; a phone may photograph the code. */
function BarcodeInput({ field, path: _path, ...rest }: InputProps) {
  const { t } = useTranslation('fields');
  const camera = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const Reader = reader();
  const digits = DIGITS[field.kind ?? ''];
  const read = async (file: File | undefined) => {
    if (!file || !Reader) return;
    setBusy(true);
    try {
      const image = await createImageBitmap(file);
      const [found] = await new Reader().detect(image);
      image.close();
      if (found?.rawValue) {
        rest.onChange(found.rawValue);
        rest.onLeave?.();
      } else toast(t('noCodeSeen'));
    } catch {
      toast(t('noCodeSeen'));
    } finally {
      setBusy(false);
    }
  };
  const scan =
    Reader && !rest.disabled ? (
      <>
        <button type="button" className="ib" disabled={busy} onClick={() => camera.current?.click()} aria-label={t('scanCode')} title={t('scanCode')}>
          <Icon name="barcode" />
        </button>
        <input
          ref={camera}
          type="file"
          accept="image/*"
          capture="environment"
          hidden
          onChange={(e) => {
            void read(e.target.files?.[0]);
            e.target.value = '';
          }}
        />
      </>
    ) : undefined;
  return <LineInput {...rest} mode={digits ? 'numeric' : 'text'} code maxLength={200} suffix={scan} />;
}

function BarcodeSettings({ field, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  return (
    <ChoiceSetting
      label={t('barcodeKind')}
      value={field.kind ?? 'any'}
      options={['any', 'ean13', 'ean8', 'upca'].map((k) => ({ value: k, label: t(`barcodeKind.${k}`) }))}
      onChange={(kind) => onChange({ kind: kind === 'any' ? undefined : kind })}
    />
  );
}

export const barcode: FieldKind = {
  type: 'barcode', icon: 'barcode', Input: BarcodeInput, Cell: CodeCell, Settings: BarcodeSettings, filters: ['contains', 'is', 'isNot', 'empty', 'notEmpty'],
};
