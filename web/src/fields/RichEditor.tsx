import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { InputProps } from './kind';
import { cleanHtml } from './richhtml';

/** What the toolbar does, by the command of the browser's own editing; [command, what stands on the button, value]. */
const COMMANDS = [
  ['bold', 'B'], ['italic', 'I'], ['underline', 'U'], ['strikeThrough', 'S'], ['heading', 'H'], ['insertUnorderedList', '•'], ['insertOrderedList', '1.'], ['link', '⌁'], ['removeFormat', '⌫'],
] as const;

/** Formatted text. Ctrl/⌘ B, I, U work as everywhere; the toolbar is reached with Shift+Tab. */
export default function RichEditor({ id, field, value, onChange, onLeave, disabled, invalid, describedBy, label }: InputProps) {
  const { t } = useTranslation('fields');
  const box = useRef<HTMLDivElement>(null);
  const sent = useRef<string>(undefined);
  const html = typeof value === 'string' ? value : '';

  // What was typed here stands already; only what comes from elsewhere is put in, so that the caret stays.
  useEffect(() => {
    if (!box.current || html === sent.current || document.activeElement === box.current) return;
    sent.current = html;
    box.current.innerHTML = cleanHtml(html);
  }, [html]);

  const tell = () => {
    const now = cleanHtml(box.current?.innerHTML ?? '');
    if (now === sent.current) return;
    sent.current = now;
    onChange(now === '' ? null : now);
  };
  const run = (command: string) => {
    box.current?.focus();
    if (command === 'link') {
      const address = prompt(t('linkAddress'), 'https://');
      if (address && /^(https?:\/\/|mailto:)\S+$/i.test(address.trim())) document.execCommand('createLink', false, address.trim());
    } else if (command === 'heading') {
      const on = document.queryCommandValue('formatBlock').toLowerCase() === 'h3';
      document.execCommand('formatBlock', false, on ? 'p' : 'h3');
    } else document.execCommand(command);
    tell();
  };
  return (
    <div className={`rich-box${invalid ? ' wrong' : ''}`}>
      {disabled ? null : (
        <div className="rich-tools" role="toolbar" aria-label={t('formatting')} aria-controls={id}>
          {COMMANDS.map(([command, mark]) => (
            // The selection must not leave the text when a button is pressed.
            <button key={command} type="button" className={`ib ${command}`} onMouseDown={(e) => e.preventDefault()} onClick={() => run(command)} aria-label={t(`format.${command}`)} title={t(`format.${command}`)}>
              {mark}
            </button>
          ))}
        </div>
      )}
      <div
        ref={box}
        id={id}
        className="rich"
        role="textbox"
        tabIndex={0}
        aria-multiline="true"
        aria-label={label ?? t('formattedText', { name: field.key })}
        aria-invalid={invalid || undefined}
        aria-describedby={describedBy}
        aria-disabled={disabled || undefined}
        contentEditable={!disabled}
        suppressContentEditableWarning
        onFocus={() => document.execCommand('defaultParagraphSeparator', false, 'p')}
        onInput={tell}
        onBlur={() => {
          tell();
          onLeave?.();
        }}
        onPaste={(e) => {
          e.preventDefault();
          const pasted = e.clipboardData.getData('text/html');
          if (pasted) document.execCommand('insertHTML', false, cleanHtml(pasted));
          else document.execCommand('insertText', false, e.clipboardData.getData('text/plain'));
        }}
      />
    </div>
  );
}
