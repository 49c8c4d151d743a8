package io.tallyflow.schemas.meter;

import java.util.List;
import java.util.stream.Collectors;

/** A meter file is refused. The message names every problem, one per line, in the file's order. */
public final class InvalidMetersException extends RuntimeException {

    private final List<MeterProblem> problems;

    InvalidMetersException(List<MeterProblem> problems) {
        this.problems = List.copyOf(problems);
    }

    @Override
    public String getMessage() {
        return problems.stream().map(MeterProblem::toString).collect(Collectors.joining("\n"));
    }

    /** At least one, in the order of the file. */
    public List<MeterProblem> problems() {
        return problems;
    }
}
