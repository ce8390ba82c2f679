import { Button, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { toast } from '@/ui/toast';

/** Something that is shown once, to be copied. */
export function Secret({ value, label }: { value: string; label: string }) {
  const { t } = useTranslation(['profile', 'common']);
  const copy = () => {
    navigator.clipboard.writeText(value).then(
      () => toast(t('copied')),
      () => toast(t('copyByHand'), { kind: 'bad' }),
    );
  };
  return (
    <div className="secret">
      <Input.TextArea readOnly autoSize value={value} aria-label={label} onFocus={(e) => e.target.select()} />
      <Button icon={<Icon name="copy" size={14} />} onClick={copy}>
        {t('copy')}
      </Button>
    </div>
  );
}
