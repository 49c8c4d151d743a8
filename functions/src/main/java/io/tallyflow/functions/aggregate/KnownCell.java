package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.usage.UsageCell;

/** A cell as state knows it. */
record KnownCell(UsageCell name, UsagePartial partial) {}
