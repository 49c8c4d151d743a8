package io.tallyflow.schemas.meter;

import java.io.Serializable;
import java.util.List;

/**
 * The definite part of JSONPath: {@code $.a.b}, {@code $['a b']}, {@code $.a[0]}.
 *
 * @param text as written in the definition
 * @param steps from the root of {@code data} to the value; empty for {@code $}
 */
public record JsonPath(String text, List<Step> steps) implements Serializable {

    /**
     * Reads a path.
     *
     * @throws InvalidJsonPathException if it is not a path, or one that can name more than one
     *     value
     */
    public static JsonPath parse(String text) {
        return new JsonPath(text, new JsonPathParser(text).steps());
    }

    /** Whether both point to the same place, however they are written. */
    public boolean pointsWhere(JsonPath other) {
        return steps.equals(other.steps);
    }

    /** One step: into an object by name, or into an array by index. */
    public sealed interface Step extends Serializable permits Name, Index {}

    /** Into an object. */
    public record Name(String name) implements Step {}

    /** Into an array, counted from 0. */
    public record Index(int index) implements Step {}
}
