/**
 * A disk that is a folder of the machine.
 *
 * @module
 */
import { type Disk, DiskError } from "./disk.ts";
import { messageOf } from "./errors.ts";

/**
 * The folder of a node below another one, which must be there. It is this
 * process's alone until that ends, however it does.
 *
 * @throws {DiskError} it is not, or the node may not use it, or another does
 */
export function openFileDisk(folder: string, owner: string): Disk {
  const own = `${folder}/${encodeURIComponent(owner)}`;
  prepare(folder, own);
  /** Those that are appended to. */
  const files = new Map<string, Deno.FsFile>();
  const path = (file: string) => `${own}/${file}`;

  const failed = (what: string, file: string, error: unknown): DiskError =>
    new DiskError(`${file} can't be ${what}: ${messageOf(error)}`);

  const fileOf = (file: string): Deno.FsFile =>
    files.getOrInsertComputed(
      file,
      () => {
        const it = Deno.openSync(path(file), { append: true, create: true });
        syncFolder(own);
        return it;
      },
    );

  return {
    async read(file) {
      try {
        return await Deno.readFile(path(file));
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw failed("read", file, error);
      }
    },
    append(file, bytes) {
      try {
        const it = fileOf(file);
        for (let rest = bytes; rest.length > 0;) {
          rest = rest.subarray(it.writeSync(rest));
        }
      } catch (error) {
        throw failed("written", file, error);
      }
    },
    async sync(file) {
      try {
        await fileOf(file).syncData();
      } catch (error) {
        throw failed("synced", file, error);
      }
    },
    async replace(file, bytes) {
      try {
        await write(`${path(file)}.new`, bytes);
        await Deno.rename(`${path(file)}.new`, path(file));
        syncFolder(own);
        files.get(file)?.close();
        files.delete(file);
      } catch (error) {
        throw failed("replaced", file, error);
      }
    },
  };
}

/** Makes a file of what it is to have, on the disk. */
async function write(path: string, bytes: Uint8Array): Promise<void> {
  const file = await Deno.create(path);
  try {
    for (let rest = bytes; rest.length > 0;) {
      rest = rest.subarray(await file.write(rest));
    }
    await file.sync();
  } finally {
    file.close();
  }
}

/**
 * A new name outlives a crash only then: Pillai et al., "All File Systems Are
 * Not Created Equal", OSDI 2014.
 */
function syncFolder(path: string): void {
  using folder = Deno.openSync(path);
  folder.syncSync();
}

/** A killed process may take so many ms to be gone. */
const DYING = 2000;

/** Locks a folder until this process ends. @throws {DiskError} another has it */
function lock(folder: string): void {
  const options = { write: true, create: true };
  const file = Deno.openSync(`${folder}/lock`, options);
  for (let waited = 0; !file.tryLockSync(true); waited += 50) {
    if (waited >= DYING) {
      throw new DiskError(
        `another process uses ${folder}: end it, or use another folder`,
      );
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
}

/** @throws {DiskError} */
function prepare(folder: string, own: string): void {
  try {
    if (!Deno.statSync(folder).isDirectory) {
      throw new DiskError("it is a file, not a folder");
    }
    Deno.mkdirSync(own, { recursive: true });
    syncFolder(folder);
    lock(own);
  } catch (error) {
    if (error instanceof DiskError) throw error;
    throw new DiskError(whyNot(folder, error));
  }
}

function whyNot(folder: string, error: unknown): string {
  if (error instanceof Deno.errors.NotFound) {
    return "there is no such folder: make it first";
  }
  if (error instanceof Deno.errors.NotCapable) {
    return "the first line of this script lets it use the folder data only, " +
      `where it is started: run it with --allow-read=${folder} and ` +
      `--allow-write=${folder} to use another one`;
  }
  return `it can't be used: ${messageOf(error)}`;
}
