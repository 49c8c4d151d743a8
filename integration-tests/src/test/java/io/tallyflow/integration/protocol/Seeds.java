package io.tallyflow.integration.protocol;

import java.util.List;
import java.util.stream.LongStream;

/** Random schedules, as many as {@code -Dtallyflow.test.seeds}. */
final class Seeds {

    private Seeds() {}

    /**
     * From 0 on.
     *
     * @param usual how many, if nobody says
     */
    static List<Long> upTo(int usual) {
        return LongStream.range(0, Long.getLong("tallyflow.test.seeds", usual)).boxed().toList();
    }
}
