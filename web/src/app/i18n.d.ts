import 'i18next';
import type common from '../locales/zh-CN/common.json';
import type fields from '../locales/zh-CN/fields.json';
import type login from '../locales/zh-CN/login.json';
import type setup from '../locales/zh-CN/setup.json';
import type templates from '../locales/zh-CN/templates.json';
import type home from '../locales/zh-CN/home.json';
import type board from '../locales/zh-CN/board.json';
import type list from '../locales/zh-CN/list.json';
import type record from '../locales/zh-CN/record.json';
import type history from '../locales/zh-CN/history.json';
import type inbox from '../locales/zh-CN/inbox.json';
import type dashboard from '../locales/zh-CN/dashboard.json';
import type compliance from '../locales/zh-CN/compliance.json';
import type forecast from '../locales/zh-CN/forecast.json';
import type people from '../locales/zh-CN/people.json';
import type outbound from '../locales/zh-CN/outbound.json';
import type adoption from '../locales/zh-CN/adoption.json';
import type system from '../locales/zh-CN/system.json';
import type profile from '../locales/zh-CN/profile.json';
import type bin from '../locales/zh-CN/bin.json';
import type duplicates from '../locales/zh-CN/duplicates.json';
import type designer from '../locales/zh-CN/designer.json';
import type flow from '../locales/zh-CN/flow.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    keySeparator: false;
    returnNull: false;
    interpolation: { prefix: '{'; suffix: '}' };
    resources: {
      common: typeof common; fields: typeof fields; login: typeof login; setup: typeof setup; templates: typeof templates;
      home: typeof home; board: typeof board; list: typeof list; record: typeof record; history: typeof history; inbox: typeof inbox;
      dashboard: typeof dashboard; forecast: typeof forecast; compliance: typeof compliance; people: typeof people; outbound: typeof outbound; system: typeof system; adoption: typeof adoption; profile: typeof profile; bin: typeof bin; duplicates: typeof duplicates; designer: typeof designer; flow: typeof flow;
    };
  }
}
