package io.tallyflow.functions.parse;

import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RecordHeader;
import io.tallyflow.schemas.event.RejectionReason;
import io.tallyflow.schemas.event.UsageEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a line of a file is a usage event in the JSON event format, as {@link
 * UsageEventParser} does for a record. A line must say its time: that of the record would be the
 * one at which the file happened to be read. Confined to one thread, reusable.
 */
public final class UsageLineParser {

    /** Bytes of the longest line. */
    public static final int MAX_BYTES = UsageEventParser.MAX_VALUE_BYTES;

    private static final RecordHeader STRUCTURED =
            new RecordHeader(
                    UsageEventParser.CONTENT_TYPE,
                    "application/cloudevents+json".getBytes(StandardCharsets.US_ASCII));

    private final UsageEventParser parser = new UsageEventParser();
    private final JsonScanner scanner = new JsonScanner();

    /** The headers of a record whose value is such a line. */
    public static List<RecordHeader> headers() {
        return List.of(STRUCTURED);
    }

    /**
     * What a line is; never throws.
     *
     * @param line null for one that is longer than {@link #MAX_BYTES}
     * @param nowMillis the time when it would be sent, milliseconds since the epoch, UTC
     */
    public ParsedRecord parse(byte @Nullable [] line, long nowMillis) {
        ConsumedRecord record = new ConsumedRecord("", 0, 0, nowMillis, line, headers());
        if (line == null) {
            return rejected(
                    record,
                    new Rejection(
                            RejectionReason.LIMIT,
                            "The line is longer than " + MAX_BYTES + " bytes."));
        }
        ParsedRecord parsed = parser.parse(record);
        UsageEvent event = parsed.event();
        return event != null && mayLackTime(event, nowMillis) && lacksTime(line)
                ? rejected(
                        record,
                        new Rejection(RejectionReason.MISSING, "Attribute time is missing."))
                : parsed;
    }

    private static ParsedRecord rejected(ConsumedRecord record, Rejection rejection) {
        return ParsedRecord.of(rejection.of(record));
    }

    private static boolean mayLackTime(UsageEvent event, long nowMillis) {
        return event.timeMicros() == TimeUnit.MILLISECONDS.toMicros(nowMillis);
    }

    private boolean lacksTime(byte[] line) {
        try {
            return StructuredEvent.read(line, scanner).text(Attribute.TIME) == null;
        } catch (Rejection rejection) {
            throw new IllegalStateException("was an event a moment ago", rejection);
        }
    }
}
