package io.tallyflow.schemas.meter;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with a meter file.
 *
 * @param file name of the file
 * @param line counted from 1; where the thing stands, or where it is missing
 * @param meter slug, or {@code #3} for the third meter if it has none to go by; null for the file
 *     as a whole
 * @param field name of the field, {@code groupBy.model} inside of it; null for a meter as a whole
 * @param problem what is wrong
 * @param allowed what would be right
 */
public record MeterProblem(
        String file,
        int line,
        @Nullable String meter,
        @Nullable String field,
        String problem,
        String allowed)
        implements Serializable {

    /** One line for people: {@code file:line: meter slug: field: problem; allowed: …}. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder(file).append(':').append(line).append(": ");
        if (meter != null) {
            out.append("meter ").append(meter).append(": ");
        }
        if (field != null) {
            out.append(field).append(": ");
        }
        return out.append(problem).append("; allowed: ").append(allowed).toString();
    }
}
