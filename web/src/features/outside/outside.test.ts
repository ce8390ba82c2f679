import { expect, test } from 'vitest';
import { sourceOf } from './PublicForm';

test('only the parameters that the form keeps are sent, and the host a visitor came from', () => {
  expect(sourceOf(['utm_source', 'utm_campaign'], '?utm_source=seo&secret=1', '', 'crm.example.com')).toEqual({ utm_source: 'seo' });
  expect(sourceOf(['referrer'], '', 'https://search.example.com/?q=pump', 'crm.example.com')).toEqual({ referrer: 'search.example.com' });
  expect(sourceOf(['referrer'], '', 'https://crm.example.com/p/x', 'crm.example.com')).toEqual({});
  expect(sourceOf(['referrer'], '?referrer=partner', 'https://a.example.com/', 'crm.example.com')).toEqual({ referrer: 'partner' });
  expect(sourceOf(['referrer'], '', 'no address', 'x')).toEqual({});
  expect(sourceOf(['utm_source'], `?utm_source=${'x'.repeat(500)}`, '', 'x').utm_source).toHaveLength(200);
});
