/**
 * Keeps the page as high as what is seen of it. Where the keyboard shrinks the window this changes nothing; on
 * iOS the keyboard lies over the page, and only the visual viewport knows.
 */
export function followViewport(us: Window): void {
  const viewport = us.visualViewport;
  if (!viewport) return;
  const fit = () => {
    us.document.documentElement.style.setProperty('--app-height', `${viewport.height * viewport.scale}px`);
    // iOS pushes the page up to show the field; the field is in sight already.
    if (viewport.offsetTop > 0 && viewport.scale === 1) us.scrollTo(0, 0);
  };
  viewport.addEventListener('resize', fit);
  viewport.addEventListener('scroll', fit);
  fit();
}
