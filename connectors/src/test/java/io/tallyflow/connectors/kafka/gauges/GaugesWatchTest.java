package io.tallyflow.connectors.kafka.gauges;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.kafka.source.RecordingContext;
import io.tallyflow.schemas.progress.Metric;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GaugesWatchTest {

    private final RecordingContext context = new RecordingContext();
    private final Numbers numbers = new Numbers();
    private final GaugesWatch watch = new GaugesWatch(numbers, context);

    /** Says what the test says. */
    private static final class Numbers implements PolledGauges {

        private static final long serialVersionUID = 1L;

        private List<Long> now = List.of(1L, 2L);
        private boolean isAway;
        private boolean isClosed;

        @Override
        public List<Metric> gauges() {
            return List.of(Metric.gauge("a", "a", "of a"), Metric.gauge("b", "b", "of b"));
        }

        @Override
        public List<Long> ask() throws SQLException {
            if (isAway) {
                throw new SQLException("is away");
            }
            return now;
        }

        @Override
        public void close() {
            isClosed = true;
        }
    }

    private void look() {
        context.periodic.forEach(Runnable::run);
    }

    @Test
    void showsWhatItWasToldLast() {
        watch.start();
        assertThat(watch.values()).containsExactly(0L, 0L);
        look();
        assertThat(watch.values()).containsExactly(1L, 2L);
        numbers.isAway = true;
        look();
        look();
        assertThat(watch.values()).containsExactly(1L, 2L);
        numbers.isAway = false;
        numbers.now = List.of(3L, 0L);
        look();
        assertThat(watch.values()).containsExactly(3L, 0L);
        watch.close();
        assertThat(numbers.isClosed).isTrue();
    }

    @Test
    void asksNobodyWhereThereIsNothingToShow() {
        new GaugesWatch(PolledGauges.NONE, context).start();
        assertThat(context.periodic).isEmpty();
    }
}
