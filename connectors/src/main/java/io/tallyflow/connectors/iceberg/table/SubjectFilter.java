package io.tallyflow.connectors.iceberg.table;

import java.util.Collection;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;

/** Tells files that hold nothing of some subjects by their statistics. */
public final class SubjectFilter {

    /** Iceberg looks no further into a longer list. */
    public static final int MOST_SUBJECTS = 200;

    private SubjectFilter() {}

    /** Passes rows of some subjects, and those of all if they are many. */
    public static Expression of(Collection<String> subjects) {
        return subjects.size() > MOST_SUBJECTS
                ? Expressions.alwaysTrue()
                : Expressions.in("subject", subjects.toArray());
    }
}
