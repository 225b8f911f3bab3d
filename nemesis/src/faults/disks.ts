import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { onEnd } from '../cleanUp.ts';
import { tempFolder } from '../folders.ts';
import { lacksRoot, lacksTools, tool } from './machine.ts';

export interface Mount {
  path: string;
  unmount(): void;
}

function mounted(path: string): Mount {
  const unmount = onEnd(() => {
    try {
      tool('umount', path);
    } catch {
      // Somebody may still hold a file; it lets go when it ends.
      tool('umount', '-l', path);
    }
  });
  return { path, unmount };
}

/** A small file system in memory, to be filled. */
export function mountMemory(path: string, mebibytes: number): Mount {
  mkdirSync(path, { recursive: true });
  tool('mount', '-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'nemesis', path);
  return mounted(path);
}

function mountImage(image: string, path: string): Mount {
  mkdirSync(path, { recursive: true });
  tool('mount', '-o', 'loop', image, path);
  return mounted(path);
}

function makeImage(image: string, mebibytes: number): void {
  tool('truncate', '-s', `${mebibytes}M`, image);
  tool('mkfs.ext4', '-q', '-F', image);
}

/** A disk whose power can be cut, as far as a program can tell. */
export interface CuttableDisk {
  path: string;
  /**
   * A copy of what has reached the disk so far, as after a power cut: what was written and not synced is missing.
   * Whoever writes to it has to be stopped meanwhile.
   */
  cut(): Mount;
  remove(): void;
}

const INNER_MIB = 192;

/**
 * A file system on a file of another file system: what the inner one has handed to its device is in that file, what it
 * only holds in memory is not. Freezing the outer one lets the file be copied as it is at one instant.
 */
export function makeCuttableDisk(): CuttableDisk {
  const folder = tempFolder('disk');
  const outerImage = join(folder.path, 'outer.img');
  makeImage(outerImage, INNER_MIB * 2);
  const outer = mountImage(outerImage, join(folder.path, 'outer'));
  const innerImage = join(outer.path, 'inner.img');
  makeImage(innerImage, INNER_MIB);
  const inner = mountImage(innerImage, join(folder.path, 'inner'));
  let cuts = 0;
  return {
    path: inner.path,
    cut() {
      const copy = join(folder.path, `cut-${++cuts}.img`);
      tool('fsfreeze', '-f', outer.path);
      try {
        tool('cp', '--sparse=always', innerImage, copy);
      } finally {
        tool('fsfreeze', '-u', outer.path);
      }
      const mount = mountImage(copy, join(folder.path, `cut-${cuts}`));
      return {
        path: mount.path,
        unmount() {
          mount.unmount();
          rmSync(copy, { force: true });
        },
      };
    },
    remove() {
      inner.unmount();
      outer.unmount();
      folder.remove();
    },
  };
}

/** Why there can be no such disk here. */
export function lacksCuttableDisk(): string | undefined {
  const lacks = lacksRoot() ?? lacksTools('mount', 'umount', 'mkfs.ext4', 'fsfreeze', 'truncate', 'cp');
  if (lacks !== undefined) return lacks;
  const folder = tempFolder('probe');
  try {
    makeImage(join(folder.path, 'probe.img'), 4);
    mountImage(join(folder.path, 'probe.img'), join(folder.path, 'probe')).unmount();
    return undefined;
  } catch (error) {
    return `images cannot be mounted here: ${(error as Error).message.split('\n')[0]}`;
  } finally {
    folder.remove();
  }
}

export function lacksMemoryDisk(): string | undefined {
  const lacks = lacksRoot() ?? lacksTools('mount', 'umount');
  if (lacks !== undefined) return lacks;
  const folder = tempFolder('probe');
  try {
    mountMemory(join(folder.path, 'probe'), 1).unmount();
    return undefined;
  } catch (error) {
    return `tmpfs cannot be mounted here: ${(error as Error).message.split('\n')[0]}`;
  } finally {
    folder.remove();
  }
}
