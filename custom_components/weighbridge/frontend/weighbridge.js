// The dashboard of Weighbridge: one view for each person, made of Home Assistant's own cards.
// Works as it is in the browser: nothing is built, nothing is fetched from elsewhere.

const NAME = "weighbridge";
const YEARS = 5;

// What Community dashboards says of it, before there is anybody to ask for texts.
const DESCRIPTIONS = {
  de: "Gewicht, Trend und Körperzusammensetzung über Jahre, eine Seite je Person.",
  en: "Weight, trend and body composition over years, a page for each person.",
  es: "Peso, tendencia y composición corporal a lo largo de los años, una página por persona.",
  fr: "Poids, tendance et composition corporelle au fil des années, une page par personne.",
  it: "Peso, tendenza e composizione corporea negli anni, una pagina per persona.",
  nl: "Gewicht, trend en lichaamssamenstelling over jaren, één pagina per persoon.",
  pl: "Waga, trend i skład ciała na przestrzeni lat, po jednej stronie na osobę.",
  sv: "Vikt, trend och kroppssammansättning över åren, en sida per person.",
};

const WEIGHT = ["weight", "weight_trend", "last_weigh_in", "goal_weight", "weight_change"];
const GOAL = ["to_goal"];
const GOAL_DATE = ["goal_date"];
const STATUS = ["status"];
const COMPOSITION = [
  "body_fat", "muscle_mass", "body_water", "bone_mass", "fat_mass", "fat_free_mass", "visceral_fat", "bmi",
  "basal_metabolic_rate", "metabolic_age", "heart_rate",
];
const PRESSURE = ["systolic", "diastolic"];
const GARMIN = ["status", "last_push", "pending", "next_try"];
const BATTERY = ["battery", "battery_level", "battery_low", "last_sync"];

const MINUTE = 60_000;

const describe = (hass) => hass.callWS({ type: `${NAME}/dashboard`, language: hass.language });

const heading = (text, more) => ({ type: "heading", heading: text, ...more });
const tile = (entity, more) => ({ type: "tile", entity, name: { type: "entity" }, ...more });

// Two tiles stand side by side even on a phone; a name that is too long for that has a line of its own, after the others.
const LONGEST = 15;
const isLong = (hass, entity) => (hass.entities[entity]?.name ?? "").length > LONGEST;
const tiles = (hass, entities, keys, more) => {
  const found = keys.map((key) => entities[key]).filter(Boolean);
  const [short, long] = [false, true].map((wanted) => found.filter((entity) => isLong(hass, entity) === wanted));
  return [
    ...short.map((entity) => tile(entity, more?.(entity))),
    ...long.map((entity) => tile(entity, { grid_options: { columns: "full" }, ...more?.(entity) })),
  ];
};
// Without a goal, or with one that cannot be reached like this, there is nothing to show.
const whenKnown = (entity) => ({ visibility: [{ condition: "state", entity, state_not: ["unknown", "unavailable"] }] });
// A state that is a date is shown as it is; an attribute as people write dates.
const asDate = (entity) => ({ state_content: "date", ...whenKnown(entity) });
const whenInTheWay = (entity) => ({ visibility: [{ condition: "state", entity, state_not: "ok" }] });

const graph = (person, title, keys) => {
  const found = keys.filter((key) => person.statistics[key]).map((key) => person.statistics[key]);
  return found.length === 0
    ? []
    : [{
        type: "statistics-graph",
        title,
        entities: found,
        stat_types: ["mean"],
        chart_type: "line",
        period: "week",
        days_to_show: YEARS * 365,
        grid_options: { columns: "full" },
      }];
};

const section = (title, cards, more) =>
  cards.length === 0 ? [] : [{ type: "grid", cards: [heading(title, more), ...cards] }];

const garmin = (hass, { name, entities }) => {
  const button = entities.push_now && tile(entities.push_now, { hide_state: true, tap_action: { action: "toggle" } });
  return section(name, [...tiles(hass, entities, GARMIN), ...(button ? [button] : [])]);
};

const weight = (hass, { entities, broken }, texts) => {
  const found = [
    ...tiles(hass, entities, WEIGHT),
    ...tiles(hass, entities, GOAL, whenKnown),
    ...tiles(hass, entities, GOAL_DATE, asDate),
    ...tiles(hass, entities, STATUS, whenInTheWay),
  ];
  return found.length > 0 || broken.length > 0
    ? found
    : [{ type: "markdown", content: texts.no_weigh_in, grid_options: { columns: "full" } }];
};

const view = (hass, person, texts) => ({
  title: person.name,
  path: person.id,
  type: "sections",
  max_columns: 3,
  sections: [
    {
      type: "grid",
      cards: [
        { type: `custom:${NAME}-notices`, person: person.id, watch: Object.values(person.entities), grid_options: { columns: "full" } },
        heading(person.name, { icon: "mdi:scale-bathroom" }),
        ...weight(hass, person, texts),
        ...graph(person, texts.years, ["weight", "weight_trend"]),
      ],
    },
    ...section(texts.composition, [
      ...tiles(hass, person.entities, COMPOSITION),
      ...graph(person, texts.years, ["fat_mass", "muscle_mass"]),
    ]),
    ...section(texts.blood_pressure, [
      ...tiles(hass, person.entities, PRESSURE),
      ...graph(person, texts.years, PRESSURE),
    ]),
    ...person.garmin.flatMap((account) => garmin(hass, account)),
    ...person.devices.flatMap(({ name, entities }) => section(name, tiles(hass, entities, BATTERY))),
  ],
});

