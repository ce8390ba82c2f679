import { useTranslation } from 'react-i18next';
import { PlainDialog } from './PlainDialog';

const DESIGNER = [
  ['undo', 'Ctrl Z'],
  ['redo', 'Ctrl Shift Z'],
  ['saveNow', 'Ctrl S'],
  ['areas', 'F6'],
  ['lastArea', 'Shift F6'],
  ['addType', 'Enter'],
  ['moveRow', 'Alt ↑', 'Alt ↓'],
  ['removeField', 'Delete'],
] as const;

/** The keys that do something, by where. ⌘ stands for Ctrl on a Mac. */
const SHEET = [
  ['anywhere', [['search', 'Ctrl K', '/'], ['sheet', '?'], ['close', 'Esc']]],
  ['forms', [['createNow', 'Ctrl Enter']]],
  ['inbox', [['nextTask', 'J'], ['lastTask', 'K'], ['approveTask', 'A', 'Enter']]],
  ['board', [['openCard', 'Enter'], ['pickCard', 'Space'], ['carryCard', '←', '→'], ['dropCard', 'Space']]],
  ['list', [['cells', '← ↑ ↓ →'], ['editCell', 'Enter', 'F2'], ['giveUpCell', 'Esc']]],
  ['designer', DESIGNER],
] as const;

/** In the designer, its own keys alone: there is nothing to search or to decide there. */
const DESIGNING = [
  ['designer', DESIGNER],
  ['table', [['cells', '← ↑ ↓ →'], ['editCell', 'Enter', 'F2'], ['giveUpCell', 'Esc'], ['clearCell', 'Delete'], ['moveLine', 'Alt ↑', 'Alt ↓'], ['moveColumn', 'Alt ←', 'Alt →']]],
  ['anywhere', [['sheet', '?'], ['close', 'Esc']]],
] as const;

const mac = /Mac|iP(hone|ad)/.test(navigator.platform);

/** What can be done by keyboard. */
export function Shortcuts({ onClose, designing = false }: { onClose: () => void; designing?: boolean }) {
  const { t } = useTranslation('guide');
  return (
    <PlainDialog className="palette sheet" label={t('keys')} onClose={onClose}>
      <div className="sheet-box">
        <div className="row">
          <h2 className="sp">{t('keys')}</h2>
          <button type="button" className="link s" onClick={onClose}>
            {t('closeKeys')}
          </button>
        </div>
        <div className="sheet-cols">
          {(designing ? DESIGNING : SHEET).map(([where, keys]) => (
            <section key={where} aria-label={t(`keys.${where}`)}>
              <h3 className="s">{t(`keys.${where}`)}</h3>
              <dl>
                {keys.map(([what, ...combos]) => (
                  <div key={what} className="row">
                    <dt className="sp">{t(`key.${what}`)}</dt>
                    <dd>
                      {combos.map((combo) => (
                        <kbd key={combo}>{mac ? combo.replace('Ctrl', '⌘').replace('Alt', '⌥') : combo}</kbd>
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </div>
    </PlainDialog>
  );
}
