package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.state.UsagePartials;
import io.tallyflow.schemas.usage.UsageCell;

/** What memory knows of one cell. Confined to the operator's thread. */
final class Cell {

    /** An estimate: the cell, its name, its partial, their place in a table. */
    private static final int BYTES = 330;

    private final UsageCell name;
    private final int hash;
    private UsagePartial partial;
    private boolean changed;

    /** A cell without readings. */
    Cell(UsageCell name) {
        this(name, UsagePartials.NONE);
    }

    /** A cell as state knows it. */
    Cell(UsageCell name, UsagePartial partial) {
        this.name = name;
        this.hash = hash(name.meter(), name.subject(), name.group());
        this.partial = partial;
    }

    /** The hash of a name within its window. */
    static int hash(String meter, String subject, String group) {
        int mixed = 31 * (31 * subject.hashCode() + group.hashCode()) + meter.hashCode();
        mixed *= 0x9E3779B9;
        return mixed ^ mixed >>> 15;
    }

    int hash() {
        return hash;
    }

    /** Whether this is the name of the cell, within its window. */
    boolean isNamed(int nameHash, String meter, String subject, String group) {
        return hash == nameHash
                && name.subject().equals(subject)
                && name.group().equals(group)
                && name.meter().equals(meter);
    }

    UsageCell name() {
        return name;
    }

    UsagePartial partial() {
        return partial;
    }

    /** Whether state and the sinks must hear of it. */
    boolean isChanged() {
        return changed;
    }

    /**
     * Takes a new value.
     *
     * @return whether this is the first change since {@link #takeChange}
     */
    boolean change(UsagePartial after) {
        partial = after;
        return markChanged();
    }

    /** As {@link #change}, with the value that it has. */
    boolean markChanged() {
        boolean first = !changed;
        changed = true;
        return first;
    }

    /** State and the sinks are taken to have heard. */
    void takeChange() {
        changed = false;
    }

    /** Bytes of heap that a cell of this name takes, about. */
    static int bytes(UsageCell name) {
        return BYTES + name.subject().length();
    }
}
