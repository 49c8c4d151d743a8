package io.tallyflow.connectors.kafka.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.meter.Definitions;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class DefinitionsWatchTest {

    private static final String TO_0 = "0 DefinitionsEvent";
    private static final String TO_1 = "1 DefinitionsEvent";

    private final RecordingContext context = new RecordingContext();
    private long newest = 5;
    private long asked = -1;
    private boolean away;
    private long millis;
    private final DefinitionsWatch watch =
            new DefinitionsWatch(
                    new FollowedDefinitions(5, this::after, FollowedDefinitions.NONE.parsers()),
                    context,
                    () -> TimeUnit.MILLISECONDS.toNanos(millis));

    private @Nullable Definitions after(long request) throws SQLException {
        asked = request;
        if (away) {
            throw new SQLException("is away");
        }
        return newest > request ? new Definitions(newest, List.of()) : null;
    }

    private void look() {
        context.periodic.forEach(Runnable::run);
    }

    @Test
    void tellsEveryReaderOfWhatIsNewAndNoneOfWhatTheJobWasBuiltWith() {
        watch.start();
        look();
        watch.addReader(0);
        assertThat(context.sent).isEmpty();
        assertThat(asked).isEqualTo(5);
        newest = 7;
        look();
        assertThat(context.sent).containsExactlyInAnyOrder(TO_0, TO_1);
        look();
        assertThat(context.sent).hasSize(2);
        assertThat(asked).isEqualTo(7);
    }

    @Test
    void tellsAReaderAgainThatHasComeBack() {
        watch.start();
        newest = 6;
        look();
        context.sent.clear();
        watch.addReader(1);
        assertThat(context.sent).containsExactly(TO_1);
    }

    @Test
    void endsNothingWhileNobodyAnswersAndSaysForHowLong() {
        watch.start();
        look();
        assertThat(watch.troubleMillis()).isZero();
        away = true;
        look();
        millis = 40;
        look();
        assertThat(watch.troubleMillis()).isEqualTo(40);
        away = false;
        newest = 6;
        look();
        assertThat(watch.troubleMillis()).isZero();
        assertThat(context.sent).hasSize(2);
    }
}
