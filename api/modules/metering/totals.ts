/** Totals of a run, which stand on its row, where the viewer is told them. */
import type { Viewer } from '../../auth/viewer.js';
import { totalsAreTold } from '../../visibility/totals.js';
import type { Row } from '../row.js';
import type { IntervalTotals, StageTotal } from './types.js';

export function totalsOf(run: Row, viewer: Viewer): IntervalTotals | null {
  if (!totalsAreTold(viewer, run.participants as number)) return null;
  const at = (column: string): string => run[column] as string;
  const stage = (name: string): StageTotal => ({
    quantityWh: at(`${name}_wh`),
    amountMicros: at(`${name}_micros`),
  });
  return {
    importWh: at('import_wh'),
    exportWh: at('export_wh'),
    contracted: stage('contracted'),
    nominated: stage('nominated'),
    community: stage('community'),
    residualImport: stage('residual_import'),
    residualExport: stage('residual_export'),
  };
}
