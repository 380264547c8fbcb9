import fc from "fast-check";

/**
 * Property tests draw the same examples in every run, so that a change passes or fails for what it
 * changes. FAST_CHECK_SEED=random, or a number, draws others.
 */
const { FAST_CHECK_SEED: seed = "20191" } = process.env;

if (seed !== "random") fc.configureGlobal({ seed: Number(seed) });
