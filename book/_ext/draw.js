/* A generator in the page: random numbers, tensors, a figure. What a model computes is in its file of ONNX alone. */
(() => {
  window.generatorFiles = {};
  const HERE = document.currentScript.src.replace(/[^/]*$/, "");
  const ROWS = 50;  // profiles that are computed at a time
  const MOST_PROFILES = 400;  // more would take longer than two seconds
  const BINS = 30;  // of a histogram
  const MOST_GENES = 15;  // in the figure of changes
  const DRAWN = "#c8553d", OTHER = "#263c6b";  // of gexlib.plots.style

  const file = (name) => new Promise((done, failed) => {
    if (generatorFiles[name]) return done(generatorFiles[name]);
    const script = document.createElement("script");
    script.src = `${HERE}${name}.js`;
    script.onload = () => done(generatorFiles[name]);
    script.onerror = () => failed(new Error(`${script.src} cannot be loaded`));
    document.head.append(script);
  });

  const bytes = (base64) => {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
    const text = atob(base64), made = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) made[i] = text.charCodeAt(i);
    return made;
  };
  const unzipped = (packed) => new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();

  let before = Promise.resolve();  // sessions are made one after the other
  const session = async (name) => {
    const [runtime, model] = await Promise.all([file("runtime"), file(name)]);
    const mine = before.catch(() => {}).then(() => opened(runtime, model));
    before = mine;
    return mine;
  };

  const opened = async (runtime, model) => {
    if (!ort.env.wasm.wasmBinary) {
      ort.env.wasm.numThreads = 1;
      ort.env.wasm.wasmBinary = await unzipped(bytes(runtime.wasm));
      ort.env.wasm.wasmPaths = { mjs: URL.createObjectURL(new Blob([runtime.module], { type: "text/javascript" })) };
    }
    model.session ??= await ort.InferenceSession.create(bytes(model.onnx), { graphOptimizationLevel: "basic" });
    delete model.onnx;
    return model;
  };

  /* Standard Gaussian numbers from a seed: the generator sfc32, and pairs by Box and Muller. */
  const gaussian = (seed) => {
    let a = 0, b = seed >>> 0, c = Math.floor(seed / 2 ** 32) >>> 0, count = 1, kept = null;
    const next = () => {
      const t = (a + b + count) | 0;
      count = (count + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = ((c << 21) | (c >>> 11)) + t | 0;
      return (t >>> 0) / 2 ** 32;
    };
    for (let i = 0; i < 15; i++) next();
    return () => {
      if (kept !== null) { const number = kept; kept = null; return number; }
      const length = Math.sqrt(-2 * Math.log(1 - next())), angle = 2 * Math.PI * next();
      kept = length * Math.sin(angle);
      return length * Math.cos(angle);
    };
  };

  /* The numbers of profile after profile, so that a profile does not depend on how many there are. */
  const draw = ({ latent_dim: size, genes }, n, seed) => {
    const next = gaussian(seed);
    const latent = new Float32Array(n * size), noise = new Float32Array(n * genes.length);
    for (let row = 0; row < n; row++) {
      for (let i = 0; i < size; i++) latent[row * size + i] = next();
      for (let i = 0; i < genes.length; i++) noise[row * genes.length + i] = next();
    }
    return { latent, noise };
  };

  /* Run the model: the same covariates for all rows. */
  const expression = async (model, numbers, n, values) => {
    const { covariates, genes, latent_dim: size } = model.about;
    const made = new Float32Array(n * genes.length);
    const given = (kind) => covariates.filter((c) => c.kind === kind).map((c) => values[c.name]);
    const levels = covariates.filter((c) => c.levels).map((c) => BigInt(c.levels.indexOf(values[c.name])));
    for (let start = 0; start < n; start += ROWS) {
      const rows = Math.min(ROWS, n - start), part = (a, m) => a.subarray(start * m, (start + rows) * m);
      const repeated = (Type, row) => Type.from({ length: rows * row.length }, (_, i) => row[i % row.length]);
      const all = {
        latent: () => ["float32", part(numbers.latent, size), size],
        gene_noise: () => ["float32", part(numbers.noise, genes.length), genes.length],
        categorical: () => ["int64", repeated(BigInt64Array, levels), levels.length],
        numerical: () => ["float64", repeated(Float64Array, given("numerical")), given("numerical").length],
      };
      const inputs = Object.fromEntries(model.session.inputNames.map((name) => {
        const [type, data, width] = all[name]();
        return [name, new ort.Tensor(type, data, [rows, width])];
      }));
      const outputs = await model.session.run(inputs);
      made.set(outputs.expression.data, start * genes.length);
    }
    return made;
  };

  /* ---- What is shown ---- */

  const tag = (name, properties = {}, ...inside) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...inside);
    return made;
  };
  const column = (matrix, n, n_genes, gene) => Array.from({ length: n }, (_, row) => matrix[row * n_genes + gene]);
  const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const quantile = (sorted, q) => sorted[Math.round(q * (sorted.length - 1))];
  const short = (number) => number.toFixed(2).replace("-", "\u2212");

  /* The largest mean changes of genes between the two matrices of a draw, the largest first. */
  const changes = ({ about, n, made, other }) => {
    const m = about.genes.length;
    const values = (i) => Array.from({ length: n }, (_, row) => other[row * m + i] - made[row * m + i]);
    const means = about.genes.map((gene, i) => ({ gene, i, mean: mean(values(i)) }));
    return means.sort((a, b) => Math.abs(b.mean) - Math.abs(a.mean)).slice(0, MOST_GENES).map((found) => {
      const sorted = values(found.i).sort((a, b) => a - b);
      return { ...found, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
    });
  };

  const axis = (text) => ({
    title: { text }, showgrid: false, zeroline: false, showline: true, linecolor: "#4d4d4d", ticks: "outside", automargin: true,
  });
  const layout = (x, y, more = {}) => ({
    height: 440, font: { size: 13, color: "#222222" }, margin: { l: 60, r: 10, t: 20, b: 50 }, xaxis: axis(x), yaxis: axis(y), ...more,
  });

  const distribution = ({ about, n, made, other, names }, gene) => {
    const at = about.genes.indexOf(gene);
    const sets = [[made, names[0], DRAWN], [other, names[1], OTHER]].filter(([matrix]) => matrix);
    const values = sets.map(([matrix]) => column(matrix, n, about.genes.length, at));
    const [first, last] = [Math.min, Math.max].map((most) => most(...values.flat()));
    const xbins = { start: first, end: last, size: (last - first) / BINS || 1 };  // the same for both
    const data = sets.map(([, name, color], i) => ({ type: "histogram", x: values[i], xbins, name, opacity: 0.6, marker: { color } }));
    const rows = sets.map(([, name], i) => {
      const sorted = values[i].toSorted((a, b) => a - b);
      return [name, ...[mean(sorted), ...[0.025, 0.5, 0.975].map((q) => quantile(sorted, q))].map(short)];
    });
    return {
      figure: { data, layout: layout(`${gene}, ${about.unit}`, "profiles", { barmode: "overlay", showlegend: true, legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" } }) },
      head: ["profiles", "mean", "2.5 %", "median", "97.5 %"], rows,
    };
  };

  const ranking = (last) => {
    const top = last.changes, up = top.map((g) => g.mean > 0);
    const data = [{
      type: "scatter", mode: "markers", x: top.map((g) => g.mean), y: top.map((g) => g.gene),
      error_x: { type: "data", symmetric: false, array: top.map((g) => g.high - g.mean), arrayminus: top.map((g) => g.mean - g.low), color: "#9a9a9a" },
      marker: { size: 9, color: up.map((u) => (u ? DRAWN : OTHER)), symbol: up.map((u) => (u ? "triangle-right" : "triangle-left")) },
    }];
    const y = { ...axis(""), autorange: "reversed", type: "category" };
    return {
      figure: { data, layout: layout(`change, ${last.about.unit}`, "", { yaxis: y, showlegend: false }) },
      head: ["gene", "mean change", "2.5 %", "97.5 %"], rows: top.map((g) => [g.gene, ...[g.mean, g.low, g.high].map(short)]),
    };
  };

  const save = (name, lines) => {
    const link = tag("a", { href: URL.createObjectURL(new Blob(lines, { type: "text/csv" })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };
  const cell = (value) => (/[",\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : value);
  const line = (cells) => `${cells.map(cell).join(",")}\n`;

  const profiles = ({ about, n, sets }) => {
    const names = about.covariates.map((c) => c.name), m = about.genes.length;
    const rows = sets.flatMap(({ values, matrix }) => Array.from({ length: n }, (_, row) => line(
      [row + 1, ...names.map((name) => values[name]), ...Array.from(matrix.subarray(row * m, (row + 1) * m), (v) => v.toFixed(5))])));
    return [line(["profile", ...names, ...about.genes]), ...rows];
  };
  const random = ({ about, n, numbers }) => {
    const size = about.latent_dim, m = about.genes.length, exact = (v) => v.toPrecision(9);
    const head = line(["profile", ...Array.from({ length: size }, (_, i) => `latent_${i + 1}`), ...about.genes.map((g) => `noise_${g}`)]);
    return [head, ...Array.from({ length: n }, (_, row) => line([row + 1, ...Array.from(
      numbers.latent.subarray(row * size, (row + 1) * size), exact), ...Array.from(numbers.noise.subarray(row * m, (row + 1) * m), exact)]))];
  };

  /* ---- The controls of a generator ---- */

  const start = async (box) => {
    const name = box.dataset.model, first = JSON.parse(box.dataset.start), id = (part) => `${box.id}-${part}`;
    const status = tag("p", { className: "generator-status", textContent: "The model is being loaded." });
    status.setAttribute("role", "status");
    box.replaceChildren(status);
    const began = performance.now();
    let model;
    try {
      model = await session(name);
    } catch (error) {
      status.textContent = `The model cannot be run in this browser: ${error.message}`;
      return;
    }
    const loaded = performance.now() - began, { about } = model;
    const words = (name) => about.names[name] ?? name;

    const field = (part, label, control) => {
      control.id = id(part);
      return tag("div", {}, tag("label", { htmlFor: control.id, textContent: label }), control);
    };
    const known = (c, j) => c.levels.map((level, code) => ({ level, code }))
      .filter(({ level, code }) => level !== "unknown" || about.kinds.some((kind) => kind[j] === code)).map(({ level }) => level);
    const controls = {}, form = tag("form", { className: "generator-controls" });
    about.covariates.forEach((c, j) => {
      controls[c.name] = c.levels
        ? tag("select", {}, ...known(c, j).map((level) => tag("option", { value: level, textContent: words(level) })))
        : tag("input", { type: "number", step: "any", required: true, value: Number(c.mean.toPrecision(3)) });
      if (c.name in first.covariates) controls[c.name].value = first.covariates[c.name];
      form.append(field(c.name, words(c.name), controls[c.name]));
    });
    const compare = tag("select", {}, tag("option", { value: "", textContent: "nothing" }), ...about.covariates.flatMap((c, j) => (
      c.levels ? [tag("optgroup", { label: words(c.name) }, ...known(c, j).map((level) => (
        tag("option", { value: JSON.stringify([c.name, level]), textContent: `${words(c.name)}: ${words(level)}` }))))] : [])));
    compare.value = JSON.stringify(first.compare);
    const count = tag("input", { type: "number", min: 2, max: MOST_PROFILES, step: 1, value: 100, required: true });
    const seed = tag("input", { type: "number", min: 0, max: Number.MAX_SAFE_INTEGER, step: 1, value: 1, required: true });
    const gene = tag("input", { type: "text", autocomplete: "off", spellcheck: false });
    const list = tag("datalist", { id: id("genes") }, ...about.genes.map((g) => tag("option", { value: g })));
    gene.setAttribute("list", list.id);
    const view = tag("select", {}, tag("option", { value: "gene", textContent: "one gene" }), tag("option", { value: "changes", textContent: "largest changes" }));
    const buttons = [tag("button", { type: "submit", textContent: "Draw" }),
      tag("button", { type: "button", textContent: "Profiles as CSV", disabled: true }),
      tag("button", { type: "button", textContent: "Random numbers as CSV", disabled: true })];
    form.append(field("compare", "compare with", compare), field("count", `profiles (2 to ${MOST_PROFILES})`, count), field("seed", "seed", seed),
      field("view", "show", view), field("gene", "gene", gene), list, tag("div", { className: "generator-buttons" }, ...buttons));
    const figure = tag("div", { className: "interactive-figure", id: id("figure") }), data = tag("script", { type: "application/json", id: id("figure-data") });
    figure.setAttribute("role", "figure");
    const table = tag("table", { className: "table" }), tableBox = tag("details", {}, tag("summary", { textContent: "The figure as a table" }), tag("div", { className: "pst-scrollable-table-container" }, table));
    box.replaceChildren(form, status, figure, data, tableBox);

    let last = null, wanted = "";
    const show = () => {
      if (!last) return;
      view.options[1].disabled = !last.other;
      if (!last.other) view.value = "gene";
      gene.setCustomValidity(about.genes.includes(gene.value) ? "" : "The model has no such gene; choose one from the list.");
      if (!gene.reportValidity()) return;
      const { figure: drawn, head, rows } = view.value === "gene" ? distribution(last, gene.value) : ranking(last);
      data.textContent = JSON.stringify(drawn);
      figure.setAttribute("aria-label", view.value === "gene" ? `Histogram of ${gene.value}, ${last.names.filter(Boolean).join(" and ")}.`
        : `Mean change of the ${MOST_GENES} genes that change most, from ${last.names.join(" to ")}.`);
      drawInteractive(figure);
      table.replaceChildren(tag("thead", {}, tag("tr", {}, ...head.map((text) => tag("th", { scope: "col", textContent: text })))),
        tag("tbody", {}, ...rows.map((row) => tag("tr", {}, ...row.map((text, i) => tag("td", { className: i ? "number" : "", textContent: text }))))));
    };
    const run = async () => {
      if (!form.reportValidity()) return;
      const n = count.valueAsNumber;
      const values = Object.fromEntries(about.covariates.map((c) => [c.name, c.levels ? controls[c.name].value : controls[c.name].valueAsNumber]));
      const [by, level] = compare.value ? JSON.parse(compare.value) : [];
      const switched = by && values[by] !== level ? { ...values, [by]: level } : null;
      const asked = JSON.stringify([values, switched, n, seed.value]);
      if (asked === wanted) return;  // it is there, or on its way
      wanted = asked;
      status.textContent = "Drawing.";
      const began = performance.now();
      const numbers = draw(about, n, seed.valueAsNumber);
      buttons.forEach((button) => { button.disabled = true; });
      let made, other;
      try {
        made = await expression(model, numbers, n, values);
        other = switched && await expression(model, numbers, n, switched);
      } catch (error) {
        wanted = "";
        buttons[0].disabled = false;
        status.textContent = `The model could not be run: ${error.message}`;
        return;
      }
      if (asked !== wanted) return;  // something else was asked for meanwhile
      const sets = [{ values, matrix: made }, { values: switched, matrix: other }].filter(({ matrix }) => matrix);
      last = { about, n, made, other, numbers, sets, names: switched ? [words(values[by]), words(level)] : ["drawn profiles"] };
      window.drawnSamples = { ...(window.drawnSamples ?? {}), [name]: last };
      if (other) last.changes = changes(last);
      if (!gene.value) gene.value = last.changes?.[0].gene ?? about.genes[0];
      show();
      const rare = sets.filter(({ values: v }) => !about.kinds.some((kind) => kind.every((code, j) => code === null || about.covariates[j].levels[code] === v[about.covariates[j].name])));
      const change = other ? ` Of ${about.genes.length.toLocaleString("en")} genes, ${last.changes[0].gene} changes most: by ${short(last.changes[0].mean)} on average.` : "";
      status.textContent = `${n} profiles in ${((performance.now() - began) / 1000).toFixed(2)} s.${change}${
        rare.length ? ` The training data have fewer than three samples with these levels: ${rare.map(({ values: v }) => about.covariates.filter((c) => c.levels).map((c) => words(v[c.name])).join(", ")).join("; ")}. There the model adds up what it knows of each level.` : ""}`;
      buttons.forEach((button) => { button.disabled = false; });
      box.dataset.ready = Number(box.dataset.ready ?? 0) + 1;
    };
    buttons[1].addEventListener("click", () => save(`${name}-profiles.csv`, profiles(last)));
    buttons[2].addEventListener("click", () => save(`${name}-numbers.csv`, random(last)));
    form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
    form.addEventListener("change", (event) => ([gene, view].includes(event.target) ? show() : run()));
    box.dataset.loaded = Math.round(loaded);
    await run();
  };

  document.addEventListener("DOMContentLoaded", () => {
    const seen = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
      seen.unobserve(target);
      start(target);
    }));
    document.querySelectorAll(".generator").forEach((box) => seen.observe(box));
  });
})();
