"""Words and colours all pages share, and the style sheet."""

from __future__ import annotations

import hashlib

import streamlit as st

from fascore.labels import LIVE, SPOOF
from fascore.models import model_title as model_title

WORDS = {LIVE: ("LIVE", "bona fide", "●"), SPOOF: ("SPOOF", "attack", "▲")}
# on light and on dark ground; blue and vermilion are told apart with every common colour blindness
INKS = {
    "live": ("#0067A3", "#6BB8E8"),
    "spoof": ("#A84300", "#FF9F5F"),
    "soft": ("#3D4854", "#BAC3CD"),
    "line": ("#D9DEE5", "#3A434E"),
    "shade": ("#EDF0F4", "#262E37"),
    "picked": ("#D6E8F5", "#17415F"),
}
VARIABLES = " ".join(f"--fs-{name}: light-dark({a}, {b});" for name, (a, b) in INKS.items())
STYLE = f"""
<style>
:root {{ {VARIABLES} }}
:is(a, button, input, textarea, summary, [tabindex]):focus-visible,
label:has(:focus-visible) {{
  outline: 3px solid light-dark(#0060A0, #7CC0EB) !important; outline-offset: 2px; }}
[data-testid="stElementToolbar"]:focus-within {{ opacity: 1 !important; }}
[data-testid="stMultiSelect"] span[title], [data-testid="stMultiSelect"] span[title] + * {{
  color: light-dark(#fff, #10161C); }}
.block-container {{ padding-top: 3.2rem; padding-bottom: 3rem; max-width: 1500px; }}
.st-key-grid {{ margin-top: 1rem; }}
.st-key-navigation {{ gap: .5rem; margin-top: -1.5rem; padding-bottom: 1rem;
  border-bottom: 1px solid var(--fs-line); }}
/* the limit that Streamlit states is above ours, so that a refusal has our sentence */
[data-testid="stFileUploaderDropzoneInstructions"] {{ display: none; }}
.st-key-opening h2 {{ font-size: 1.25rem; padding: .4rem 0 .3rem; }}
.st-key-opening[data-testid] {{ gap: .5rem; }}
.st-key-opening [data-testid="stVerticalBlock"] {{ gap: .25rem; }}
.st-key-second_rows {{ max-width: 1000px; }}
.fs-model {{ font-weight: 700; font-size: 1.05rem; line-height: 1.3; }}
.fs-verdict {{ border-left: 6px solid; padding: .1rem 0 .1rem .7rem; }}
.fs-live {{ border-color: var(--fs-live); }}
.fs-spoof {{ border-color: var(--fs-spoof); }}
.fs-word {{ font-weight: 800; font-size: 1.35rem; line-height: 1.3; }}
.fs-live .fs-word {{ color: var(--fs-live); }}
.fs-spoof .fs-word {{ color: var(--fs-spoof); }}
.fs-word small {{ font-weight: 500; font-size: .9rem; }}
.fs-chips {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(4.6rem, 1fr));
  gap: .5rem; }}
.fs-chip {{ border-left-style: solid; border-left-width: 5px; padding: .1rem .2rem .1rem .5rem;
  font-size: .9rem; line-height: 1.3; background: var(--fs-shade); border-radius: 0 4px 4px 0; }}
.fs-chip .fs-word {{ font-size: 1.15rem; white-space: nowrap; }}
.fs-sentence {{ font-size: 1.1rem; line-height: 1.45; margin: .7rem 0 0; }}
/* as high as the answer, so that nothing moves when it comes; but only where one will come */
[data-testid="stMain"]:has(.st-key-pictures) .st-key-answer_place {{ min-height: 8.2rem; }}
.modebar-container {{ display: none; }} /* `save_buttons` presses what is in it */
.st-key-progress {{ min-height: 2.2rem; }} /* nothing below moves when work begins and ends */
.st-key-start_noise_chart {{ min-height: 25rem; }} /* as high as the chart, which comes last */
/* as high as the strip of scores will be with its buttons, or the picture beside it */
.st-key-firmness_panel {{ min-height: max(28rem, calc(var(--fs-strip) + 3.6rem)); }}
.st-key-firmness .fs-wait {{ aspect-ratio: auto; height: var(--fs-strip); }}
.st-key-firmness .fs-strip {{ display: block; cursor: pointer; }}
.st-key-firmness .fs-strip * {{ pointer-events: none; }} /* the nearest point is shown, not words */
.fs-firm, .fs-firm-wait {{ margin: 0; padding-left: 1.1rem; line-height: 1.5; }}
.fs-bar {{ position: relative; height: 14px; background: var(--fs-line); border-radius: 3px;
  margin: .45rem 0 .35rem 0; }}
.fs-fill {{ position: absolute; inset: 0 auto 0 0; border-radius: 3px; }}
.fs-live .fs-fill {{ background: var(--fs-live); }}
.fs-spoof .fs-fill {{ background: var(--fs-spoof); }}
.fs-mark {{ position: absolute; top: -4px; bottom: -4px; width: 3px; margin-left: -1px;
  background: light-dark(#17202A, #fff); outline: 1px solid light-dark(#fff, #17202A); }}
.fs-small {{ font-size: .84rem; line-height: 1.35; color: var(--fs-soft); }}
.fs-method {{ font-weight: 600; font-size: .95rem; }}
.fs-method small {{ font-weight: 400; color: var(--fs-soft); font-size: .84rem; }}
.fs-scale {{ height: 10px; border-radius: 2px; border: 1px solid var(--fs-line); }}
.fs-ends {{ display: flex; justify-content: space-between; flex-wrap: wrap; column-gap: .5rem;
  font-size: .76rem; color: var(--fs-soft); }}
.fs-quality {{ min-height: 2.7em; }}
[data-testid="stCaptionContainer"] {{ opacity: 1; }}
[data-testid="stCaptionContainer"], [data-testid="stImageCaption"],
[data-testid="stImageCaption"] * {{ color: var(--fs-soft) !important; }}
.fs-wait {{ aspect-ratio: 1; background: var(--fs-shade); border-radius: 4px; display: flex;
  align-items: center; justify-content: center; color: var(--fs-soft); font-size: .85rem;
  text-align: center; padding: 1rem; }}
.fs-table {{ overflow-x: auto; }}
.fs-table table {{ border-collapse: collapse; width: 100%; font-size: .9rem; }}
.fs-table th, .fs-table td {{ padding: .3rem .45rem; text-align: right;
  border-bottom: 1px solid var(--fs-line); white-space: nowrap;
  font-variant-numeric: tabular-nums; }}
.fs-table th {{ font-weight: 600; vertical-align: bottom; }}
.fs-table :is(th, td):first-child {{ text-align: left; white-space: normal; }}
.fs-claim {{ font-weight: 700; font-size: 1.15rem; line-height: 1.35; }}
.fs-answer {{ display: inline-block; margin-top: .5rem; padding: .1rem .7rem; border-radius: 4px;
  font-weight: 800; font-size: 1.2rem; background: var(--fs-shade); }}
.fs-answer.fs-yes {{ background: light-dark(#D6E8F5, #17415F);
  color: light-dark(#00527F, #D6E8F5); }}
.fs-answer.fs-no {{ background: light-dark(#FBE3D6, #5A2A10);
  color: light-dark(#8A2F00, #FBE3D6); }}
.fs-answered {{ display: grid; grid-template-columns: 9.5rem 1fr; gap: .2rem 1rem;
  align-items: center; margin: .15rem 0; }}
.fs-answered .fs-answer {{ margin: 0; font-size: 1rem; justify-self: start; }}
.fs-mean-maps {{ overflow-x: auto; }}
.fs-mean-maps table {{ border-collapse: collapse; font-size: .9rem; }}
.fs-mean-maps :is(td, th) {{ padding: .25rem .5rem .25rem 0; vertical-align: bottom;
  text-align: left; font-weight: 600; }}
.fs-mean-maps tbody th {{ vertical-align: middle; }}
.fs-mean-maps img {{ width: clamp(64px, 15vw, 150px); image-rendering: pixelated;
  border-radius: 3px; border: 1px solid var(--fs-line); }}
.fs-mean-maps .fs-small {{ font-weight: 400; }}
.fs-mean-scale {{ max-width: 640px; margin-top: .4rem; }}
.fs-tile img {{ width: 96px; border-radius: 4px; }}
.fs-scores td {{ padding: .05rem .4rem .05rem 0 !important; border: 0 !important;
  font-size: .8rem; }}
[class*="st-key-pick_"] button {{ min-height: 7.2rem; padding: 5.6rem .1rem .3rem;
  background: no-repeat center .45rem / 5rem 5rem; align-items: flex-end; }}
[class*="st-key-pick_"] button p {{ font-size: .8rem; }}
[class*="st-key-pick_"] button[kind="primary"] {{ background-color: var(--fs-picked);
  color: inherit; border: 2px solid var(--fs-live); }}
[class*="st-key-faces"] [data-testid="stHorizontalBlock"] {{ gap: .5rem;
  flex-wrap: wrap; }}
[class*="st-key-faces"] [data-testid="stColumn"][data-testid] {{ flex: 1 1 4.4rem;
  min-width: 4.4rem; }} /* named twice: it holds in the grid of a narrow screen too */
@media (max-width: 1150px) {{
  .st-key-grid [data-testid="stHorizontalBlock"] {{ flex-wrap: wrap; }}
  .st-key-grid [data-testid="stColumn"] {{ min-width: calc(50% - 1rem); }}
}}
@media (max-width: 640px) {{
  .block-container {{ padding-left: 1rem; padding-right: 1rem; }}
  .st-key-grid [data-testid="stHorizontalBlock"] {{ column-gap: .6rem; }}
  .st-key-grid [data-testid="stColumn"] {{ flex: 1 1 calc(50% - .3rem);
    min-width: calc(50% - .3rem); }}
  .st-key-firmness_panel {{ min-height: calc(var(--fs-strip) + 32rem); }}
  .st-key-firmness_panel [data-testid="stColumn"] {{ flex: 1 1 100%; min-width: 100%; }}
  .fs-chip {{ font-size: .74rem; padding-left: .3rem; }}
  .fs-chip .fs-word {{ font-size: .86rem; }}
  :is(.st-key-pictures, .st-key-tiles) [data-testid="stHorizontalBlock"] {{ flex-wrap: wrap; }}
  .st-key-tiles [data-testid="stHorizontalBlock"] {{ column-gap: 1rem; }}
  .st-key-tiles [data-testid="stColumn"] {{ flex: 0 1 calc(50% - .5rem);
    min-width: calc(50% - .5rem); }}
  .st-key-pictures [data-testid="stColumn"] {{ flex: 0 1 calc(50% - .6rem);
    min-width: calc(50% - .6rem); }}
  .st-key-grid .st-key-second_rows [data-testid="stHorizontalBlock"] {{ flex-wrap: nowrap; }}
  .st-key-grid .st-key-second_rows [data-testid="stColumn"] {{ min-width: 0; flex: 1 1 0; }}
  .fs-answered {{ grid-template-columns: 1fr; margin: .6rem 0; }}
  .st-key-start_verdicts [data-testid="stHorizontalBlock"] {{ flex-wrap: wrap; }}
  .st-key-start_verdicts [data-testid="stColumn"] {{ min-width: calc(50% - 1rem); flex: 1 1 0; }}
  .fs-table table {{ font-size: .8rem; }}
  .fs-table th, .fs-table td {{ padding: .3rem .3rem; }}
  .fs-table th {{ white-space: normal; }}
  h1 {{ font-size: 1.9rem !important; }}
}}
</style>
"""


def style() -> None:
    """Puts the style sheet on the page."""
    st.html(STYLE)


def image_key(sample_id: str) -> str:
    """What stands for an image in the key of a widget, and so in a style's name.

    Ids that differ in a sign or an accent alone have keys of their own, of letters and digits.
    """
    return hashlib.sha256(sample_id.encode()).hexdigest()[:16]
