import { Button, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { toast } from '@/ui/toast';
import { Row } from './Row';

export type LinkAction = 'make' | 'rotate' | 'off';

interface Props {
  /** Its path is empty before it is first made. */
  link: { path: string; on: boolean };
  busy: boolean;
  onAct: (action: LinkAction) => void;
  /** What it leads to may stand in a frame of another site, under this title. */
  frame?: string;
}

/** A link for people outside: made, copied, made anew, switched off. */
export function LinkControls({ link, busy, onAct, frame }: Props) {
  const { t } = useTranslation('designer');
  const copy = (text: string) => void navigator.clipboard.writeText(text).then(() => toast(t('copied')));
  if (!link.on) {
    return (
      <div className="row">
        <span className="s sp">{link.path ? t('publicOff') : t('publicNoLink')}</span>
        <Button type="primary" loading={busy} onClick={() => onAct('make')}>
          {link.path ? t('publicOn') : t('publicMake')}
        </Button>
      </div>
    );
  }
  const url = window.location.origin + link.path;
  return (
    <>
      <Row label={t('publicAddress')}>{(id) => <Input id={id} readOnly value={url} onFocus={(e) => e.target.select()} />}</Row>
      <div className="row wrap">
        <Button onClick={() => copy(url)}>{t('publicCopy')}</Button>
        {frame === undefined ? null : (
          <Button onClick={() => copy(`<iframe src="${url}" title="${frame}" style="width:100%;height:760px;border:0"></iframe>`)}>{t('publicEmbed')}</Button>
        )}
        <Button href={link.path} target="_blank" rel="noreferrer">
          {t('publicOpen')}
        </Button>
        <span className="sp" />
        <Button loading={busy} onClick={() => onAct('rotate')}>
          {t('publicRotate')}
        </Button>
        <Button danger loading={busy} onClick={() => onAct('off')}>
          {t('publicSwitchOff')}
        </Button>
      </div>
    </>
  );
}
