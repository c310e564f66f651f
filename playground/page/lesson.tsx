/**
 * A lesson's text beside the cluster that it speaks of: its numbers are dials.
 *
 * @module
 */
import { useEffect, useRef } from "preact/hooks";
import { type Claim, type Lesson, type Step } from "../../lessons/lesson.ts";
import { lessons } from "../../lessons/lessons.ts";
import { type Catalog } from "../run/catalog.ts";

/** A step of a lesson, by its address: `broadcast/1_tell_all`. */
export interface Found {
  readonly lesson: Lesson;
  readonly step: Step;
  /** From 0. */
  readonly at: number;
}

export function findStep(address: string): Found | undefined {
  const [id, name] = address.split("/");
  const lesson = lessons.find((it) => it.id === id);
  const at = lesson?.steps.findIndex((it) =>
    name === undefined || it.id === name
  );
  if (lesson === undefined || at === undefined || at < 0) return undefined;
  return { lesson, at, step: lesson.steps[at] };
}

export const addressOfStep = ({ id }: Lesson, step: Step): string =>
  `${id}/${step.id}`;

interface Props {
  readonly catalog: Catalog;
  /** The step that is open; none: the list of all. */
  readonly address: string | undefined;
  /** Opens a step, or the list. */
  readonly open: (address: string | undefined) => void;
  /** Shows what a claim says, at a time in ms if there is one. */
  readonly show: (step: Step, claim: Claim, at?: number) => void;
  /** Shows the program's text. */
  readonly read: () => void;
  /** Turns dials: flags without their dashes, and their values. */
  readonly turn: (flags: URLSearchParams) => void;
}

export function LessonPane(
  { catalog, address, open, show, read, turn }: Props,
) {
  const found = address === undefined ? undefined : findStep(address);
  if (found === undefined) return <Contents open={open} />;
  const { lesson, step, at } = found;
  const html = catalog.pages[step.text] ?? "";
  const next = lesson.steps[at + 1];
  const before = lesson.steps[at - 1];
  const go = (to: Step) => open(addressOfStep(lesson, to));
  return (
    <article class="lesson">
      <nav aria-label="Lesson">
        <button type="button" class="link" onClick={() => open(undefined)}>
          All lessons
        </button>
        <span class="grey">
          {lesson.title}, {at + 1} of {lesson.steps.length}
        </span>
      </nav>
      <Text
        html={html}
        follow={(link) => {
          const [, query] = /^#set\?(.*)$/.exec(link) ?? [];
          const [, at, n] = /^#(?:at=([\d.]+)&)?claim=(\d+)$/.exec(link) ?? [];
          const claim = step.claims[Number(n) - 1];
          const [, abroad] = /^\.\.\/(\w+\/\d\w*)\.md/.exec(link) ?? [];
          const [, file] = /([\w]+)\.md$/.exec(link) ?? [];
          const other = lesson.steps.find(({ id }) => id === file);
          if (query !== undefined) turn(new URLSearchParams(query));
          else if (claim !== undefined) {
            show(step, claim, at === undefined ? undefined : Number(at) * 1000);
          } else if (abroad !== undefined) open(abroad);
          else if (other !== undefined) go(other);
          else if (/^(\.\.\/)+\w+\.ts$/.test(link)) read();
          else return false;
          return true;
        }}
      />
      <section class="claims" aria-label="Try it">
        <h2>Try it</h2>
        <ul>
          {step.claims.map((claim) => (
            <li key={claim.title}>
              <button
                type="button"
                class="act"
                onClick={() => show(step, claim)}
              >
                {claim.title}
              </button>
              <span class="grey">
                {"fails" in claim
                  ? ` fails: ${claim.fails}`
                  : claim.valid === 1
                  ? " valid"
                  : ` valid over ${claim.valid} seeds`}
              </span>
            </li>
          ))}
        </ul>
      </section>
      <nav class="steps" aria-label="Steps">
        {before
          ? (
            <button type="button" class="act" onClick={() => go(before)}>
              ‹ {before.title}
            </button>
          )
          : <span />}
        {next && (
          <button type="button" class="act" onClick={() => go(next)}>
            {next.title} ›
          </button>
        )}
      </nav>
    </article>
  );
}

/** The project's own HTML, whose links are followed here if they can be. */
function Text({ html, follow }: {
  readonly html: string;
  readonly follow: (link: string) => boolean;
}) {
  const ref = useRef<HTMLDivElement>(null);
  // A page is read from its beginning.
  useEffect(() => ref.current?.closest(".side")?.scrollTo(0, 0), [html]);
  return (
    <div
      ref={ref}
      class="text"
      // deno-lint-ignore react-no-danger -- made from the lesson's own page
      dangerouslySetInnerHTML={{ __html: html }}
      onClick={(event) => {
        const { target } = event;
        if (!(target instanceof Element)) return;
        const link = target.closest("a")?.getAttribute("href");
        if (link !== null && link !== undefined && follow(link)) {
          event.preventDefault();
        }
      }}
    />
  );
}

function Contents({ open }: { readonly open: Props["open"] }) {
  return (
    <article class="lesson">
      <h1>Lessons</h1>
      <p>
        From a naive program to a good one, a step at a time: each runs here,
        and shows where it fails.
      </p>
      {lessons.map((lesson) => (
        <section key={lesson.id}>
          <h2>
            {lesson.challenge}. {lesson.title}
          </h2>
          <p class="grey">{lesson.themes.join(", ")}</p>
          <p>{lesson.about}</p>
          <ol>
            {lesson.steps.map((step) => (
              <li key={step.id}>
                <button
                  type="button"
                  class="link"
                  onClick={() => open(addressOfStep(lesson, step))}
                >
                  {step.title}
                </button>
              </li>
            ))}
          </ol>
          <p class="grey">What is given up: {lesson.givesUp}</p>
        </section>
      ))}
    </article>
  );
}
