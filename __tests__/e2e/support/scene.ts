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
  readonly listed?: readonly object[];
  readonly log?: readonly object[];
  /** Another state of a screen that is in the list anyway: in the pictures, but not measured again. */
  readonly twin?: true;
  /** Selectors to tap before the picture. */
  readonly click?: readonly string[];
}
