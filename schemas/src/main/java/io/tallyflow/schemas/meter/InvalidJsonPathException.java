package io.tallyflow.schemas.meter;

/** A text is not a JSONPath that a meter can use. */
public final class InvalidJsonPathException extends IllegalArgumentException {

    /** What a path may look like, for people. */
    public static final String ALLOWED =
            "a path to one value, such as $.a.b, $['a b'], $[\"a\"] or $.a[0]";

    private final String problem;

    InvalidJsonPathException(String problem) {
        super(problem + "; allowed: " + ALLOWED);
        this.problem = problem;
    }

    /** What is wrong, without what would be right. */
    public String problem() {
        return problem;
    }
}
