const rightToLeft = /^(ar|dv|fa|he|ks|ku|ps|sd|ug|ur|yi)\b/i;

/** Which way the lines run: as the language has it, or as `?dir=` asks to try. */
export function direction(language: string, search = location.search): 'ltr' | 'rtl' {
  const asked = new URLSearchParams(search).get('dir');
  if (asked === 'rtl' || asked === 'ltr') return asked;
  return rightToLeft.test(language) ? 'rtl' : 'ltr';
}
