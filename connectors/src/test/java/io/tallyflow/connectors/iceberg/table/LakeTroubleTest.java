package io.tallyflow.connectors.iceberg.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.stream.Stream;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RESTException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class LakeTroubleTest {

    private long now = -5;
    private final LakeTrouble trouble = new LakeTrouble(() -> now);

    static Stream<Exception> refusals() {
        return Stream.of(
                new ForbiddenException("no right"),
                new NotFoundException("no such file"),
                new IllegalStateException(new IOException(new AccessDeniedException("warehouse"))),
                new IllegalStateException(new S3Exception(403)),
                new S3Exception(404),
                new UnreadableDeletesException("in no known format"),
                new OutsideWarehouseException("file:///b/data", "file:///a"),
                new IllegalStateException(new SQLException("permission denied", "42501")));
    }

    static Stream<Exception> interruptions() {
        return Stream.of(
                new RESTException(new ConnectException(), "refused"),
                new IllegalStateException(new SQLException("terminating", "57P01")),
                new SQLException("without a state"),
                new S3Exception(408),
                new S3Exception(429),
                new S3Exception(500),
                new IllegalStateException(new S3Exception(503)));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void tellsSinceWhenTheAnswerIsNo(Exception refusal) {
        trouble.failed(new SQLException("away", "08006"));
        pass(Duration.ofSeconds(3));
        assertThat(trouble.refusedMillis()).isZero();
        trouble.failed(refusal);
        pass(Duration.ofSeconds(4));
        trouble.failed(refusal);
        assertThat(trouble.millis()).isEqualTo(7_000);
        assertThat(trouble.refusedMillis()).isEqualTo(4_000);
        trouble.over();
        assertThat(trouble.millis()).isZero();
        assertThat(trouble.refusedMillis()).isZero();
    }

    @ParameterizedTest
    @MethodSource("interruptions")
    void takesNoOutageForARefusal(Exception interruption) {
        trouble.failed(new ForbiddenException("a proxy that was just starting"));
        trouble.failed(interruption);
        pass(Duration.ofSeconds(3));
        assertThat(trouble.millis()).isEqualTo(3_000);
        assertThat(trouble.refusedMillis()).isZero();
    }

    /** As Amazon's client has it. */
    public static final class S3Exception extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final int status;

        private S3Exception(int status) {
            super("status " + status);
            this.status = status;
        }

        public int statusCode() {
            return status;
        }
    }

    @Test
    void isZeroWhileAllIsWell() {
        pass(Duration.ofSeconds(1));
        assertThat(trouble.millis()).isZero();
        assertThat(trouble.refusedMillis()).isZero();
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
