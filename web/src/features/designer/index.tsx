/** The list of apps one may design. */
export function DesignHome() {
  return null;
}

/** The designer of one app. */
export function Designer() {
  return null;
}
