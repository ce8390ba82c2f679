import { createContext, useContext } from 'react';

export interface ThemeState {
  choice: 'system' | 'light' | 'dark';
  dark: boolean;
  setChoice: (choice: 'system' | 'light' | 'dark') => void;
}

export const ThemeContext = createContext<ThemeState>({ choice: 'system', dark: false, setChoice: () => {} });

export function useTheme(): ThemeState {
  return useContext(ThemeContext);
}
