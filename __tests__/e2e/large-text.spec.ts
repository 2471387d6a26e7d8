// For whoever has set the text of his browser to twice its size, which leaves the width of the page as it is.
import { expect, test } from "@playwright/test";
import { openStage } from "./support/scene-page.ts";
import { scenes } from "./support/scenes.ts";
import { startStaticSite } from "./support/static-site.ts";

test("with text of twice the size no word of the lobby's buttons lies over the next one, in either language", async ({ browser }) => {
  const site = await startStaticSite("dist/public");
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, reducedMotion: "reduce", serviceWorkers: "block" });
  const { page, show } = await openStage(context, site.origin);
  const lobby = scenes.find(({ name }) => name === "lobby-host");
  if (lobby === undefined) throw new Error("There is no scene of the lobby.");
  for (const locale of ["en", "tr"]) {
    await show({ ...lobby, locale });
    const beyond = await page.locator(".lobby-tools button").evaluateAll((buttons) => {
      for (const button of buttons as HTMLElement[])
        button.style.fontSize = `${2 * Number.parseFloat(getComputedStyle(button).fontSize)}px`;
      return buttons.flatMap((button) => {
        const words = document.createRange();
        words.selectNodeContents(button);
        const [inner, outer] = [words.getBoundingClientRect(), button.getBoundingClientRect()];
        return inner.left < outer.left || inner.right > outer.right ? [button.textContent] : [];
      });
    });
    expect([locale, beyond]).toEqual([locale, []]);
    await expect(page.locator(".lobby-tools button")).toHaveCount(4);
  }
  await context.close();
  await site.close();
});