class Strategy extends HTMLElement {
  static registryDependencies = ["entities", "devices"];

  static async generate(_config, hass) {
    const { people, texts } = await describe(hass);
    if (people.length === 0) {
      return { views: [{ title: "Weighbridge", cards: [{ type: "markdown", content: texts.nothing_yet }] }] };
    }
    return { views: people.map((person) => view(hass, person, texts)) };
  }
}

// What needs a person's eye: accounts that are not at work, and weigh-ins that wait for a word.
class Notices extends HTMLElement {
  setConfig(config) {
    this._config = config;
  }

  set hass(hass) {
    const watched = (this._config.watch ?? []).map((id) => hass.states[id]);
    const seen = watched.map((state) => `${state?.state === "unavailable"} ${state?.attributes.weigh_in}`).join();
    this._hass = hass;
    // An answer that was given elsewhere changes no state.
    if (seen !== this._seen || hass.language !== this._language || Date.now() > this._lookedAt + MINUTE) {
      this._seen = seen;
      this._language = hass.language;
      this._look();
    }
  }

  getCardSize() {
    return this.hidden ? 0 : 2;
  }

  getGridOptions() {
    return { columns: "full", rows: "auto" };
  }

  async _look() {
    this._lookedAt = Date.now();
    let answer;
    try {
      answer = await describe(this._hass);
    } catch {
      return; // Home Assistant is away; the frontend says so itself
    }
    const person = answer.people.find(({ id }) => id === this._config.person);
    const notices = [
      ...(person?.broken ?? []).map((account) => this._paragraph(answer.texts.not_loaded.replace("{account}", account))),
      ...(person?.questions ?? []).map((question) => this._question(question, answer.texts)),
    ];
    this._show(notices);
  }

  _show(notices) {
    const card = document.createElement("ha-card");
    const content = document.createElement("div");
    content.setAttribute("role", "status");
    content.style.cssText = "display: grid; gap: 16px; padding: 16px;";
    content.append(...notices);
    card.append(content);
    this.replaceChildren(card);
    const hidden = notices.length === 0;
    this.style.display = hidden ? "none" : "";
    this.toggleAttribute("hidden", hidden);
    this.dispatchEvent(
      new CustomEvent("card-visibility-changed", { detail: { value: !hidden }, bubbles: true, composed: true }),
    );
  }

  _paragraph(text) {
    const paragraph = document.createElement("p");
    paragraph.style.margin = "0";
    paragraph.textContent = text;
    return paragraph;
  }

  _question(question, texts) {
    const group = document.createElement("div");
    const when = new Date(question.measured_at).toLocaleString(this._hass.language, { dateStyle: "medium", timeStyle: "short" });
    const text = texts.whose.replace("{weigh_in}", question.text).replace("{time}", when);
    const buttons = document.createElement("div");
    buttons.style.cssText = "display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px;";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", text);
    group.append(this._paragraph(text), buttons);
    const candidates = Object.entries(question.candidates);
    const answers = candidates.length > 0 ? candidates : [["mine", texts.mine]];
    for (const [person, label] of [...answers, ["nobody", texts.nobody]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.style.cssText =
        "font: inherit; min-height: 48px; min-width: 48px; padding: 0 16px; border-radius: 24px; cursor: pointer;" +
        "border: 1px solid var(--outline-color, var(--divider-color));" +
        "background: var(--card-background-color); color: var(--primary-text-color);";
      button.addEventListener("click", () => this._answer(group, question, person, texts));
      buttons.append(button);
    }
    return group;
  }

  async _answer(group, { config_entry_id, weigh_in }, person, texts) {
    const buttons = group.querySelectorAll("button");
    buttons.forEach((button) => (button.disabled = true));
    try {
      await this._hass.callService(NAME, "assign_weigh_in", { config_entry_id, weigh_in, person, only_unanswered: true });
      await this._look();
    } catch (error) {
      buttons.forEach((button) => (button.disabled = false));
      group.append(this._paragraph(texts.refused.replace("{reason}", error.message)));
    }
  }
}

if (!customElements.get(`ll-strategy-dashboard-${NAME}`)) {
  customElements.define(`ll-strategy-dashboard-${NAME}`, Strategy);
  customElements.define(`${NAME}-notices`, Notices);
  (window.customStrategies ??= []).push({
    type: NAME,
    strategyType: "dashboard",
    name: "Weighbridge",
    get description() {
      const language = document.querySelector("home-assistant")?.hass?.language ?? navigator.language;
      return DESCRIPTIONS[language.split("-")[0]] ?? DESCRIPTIONS.en;
    },
    documentationURL: "https://github.com/weighbridge-ha/weighbridge#dashboard",
  });
}
