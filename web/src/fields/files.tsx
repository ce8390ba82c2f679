import { Button } from 'antd';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, url } from '@/api/client';
import { Icon } from '@/ui/Icon';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { useFieldEnv, type CellProps, type InputProps } from './kind';
import './fields.css';

/** A file that was uploaded, as a field holds it. Only the id counts when it is written. */
export interface FileRef {
  id: string;
  name?: string;
  type?: string;
  size?: number;
  sha256?: string;
}

/** What the server takes, in bytes; a larger file is refused before it is sent. */
export const MAX_FILE = 20 * 1024 * 1024;

function isFile(value: unknown): value is FileRef {
  return typeof value === 'object' && value !== null && typeof (value as FileRef).id === 'string';
}

/** The files of a field, whether it holds several or one. */
export function filesOf(value: unknown): FileRef[] {
  if (Array.isArray(value)) return value.filter(isFile);
  return isFile(value) ? [value] : [];
}

/** Pictures uploaded from this page, by the file's id: they show at once, also where the server keeps no small picture or no record holds them yet. */
const uploadedHere = new Map<string, string>();

/** Uploads one file. What the answer says of its small picture is not for the field. */
export async function upload(content: Blob, name: string, signal?: AbortSignal, to = '/files'): Promise<FileRef> {
  const { id, name: called, type, size, sha256 } = await api.upload<Required<FileRef>>(to, content, { query: { name }, ...(signal ? { signal } : {}) });
  if (type.startsWith('image/')) uploadedHere.set(id, URL.createObjectURL(content));
  return { id, name: called, type, size, sha256 };
}

/** 1536 → "1.5 KB": in steps of 1024, as computers show it. */
export function bytes(size: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let n = size;
  let unit = 0;
  while (n >= 1024 && unit < units.length - 1) {
    n /= 1024;
    unit += 1;
  }
  return `${unit === 0 || n >= 10 ? Math.round(n) : n.toFixed(1)} ${units[unit]}`;
}

export function fileUrl(file: FileRef, record: string | undefined, thumb = false): string {
  return url(`/files/${file.id}`, { record, thumb: thumb ? 1 : undefined });
}

/** The small picture of a file; a mark in its place where there is none. */
export function Thumb({ file, size = 40 }: { file: FileRef; size?: number }) {
  const { record } = useFieldEnv();
  const [broken, setBroken] = useState(false);
  if (broken || !file.type?.startsWith('image/')) return <Icon name={file.type?.startsWith('image/') ? 'image' : 'doc'} size={16} />;
  return <img className="thumb" src={uploadedHere.get(file.id) ?? fileUrl(file, record, true)} alt="" width={size} height={size} loading="lazy" onError={() => setBroken(true)} />;
}

/**
 * Uploading for a field: what is under way, and what went wrong, a line for each file. `stop` leaves out what has not arrived yet. `send` answers
 * what has arrived.
 */
export function useUpload(): { busy: number; failed: string; stop: () => void; send: (files: readonly { content: Blob; name: string }[], besides?: string) => Promise<FileRef[]> } {
  const errorText = useErrorText();
  const { t } = useTranslation('fields');
  const { uploads } = useFieldEnv();
  const [busy, setBusy] = useState(0);
  const [failed, setFailed] = useState('');
  const running = useRef(new Set<AbortController>());
  const gone = useRef(false);
  const stop = useCallback(() => {
    for (const one of running.current) one.abort();
  }, []);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
      stop();
    };
  }, [stop]);
  const send = async (files: readonly { content: Blob; name: string }[], besides = '') => {
    const done: FileRef[] = [];
    const own = new AbortController();
    running.current.add(own);
    setFailed(besides);
    const fail = (words: string) => setFailed((before) => (before ? `${before}\n${words}` : words));
    let open = files.length;
    setBusy((n) => n + open);
    for (const { content, name } of files) {
      try {
        if (content.size > MAX_FILE) throw new RangeError(t('fileTooLarge', { name, mb: MAX_FILE / 1024 / 1024 }));
        // One after the other: a phone's line is shared, and the order stays.
        // oxlint-disable-next-line no-await-in-loop
        done.push(await upload(content, name, own.signal, uploads));
      } catch (error) {
        if (own.signal.aborted) break; // those after it are not begun
        fail(error instanceof RangeError ? error.message : `${name}: ${errorText(error)}`);
      }
      open -= 1;
      setBusy((n) => n - 1);
    }
    setBusy((n) => n - open);
    running.current.delete(own);
    return gone.current ? [] : done;
  };
  return { busy, failed, stop, send };
}

