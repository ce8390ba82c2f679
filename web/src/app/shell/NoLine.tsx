import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLine } from '@/api/line';
import { Icon } from '@/ui/Icon';

/** How long the line may be gone before it is told of, in milliseconds. */
const pause = 1_500;

/** Says that the server cannot be reached, and what can be done all the same. */
export function NoLine() {
  const { t } = useTranslation();
  const holds = useLine();
  const [told, setTold] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setTold(!holds), holds ? 0 : pause);
    return () => clearTimeout(timer);
  }, [holds]);
  // The box stands from the beginning: what appears in it is read out.
  return (
    <div role="status" className="no-line">
      {told && !holds ? (
        <p>
          <Icon name="clock" size={14} />
          <span>{t('noLine')}</span>
        </p>
      ) : null}
    </div>
  );
}
