package io.tallyflow.functions.parse;

import io.tallyflow.functions.paths.MeterPaths;
import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ImportMark;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RecordHeader;
import io.tallyflow.schemas.event.RejectionReason;
import io.tallyflow.schemas.event.UsageEvent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a Kafka record is a usage event: total, so that every record becomes an event or
 * a rejection and none an exception; decided from the record alone, so that it comes out the same
 * whenever it is read again. Confined to one thread, reusable.
 *
 * <p>Content modes are those of the CloudEvents Kafka binding. A {@code content-type} that begins
 * with {@code application/cloudevents} is structured mode, and must be {@code
 * application/cloudevents+json} in UTF-8; {@code ce_} headers mean nothing beside it. Otherwise a
 * header {@code ce_specversion}, {@code ce_id}, {@code ce_source} or {@code ce_type} is binary
 * mode. A record with neither is structured if it has no content type, or if that is another JSON
 * media type in UTF-8, no header begins with {@code ce_}, and the value is an object with a member
 * {@code specversion}: SDKs send such records. Header names are matched as they are, with their
 * case. A header that is repeated with the same value counts once.
 *
 * <p>Where several things are wrong, the first in this order is the reason:
 *
 * <ol>
 *   <li>{@code TOMBSTONE}: a null value, in either mode (also where the binding would have it stand
 *       for an event without data; send no bytes, or {@code null}, for that);
 *   <li>{@code LIMIT}: a value of more than 256 KiB; headers do not count, Kafka bounds them;
 *   <li>{@code CONTENT_TYPE}: it is given with different values, or is not one that events come in,
 *       which another JSON media type is once {@code specversion} was found, before anything that
 *       is wrong; in binary mode {@code DATA_CONTENT_TYPE};
 *   <li>in binary mode the {@code ce_} headers, in their order: {@code DUPLICATE_KEY}, {@code
 *       ENCODING}, {@code TEXT};
 *   <li>{@code ENCODING} of the value;
 *   <li>{@code JSON}, {@code DUPLICATE_KEY}, {@code LIMIT} and {@code TEXT}, whichever comes first
 *       in the value; then {@code JSON} if a structured event is not an object;
 *   <li>the attributes: {@code specversion} ({@code SPEC_VERSION}); {@code id}, {@code source},
 *       {@code type}, {@code subject} (each {@code MISSING}, {@code ATTRIBUTE}); {@code time}
 *       ({@code TIME}); {@code datacontenttype} ({@code DATA_CONTENT_TYPE}); {@code data} ({@code
 *       DATA});
 *   <li>{@code FUTURE}.
 * </ol>
 *
 * <p>An attribute of the wrong JSON type is rejected for the reason that stands for that attribute.
 * JSON null is the same as absent everywhere. A record whose Kafka timestamp is missing (negative)
 * or after the year 9999 is rejected as {@code TIME}, with or without a {@code time} of its own:
 * stale, duplicate and future are decided from that timestamp, and nobody guesses another.
 */
public final class UsageEventParser {

    /** Bytes of the longest value. */
    static final int MAX_VALUE_BYTES = 256 * 1024;

    /** Bytes of the longest required attribute, in UTF-8. */
    static final int MAX_ATTRIBUTE_BYTES = 256;

    /** How deep data may nest, itself being level 1; the same holds for extension attributes. */
    static final int MAX_LEVELS = 32;

    /** The only version of the CloudEvents specification that is read. */
    static final String SPEC_VERSION = "1.0";

    /** How far event time may be ahead of the Kafka timestamp. */
    static final long MAX_AHEAD_MICROS = 86_400_000_000L;

    /** The header that tells the content mode. */
    static final String CONTENT_TYPE = "content-type";

    private static final long MICROS_PER_MILLI = 1_000L;

    private final JsonScanner scanner = new JsonScanner();
    private final PlainEvent plain;

    /** A parser that leaves the data alone. */
    public UsageEventParser() {
        this(MeterPaths.NONE);
    }

    /**
     * A parser that notes what meters will look for.
     *
     * @param meters the paths of the meters that the events will be given to
     */
    public UsageEventParser(MeterPaths meters) {
        plain = new PlainEvent(meters);
    }

    /** What became of the record; never throws. */
    public ParsedRecord parse(ConsumedRecord record) {
        ParsedRecord event = plain.read(record);
        return event == null ? parseAnything(record) : event;
    }

    /** The same for all records: what {@link PlainEvent} reads must come out as it does here. */
    ParsedRecord parseAnything(ConsumedRecord record) {
        try {
            return ParsedRecord.of(event(record));
        } catch (Rejection rejection) {
            return ParsedRecord.of(rejection.of(record));
        }
    }

    private UsageEvent event(ConsumedRecord record) throws Rejection {
        byte[] value = record.value();
        if (value == null) {
            throw new Rejection(RejectionReason.TOMBSTONE, "The record has a null value.");
        }
        if (value.length > MAX_VALUE_BYTES) {
            throw new Rejection(
                    RejectionReason.LIMIT,
                    "The value is longer than " + MAX_VALUE_BYTES + " bytes.");
        }
        return event(record, attributes(record, value));
    }