/** Several files: chosen, photographed, or dropped here. */
export function FilesInput({ id, field, value, onChange, onLeave, disabled, invalid, describedBy, label, pictures }: InputProps & { pictures: boolean }) {
  const { t } = useTranslation('fields');
  const text = useText();
  const { record } = useFieldEnv();
  const picker = useRef<HTMLInputElement>(null);
  const { busy, failed, stop, send } = useUpload();
  const [over, setOver] = useState(false);
  const files = filesOf(value);
  // What was chosen meanwhile must not be lost when an upload ends.
  const now = useRef(files);
  now.current = files;
  const most = typeof field.max === 'number' ? field.max : 50;
  const add = async (list: FileList | null) => {
    const all = [...(list ?? [])];
    const chosen = all.slice(0, Math.max(0, most - files.length)).map((f) => ({ content: f as Blob, name: f.name }));
    if (chosen.length === 0) return;
    const left = all.slice(chosen.length).map((f) => f.name);
    const done = await send(chosen, left.length > 0 ? t('filesLeftOut', { count: most, names: left.join(', ') }) : '');
    if (done.length === 0) return;
    onChange([...now.current, ...done]);
    onLeave?.();
  };
  const remove = (file: FileRef) => {
    const rest = files.filter((f) => f.id !== file.id);
    onChange(rest.length === 0 ? null : rest);
    onLeave?.();
    const at = files.indexOf(file);
    toast(t('fileRemoved', { name: file.name ?? '' }), {
      undo: () => {
        onChange(now.current.toSpliced(at, 0, file));
        onLeave?.();
      },
    });
  };
  const name = label ?? text(field.name, field.key);
  return (
    // A place to drop on; the button does the same for everyone else.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className={`files${over ? ' over' : ''}${invalid ? ' wrong' : ''}`}
      onDragOver={(e) => {
        if (disabled || !e.dataTransfer.types.includes('Files')) return;
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        setOver(false);
        if (disabled || e.dataTransfer.files.length === 0) return;
        e.preventDefault();
        void add(e.dataTransfer.files);
      }}
    >
      {files.length > 0 ? (
        <ul aria-label={name}>
          {files.map((file) => (
            <li key={file.id} className="row">
              <Thumb file={file} size={32} />
              <a className="el sp" href={fileUrl(file, record)} download={file.name ?? ''}>
                {file.name ?? file.id}
              </a>
              {file.size === undefined ? null : <span className="s">{bytes(file.size)}</span>}
              {disabled ? null : (
                <button
                  type="button"
                  className="ib"
                  aria-label={t('removeFile', { name: file.name ?? '' })}
                  onClick={() => remove(file)}
                >
                  <Icon name="close" size={14} />
                </button>
              )}
            </li>
          ))}
        </ul>
      ) : null}
      {disabled || files.length >= most ? null : (
        <>
          <Button id={id} loading={busy > 0} aria-describedby={describedBy} {...(label ? { 'aria-label': `${label} ${t('addFile')}` } : {})} onClick={() => picker.current?.click()} icon={<Icon name={pictures ? 'image' : 'attach'} size={14} />}>
            {busy > 0 ? t('uploading', { count: busy }) : pictures ? t('addPicture') : t('addFile')}
          </Button>
          {busy > 0 ? (
            <button type="button" className="link s" onClick={stop}>
              {t('stopUpload')}
            </button>
          ) : null}
          <input
            ref={picker}
            type="file"
            hidden
            multiple={most > 1}
            {...(pictures ? { accept: 'image/*' } : {})}
            onChange={(e) => {
              const chosen = e.target.files;
              void add(chosen).finally(() => {
                if (picker.current) picker.current.value = '';
              });
            }}
          />
        </>
      )}
      {failed ? (
        <p className="problem" role="alert" style={{ whiteSpace: 'pre-line' }}>
          {failed}
        </p>
      ) : null}
    </div>
  );
}

/** In a record the files to open; in a list, where no record is known, their names. */
export function FilesCell({ value }: CellProps) {
  const { record } = useFieldEnv();
  const files = filesOf(value);
  if (!record) return <>{files.map((f) => f.name ?? f.id).join(', ')}</>;
  return (
    <span className="file-links">
      {files.map((file) => (
        <a key={file.id} className="row" href={fileUrl(file, record)} download={file.name ?? ''} onClick={(e) => e.stopPropagation()}>
          <Thumb file={file} size={32} />
          <span className="el">{file.name ?? file.id}</span>
        </a>
      ))}
    </span>
  );
}
