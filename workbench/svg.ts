/**
 * Charts as SVG, drawn without a browser.
 *
 * @module
 */
import * as echarts from "echarts";
import { type ECharts, type EChartsCoreOption } from "echarts";

/** Draws a chart of so many pixels. */
export function svgOf(
  size: { readonly width: number; readonly height: number },
  option: EChartsCoreOption,
): string {
  const chart: ECharts = echarts.init(null, null, {
    ...{ renderer: "svg", ssr: true },
    ...size,
  });
  chart.setOption({ animation: false, backgroundColor: "#fff", ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