    private Attributes attributes(ConsumedRecord record, byte[] value) throws Rejection {
        String contentType = contentType(record);
        if (contentType != null && MediaType.announcesStructuredMode(contentType)) {
            MediaType type = MediaType.of(contentType);
            if (type == null || !type.isCloudEventJson()) {
                throw badContentType("is not application/cloudevents+json in UTF-8");
            }
            return StructuredEvent.read(value, scanner);
        }
        if (BinaryEvent.isAnnouncedBy(record.headers())) {
            return BinaryEvent.read(value, record.headers(), contentType, scanner);
        }
        return contentType == null
                ? StructuredEvent.read(value, scanner)
                : eventOfAnotherType(record, value, contentType);
    }

    /** The type of a whole event in JSON may say no more than that it is JSON. */
    private Attributes eventOfAnotherType(ConsumedRecord record, byte[] value, String contentType)
            throws Rejection {
        MediaType type = MediaType.of(contentType);
        boolean mayBeEvent =
                type != null
                        && type.isJson()
                        && type.utf8()
                        && !BinaryEvent.hasAttributes(record.headers());
        Attributes event = mayBeEvent ? StructuredEvent.readClaimed(value, scanner) : null;
        if (event == null) {
            throw badContentType(
                    "is not application/cloudevents+json, and the record has neither ce_ headers"
                            + " nor, as JSON, a member specversion");
        }
        return event;
    }

    /**
     * Null if the record has none. Latin 1 maps every byte to a character; a media type is ASCII.
     */
    private static @Nullable String contentType(ConsumedRecord record) throws Rejection {
        String found = null;
        for (RecordHeader header : record.headers()) {
            byte[] bytes = header.value();
            if (bytes != null && header.name().equals(CONTENT_TYPE)) {
                String text = new String(bytes, StandardCharsets.ISO_8859_1);
                if (found != null && !found.equals(text)) {
                    throw badContentType("occurs with different values");
                }
                found = text;
            }
        }
        return found;
    }

    private static Rejection badContentType(String predicate) {
        return new Rejection(
                RejectionReason.CONTENT_TYPE, "Header " + CONTENT_TYPE + " " + predicate + ".");
    }

    private static UsageEvent event(ConsumedRecord record, Attributes attributes) throws Rejection {
        requireSpecVersion(attributes);
        String id = required(attributes, Attribute.ID);
        String source = required(attributes, Attribute.SOURCE);
        String type = required(attributes, Attribute.TYPE);
        String subject = required(attributes, Attribute.SUBJECT);
        long kafkaMicros = kafkaMicros(record.kafkaTimeMillis());
        String time = attributes.text(Attribute.TIME);
        long timeMicros = time == null ? kafkaMicros : Rfc3339.micros(time);
        byte[] data = attributes.data();
        if (timeMicros - kafkaMicros > MAX_AHEAD_MICROS) {
            throw new Rejection(
                    RejectionReason.FUTURE,
                    "Attribute time is more than one day ahead of the record's Kafka timestamp.");
        }
        return new UsageEvent(
                subject,
                source,
                id,
                type,
                timeMicros,
                data,
                record.partition(),
                record.offset(),
                record.kafkaTimeMillis(),
                ImportMark.numberIn(record.headers(), record.kafkaTimeMillis()));
    }

    private static void requireSpecVersion(Attributes attributes) throws Rejection {
        if (!SPEC_VERSION.equals(attributes.specVersion())) {
            throw Attribute.SPECVERSION.violated("is not " + SPEC_VERSION);
        }
    }

    private static String required(Attributes attributes, Attribute attribute) throws Rejection {
        String text = attributes.text(attribute);
        if (text == null) {
            throw new Rejection(
                    RejectionReason.MISSING, "Attribute " + attribute.wireName() + " is missing.");
        }
        if (text.isEmpty()) {
            throw attribute.violated("is empty");
        }
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                throw attribute.violated("holds a control character");
            }
            bytes += utf8Bytes(c);
        }
        if (bytes > MAX_ATTRIBUTE_BYTES) {
            throw attribute.violated("is longer than " + MAX_ATTRIBUTE_BYTES + " bytes");
        }
        return text;
    }

    /** Of half a surrogate pair, two of the pair's four: lone surrogates do not come this far. */
    private static int utf8Bytes(char c) {
        if (c < 0x80) {
            return 1;
        }
        return c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }

    private static long kafkaMicros(long kafkaTimeMillis) throws Rejection {
        if (kafkaTimeMillis < 0 || kafkaTimeMillis >= Rfc3339.END_MICROS / MICROS_PER_MILLI) {
            throw new Rejection(
                    RejectionReason.TIME,
                    "The record's Kafka timestamp is missing or outside the years 1970 to 9999.");
        }
        return kafkaTimeMillis * MICROS_PER_MILLI;
    }
}
