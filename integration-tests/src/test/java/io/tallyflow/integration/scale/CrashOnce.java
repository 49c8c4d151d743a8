package io.tallyflow.integration.scale;

import io.tallyflow.schemas.event.LateEvent;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/** Ends late events, and fails the job with the first one that comes while it is armed. */
final class CrashOnce implements Sink<LateEvent> {

    private static final long serialVersionUID = 1L;

    /** Of this process: writers are made anew when the job restarts. */
    private static final AtomicBoolean ARMED = new AtomicBoolean();

    static void arm() {
        ARMED.set(true);
    }

    static boolean isArmed() {
        return ARMED.get();
    }

    @Override
    public SinkWriter<LateEvent> createWriter(WriterInitContext context) {
        return new SinkWriter<>() {
            @Override
            public void write(LateEvent event, Context ignored) {
                if (ARMED.getAndSet(false)) {
                    throw new IllegalStateException("this crash is wanted");
                }
            }

            @Override
            public void flush(boolean endOfInput) {}

            @Override
            public void close() {}
        };
    }
}
