import { useMutation } from '@tanstack/react-query';
import { Button, Modal } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { isApiError } from '@/api/client';
import type { AppSummary } from '@/api/types';
import { Icon } from '@/ui/Icon';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import type { Definition } from '@/model/definition';
import { problemId } from '@/model/problem';
import { DiffList } from '../publish/Diff';
import { importFolder, readFolder, type Brought } from './bring';
import './folder.css';

interface Props {
  /** The app whose draft it goes into; without one it becomes a new app. */
  app?: string;
  onClose: () => void;
  onTake?: (definition: Definition) => void;
  onMade?: (app: AppSummary) => void;
}

/** Brings a definition in from a folder of git, a zip or a file: what it would change is shown first, and what is wrong with it, with file and line. */
export function FolderDialog({ app, onClose, onTake, onMade }: Props) {
  const { t } = useTranslation('designer');
  const folder = useRef<HTMLInputElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const bring = useMutation({
    mutationFn: async (files: readonly File[]): Promise<Brought | undefined> => {
      if (app !== undefined) {
        const read = await readFolder(app, files);
        if (read === 'tooLarge') throw new Error('tooLarge');
        return read;
      }
      const made = await importFolder(files);
      if (made === 'tooLarge') throw new Error('tooLarge');
      onMade?.(made);
      return undefined;
    },
  });
  const choose = (input: HTMLInputElement) => {
    const files = [...(input.files ?? [])];
    // The same files, mended meanwhile, can be chosen again.
    input.value = '';
    if (files.length > 0) bring.mutate(files);
  };
  const found = bring.data;
  return (
    <Modal
      open
      width={720}
      title={t(app === undefined ? 'importApp' : 'bringIn')}
      cancelText={t('cancel')}
      okText={t('bringTake')}
      onCancel={onClose}
      onOk={() => found && onTake?.(found.definition)}
      okButtonProps={{ disabled: found === undefined || found.changes.length === 0, style: app === undefined ? { display: 'none' } : {} }}
    >
      <p>{t(app === undefined ? 'importAppText' : 'bringText')}</p>
      <p className="d-bringpick">
        <Button icon={<Icon name="layers" size={14} />} loading={bring.isPending} onClick={() => folder.current?.click()}>
          {t('bringFolder')}
        </Button>
        <Button icon={<Icon name="attach" size={14} />} disabled={bring.isPending} onClick={() => file.current?.click()}>
          {t('bringFile')}
        </Button>
        <input ref={folder} type="file" hidden aria-label={t('bringFolder')} {...{ webkitdirectory: '' }} onChange={(e) => choose(e.target)} />
        <input ref={file} type="file" hidden aria-label={t('bringFile')} accept=".zip,.json" onChange={(e) => choose(e.target)} />
      </p>
      {bring.error && !bring.isPending ? <Refused error={bring.error} /> : null}
      {found && !bring.isPending ? <Found found={found} /> : null}
    </Modal>
  );
}

/** Why it cannot be read, each problem with its file and line. */
function Refused({ error }: { error: Error }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const errorText = useErrorText();
  return (
    <div role="alert" className="d-brought">
      <p className="bad">{error.message === 'tooLarge' ? t('bringTooLarge') : errorText(error)}</p>
      {isApiError(error, 'conflict') ? <p>{t('importTaken')}</p> : null}
      {isApiError(error) && error.details.length > 0 ? (
        <ul className="d-broughtlist">
          {error.details.map((d) => (
            <li key={`${d.path} ${d.code}`}>
              <Icon name="error" size={14} className="bad" />
              {text(d.message, d.code)}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function Found({ found }: { found: Brought }) {
  const { t } = useTranslation('designer');
  const text = useText();
  return (
    // What was found scrolls, by keyboard too.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="d-brought" role="region" aria-label={t('bringIn')} aria-live="polite" tabIndex={0}>
      {found.problems.length > 0 ? (
        <>
          <h2>{t('bringProblems', { count: found.problems.length })}</h2>
          <ul className="d-broughtlist">
            {found.problems.map((p) => (
              <li key={problemId(p)}>
                <Icon name={p.severity === 'error' ? 'error' : 'alert'} size={14} className={p.severity === 'error' ? 'bad' : 'warn'} label={t(p.severity)} />
                {text(p.message)}
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {found.changes.length === 0 ? (
        <p className="s">{t('bringSame')}</p>
      ) : (
        <>
          <h2>{t('bringChanges', { count: found.changes.length })}</h2>
          <DiffList items={found.changes} />
        </>
      )}
    </div>
  );
}
