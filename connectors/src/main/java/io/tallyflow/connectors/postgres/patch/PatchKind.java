package io.tallyflow.connectors.postgres.patch;

import java.util.Locale;

/** Why windows are counted again. */
public enum PatchKind {

    /** Voids took events of theirs back. */
    PATCH,

    /** They came to something else than their events. */
    REPAIR;

    /** As written in {@code tallyflow.run.kind}. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
