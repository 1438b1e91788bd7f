import { byId } from './dom.ts';

/**
 * The views, of which one is shown. Arrows go from one to the next, as everywhere.
 *
 * @param onShow is told which one is shown now.
 */
export function joinTabs(onShow: (id: string) => void): void {
  const tabs = [...document.querySelectorAll<HTMLElement>('[role=tab]')];
  const show = (chosen: HTMLElement): void => {
    for (const tab of tabs) {
      tab.setAttribute('aria-selected', String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      byId(tab.getAttribute('aria-controls') ?? '').hidden = tab !== chosen;
    }
    onShow(chosen.getAttribute('aria-controls') ?? '');
  };
  tabs.forEach((tab, index) => {
    tab.addEventListener('click', () => {
      show(tab);
    });
    tab.addEventListener('keydown', ({ key }) => {
      const places: Readonly<Record<string, number>> = {
        ArrowRight: index + 1,
        ArrowLeft: index - 1,
        Home: 0,
        End: tabs.length - 1,
      };
      const place = places[key];
      if (place === undefined) return;
      const next = tabs.at(place % tabs.length);
      next?.focus();
      next?.click();
    });
  });
  tabs[0]?.click();
}
