package io.tallyflow.schemas.meter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

/** What was found wrong with one file so far. */
final class Problems {

    /** Fields that are looked at, however often aliases repeat them. */
    private static final int MAX_FIELDS = 1_000_000;

    private final String file;
    private int fieldsLeft = MAX_FIELDS;
    private final List<MeterProblem> found = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    /** Where something can be wrong: in the file as a whole, or in one meter. */
    record ProblemPlace(Problems problems, @Nullable String meter) {

        void add(Node node, @Nullable String field, String problem, String allowed) {
            int line = node.getStartMark().getLine() + 1;
            problems.found.add(
                    new MeterProblem(problems.file, line, meter, field, problem, allowed));
        }

        /** Whether as many fields may still be read; says so, once, if not. */
        boolean mayRead(Node node, int fields) {
            boolean before = problems.fieldsLeft >= 0;
            if (before) {
                problems.fieldsLeft -= fields;
            }
            boolean after = problems.fieldsLeft >= 0;
            if (before && !after) {
                String allowed = "at most " + MAX_FIELDS + " fields, aliases counted each time";
                add(node, null, "has too many fields", allowed);
            }
            return after;
        }
    }

    ProblemPlace file() {
        return new ProblemPlace(this, null);
    }

    ProblemPlace meter(String name) {
        return new ProblemPlace(this, name);
    }

    /** Something is wrong with the file itself. */
    void add(int line, String problem, String allowed) {
        found.add(new MeterProblem(file, line, null, null, problem, allowed));
    }

    /**
     * The meters, if nothing is wrong.
     *
     * @throws InvalidMetersException with every problem otherwise
     */
    List<Meter> orElse(List<Meter> meters) {
        if (!found.isEmpty()) {
            found.sort(Comparator.comparingInt(MeterProblem::line));
            throw new InvalidMetersException(found);
        }
        return List.copyOf(meters);
    }
}
