// npm run gallery: photographs every component in all its states, at three widths, by day and by night, into docs/gallery.
import { ensureBuilt } from './parts/builds.mjs';
import { ensureChromium } from './parts/chromium.mjs';
import { must, tool } from './parts/command.mjs';
import { ensureInstalled } from './parts/install.mjs';
import { say } from './parts/project.mjs';

await ensureInstalled();
await ensureBuilt();
await ensureChromium();
await must(
  tool('vitest', ['run', '--project', 'browser', 'stories/browser/gallery.test.ts'], {
    show: true,
    env: { GALLERY: 'docs/gallery' },
  }),
);
say('The pictures are in docs/gallery.');
