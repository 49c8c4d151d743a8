package io.tallyflow.results;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A text for people that names inputs, each by the name that its reader knows. */
public final class RequestText {

    private final List<Object> parts;

    private RequestText(List<Object> parts) {
        this.parts = parts;
    }

    /**
     * The parts in their order.
     *
     * @param parts inputs to be named, texts that name some, and everything else as it reads
     */
    public static RequestText of(Object... parts) {
        return new RequestText(List.of(parts));
    }

    /** The same with something before it. */
    public RequestText after(String beginning) {
        return of(beginning, this);
    }

    /** With the names that a reader has for inputs. */
    public String naming(Function<RequestInput, String> names) {
        return parts.stream().map(part -> shown(part, names)).collect(Collectors.joining());
    }

    private static String shown(Object part, Function<RequestInput, String> names) {
        if (part instanceof RequestInput input) {
            return names.apply(input);
        }
        return part instanceof RequestText text ? text.naming(names) : part.toString();
    }

    /** With plain names, in quotes. */
    @Override
    public String toString() {
        return naming(input -> '"' + input.key() + '"');
    }
}
