// One made-up state of the page: what it is told, where it stands, and what is tapped before it is looked at.
import type { ClassTable } from "../../../public/app/chsh/model/class-table.ts";
import type { Table } from "../../../public/app/model/model.ts";

export interface Scene {
  readonly name: string;
  readonly path: string;
  readonly table?: Table | ClassTable;
  /** The page's seat; null is the host's chair; left out, it watches. */
  readonly seat?: number | null;
  readonly theme?: string;
  readonly locale?: string;
  /** What else lies on the device, by key. */
  readonly shelf?: Readonly<Record<string, string>>;
  readonly listed?: readonly object[];
  readonly log?: readonly object[];
  /** Selectors to tap, in order, once the page is there. */
  readonly click?: readonly string[];
  /** What is seen when the scene is complete, where that takes more than the first look. */
  readonly shows?: string;
  /** Messages of the server after its first answer. */
  readonly tells?: readonly (readonly [type: string, data: object])[];
  /** The server closes the socket with this code. */
  readonly closes?: number;
  /** The server never answers. */
  readonly silent?: true;
}
