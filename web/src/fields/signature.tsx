import { Button } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { FilesCell, Thumb, filesOf, useUpload } from './files';
import { noSettings, type CellProps, type FieldKind, type InputProps } from './kind';
import './fields.css';

/** The picture's size in points: enough to print a hand's width. */
const WIDTH = 900;
const HEIGHT = 300;

/** Drawn with finger, pen or mouse and kept as a picture; who cannot draw here takes a picture of a signature. */
function SignatureInput({ id, value, onChange, onLeave, disabled, invalid, describedBy, label }: InputProps) {
  const { t } = useTranslation('fields');
  const [drawing, setDrawing] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const { busy, failed, send } = useUpload();
  const [file] = filesOf(value);
  const keep = async (content: Blob, name: string) => {
    const [done] = await send([{ content, name }]);
    if (!done) return;
    setDrawing(false);
    onChange(done);
    onLeave?.();
  };
  return (
    <div className={`files${invalid ? ' wrong' : ''}`} role="group" aria-label={label} aria-describedby={describedBy}>
      {file && !drawing ? <span className="signature"><Thumb file={file} size={96} /></span> : null}
      {drawing ? (
        <Pad busy={busy > 0} onKeep={(content) => void keep(content, 'signature.png')} onCancel={() => setDrawing(false)} />
      ) : disabled ? null : (
        <span className="row">
          <Button id={id} icon={<Icon name="signature" size={14} />} onClick={() => setDrawing(true)}>
            {file ? t('signAgain') : t('sign')}
          </Button>
          <Button type="text" loading={busy > 0} onClick={() => picker.current?.click()}>
            {t('signByPicture')}
          </Button>
          {file ? (
            <button
              type="button"
              className="ib"
              aria-label={t('removeSignature')}
              onClick={() => {
                onChange(null);
                onLeave?.();
              }}
            >
              <Icon name="close" size={14} />
            </button>
          ) : null}
          <input
            ref={picker}
            type="file"
            accept="image/*"
            hidden
            onChange={(e) => {
              const chosen = e.target.files?.[0];
              e.target.value = '';
              if (chosen) void keep(chosen, chosen.name);
            }}
          />
        </span>
      )}
      {failed ? (
        <p className="problem" role="alert">
          {failed}
        </p>
      ) : null}
    </div>
  );
}

function Pad({ busy, onKeep, onCancel }: { busy: boolean; onKeep: (content: Blob) => void; onCancel: () => void }) {
  const { t } = useTranslation('fields');
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drawn, setDrawn] = useState(false);
  const at = (e: React.PointerEvent) => {
    const box = e.currentTarget.getBoundingClientRect();
    return [((e.clientX - box.left) * WIDTH) / box.width, ((e.clientY - box.top) * HEIGHT) / box.height] as const;
  };
  const pen = () => {
    const c = canvas.current?.getContext('2d');
    if (c) Object.assign(c, { lineWidth: 5, lineCap: 'round', lineJoin: 'round', strokeStyle: '#111' });
    return c;
  };
  return (
    <div className="pad">
      <canvas
        ref={canvas}
        width={WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={t('signHere')}
        onPointerDown={(e) => {
          e.currentTarget.setPointerCapture(e.pointerId);
          const c = pen();
          const [x, y] = at(e);
          c?.beginPath();
          c?.moveTo(x, y);
          c?.lineTo(x, y);
          c?.stroke();
          setDrawn(true);
        }}
        onPointerMove={(e) => {
          if (!e.currentTarget.hasPointerCapture(e.pointerId)) return;
          const c = pen();
          c?.lineTo(...at(e));
          c?.stroke();
        }}
      />
      <span className="row">
        <Button
          type="primary"
          disabled={!drawn}
          loading={busy}
          onClick={() => canvas.current?.toBlob((content) => {
            if (content) onKeep(content);
          }, 'image/png')}
        >
          {t('signKeep')}
        </Button>
        <Button
          onClick={() => {
            canvas.current?.getContext('2d')?.clearRect(0, 0, WIDTH, HEIGHT);
            setDrawn(false);
          }}
        >
          {t('signClear')}
        </Button>
        <Button type="text" onClick={onCancel}>
          {t('signCancel')}
        </Button>
      </span>
    </div>
  );
}

function SignatureCell(props: CellProps) {
  const { t } = useTranslation('fields');
  const [file] = filesOf(props.value);
  if (!file) return null;
  return <FilesCell {...props} value={{ ...file, name: t('signed') }} />;
}

export const signature: FieldKind = {
  type: 'signature', icon: 'signature', Input: SignatureInput, Cell: SignatureCell, Settings: noSettings, links: true, noFormula: true, wide: true, filters: [],
};
